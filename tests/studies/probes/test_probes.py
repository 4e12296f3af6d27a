"""The probes study: whose states are read, and what its page says."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locators.toys import toy
from telic.render.page import markdown
from telic.stats.rows import Row, join, rows_of
from telic.studies import Probes, results
from telic.studies.base import preset, settings_of
from telic.studies.pages import study_files
from telic.studies.probes.page import HEADER, page
from telic.studies.probes.study import acted
from telic.studies.probes.summary import AIM, OBSERVATION, STATES, TOLD, summarise
from telic.studies.probing import features_of
from tests.studies.examined import begun
from tests.studies.trained import done

SMALL = preset(Probes, "small")
SITES = {
    # accuracy, of the states alone, and rates after steering along the probe, the
    # means, and at random
    "actor/0/post": (0.70, 0.70, 0.02, 0.90, 0.01),
    "actor/1/post": (0.95, 0.75, 0.80, 0.01, 0.01),
}


def rows(seed: int):
    """The rows of a seed with two pairs of goals."""
    for trial in (("purple", "blue"), ("blue", "purple")):
        slip = 0.01 * (seed % 3) * (1 if trial[0] == "blue" else -1)
        yield Row("agent", TOLD, 0.02 + slip / 10, trial)
        yield Row("agent", AIM, 0.95 + slip, trial)
        yield Row("probe", "accuracy", 0.70, trial, OBSERVATION)
        yield Row("probe", "shuffled", 0.50, trial, OBSERVATION)
        for site, (accuracy, states, *moved) in SITES.items():
            yield Row("probe", "accuracy", accuracy, trial, site)
            yield Row("probe", STATES, states, trial, site)
            yield Row("probe", "shuffled", 0.50, trial, site)
            for name, value in zip(("steer", "means", "null"), moved, strict=True):
                yield Row("probe", name, value, trial, site)


@pytest.fixture(scope="module")
def effects():
    """The effects over eight made-up seeds."""
    return summarise(join([rows_of(list(rows(seed)), seed) for seed in range(8)]))


def test_a_seed_is_the_mean_of_its_pairs_and_the_unit_of_all_numbers(effects):
    assert effects.seeds == tuple(range(8)) and effects.pairs == 2
    assert list(effects.sites) == list(SITES)
    assert effects.agents[AIM].values == pytest.approx([0.95] * 8)
    assert effects.agents[AIM].interval.n == 8


def test_a_site_shows_the_goal_only_if_it_beats_its_own_states(effects):
    first, second = (effects.sites[site] for site in SITES)
    assert not first.beyond.more and first.beyond.p == 1.0
    assert second.beyond.more
    assert second.beyond.measured.values == pytest.approx([0.20] * 8)


def test_a_direction_moves_only_if_it_beats_the_random_one(effects):
    first, second = (effects.sites[site] for site in SITES)
    assert first.means.more and second.steer.more
    assert not second.means.more
    # Four tests of eight seeds each: 2 / 256, times as many as are left by Holm.
    assert first.means.p == pytest.approx(4 * 2 / 256)


def test_the_page_says_what_the_table_shows(effects):
    made = page(effects, command="telic study probes x")
    ((table,),) = (section.tables for section in made.sections if section.tables)
    assert table.header == HEADER
    assert [row[0] for row in table.rows] == [
        "observation, without the goal",
        *SITES,
        "no edit",
        "told the other goal",
    ]
    assert table.rows[2][1] == "0.950 [0.950, 0.950]"
    told = "\n".join(made.findings)
    assert (
        "actor/0/post: the told goal in 0.700 [0.700, 0.700], not shown to be" in told
    )
    assert "actor/1/post: the told goal in 0.950 [0.950, 0.950], above that of" in told
    assert "8 seeds" in made.title and "nan" not in markdown(made)


def test_each_class_is_what_is_computed_on_the_states_of_its_own_goal():
    pair = toy()
    found, half = acted(pair), len(pair.observations) // 2
    site = "actor/0/post"
    mine, theirs = (
        features_of(pair.behaviour, agent)[site]
        for agent in (pair.recipient, pair.donor)
    )
    np.testing.assert_array_equal(found[site][0], mine[:half])
    np.testing.assert_array_equal(found[site][1], theirs[half:])
    # The control: the states of both goals, computed under the first one alone.
    np.testing.assert_array_equal(found[site][2], mine[half:])
    seen = np.asarray(pair.recipient.spec.channel_values(pair.behaviour.rows))
    np.testing.assert_array_equal(
        found[OBSERVATION][1], seen[half:].reshape(half, -1).astype(np.float64)
    )
    assert next(iter(found)) == OBSERVATION


def test_agents_that_are_told_no_goal_are_refused(pair):
    with pytest.raises(InputError, match="reads no goal"):
        Probes().check(pair[0])


@pytest.mark.parametrize("bad", [{"episodes": 0}, {"copies": 1}, {"steps": 0}])
def test_impossible_settings_are_refused(bad):
    with pytest.raises(InputError, match="allowed"):
        Probes(**bad)


@pytest.mark.slow
def test_one_network_is_probed_from_its_run_to_the_page(tmp_path):
    run = begun(tmp_path, "layer-1")
    SMALL.check(run)
    told = done(run, "probes", SMALL)
    assert told == sorted(told) and told[0] == 0.0
    found = results.read(run, "probes", settings_of(SMALL))
    probed = found.where(part="probe")
    assert np.isfinite(found.values).all()
    assert found.where(part="agent").names("trial") == (
        ("purple", "blue"),
        ("blue", "purple"),
    )
    # The goal enters at the second layer; the first computes what is seen.
    sites = ("actor/0/post", "actor/1/post", "actor/2/post", "actor/logits")
    assert probed.where(metric="steer").names("condition") == sites
    assert probed.where(condition=OBSERVATION).names("metric") == (
        "accuracy",
        "shuffled",
    )
    texts = study_files("probes", SMALL, [run], command="telic study probes")
    assert "One network, told its goal" in texts["report.md"]
