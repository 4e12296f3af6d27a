"""The donors study: each donor is who it is said to be, and wants the aim."""

import numpy as np
import pytest

from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Donors, results
from telic.studies.base import preset, settings_of
from telic.studies.donors.edits import BRANCH, RESIDUAL, edits_from
from telic.studies.donors.pairs import (
    BY_ACTIVATIONS,
    BY_WEIGHTS,
    CHILD,
    DONORS,
    PARENT,
    SIBLING,
    STRANGER,
    pairs,
)
from telic.studies.late import Switch, earlier_mean
from telic.studies.pages import study_files
from telic.studies.splice.edits import LAYERS, MEAN
from telic.studies.work import Work
from telic.trials import Condition
from telic.vectors import task_vector
from tests.studies.trained import copies, done

LATE = Switch(4, "blue", "purple")
QUIET = Work(lambda *_: None, lambda: False)


@pytest.fixture(scope="module")
def sources(pair):
    """Two runs of six phases: blue, purple, blue, purple, blue, purple."""
    return [RunSource(run) for run in pair]


@pytest.fixture(scope="module")
def found(sources):
    """Every donor at the last switch but one."""
    return dict(pairs(*sources, LATE, QUIET))


def test_all_donors_come_in_order_and_want_the_aim(found, sources):
    source, other = sources
    assert list(found) == list(DONORS)
    due = {PARENT: source.agent(3), CHILD: source.agent(5), SIBLING: source.agent(5)}
    due[STRANGER] = other.agent(3)
    for name, agent in due.items():
        assert digest(found[name].donor) == digest(agent)
    assert {source.schedule[k] for k in (3, 5)} == {other.schedule[3]} == {LATE.aim}


def test_the_recipient_is_the_late_agent_but_of_a_sibling(found, sources):
    source, _ = sources
    for name, pair in found.items():
        assert (digest(pair.agent) == digest(source.agent(4))) == (name != SIBLING)
        assert (pair.ancestor is None) == (name != SIBLING)


def test_siblings_have_one_ancestor_and_the_recipient_trained_as_long(found, sources):
    source, _ = sources
    pair = found[SIBLING]
    assert digest(pair.ancestor) == digest(source.agent(4))
    for agent in (pair.agent, pair.donor):
        assert digest(agent) != digest(pair.ancestor)
    way = task_vector(pair.ancestor, pair.agent)
    assert all(
        np.array_equal(way[path], pair.ways["continuation"][path]) for path in way
    )
    # The twin of the recipient went on with other data, so it is not the recipient.
    assert any(np.abs(leaf).max() > 0 for leaf in pair.ways["same goal"].values())
    assert digest(pair.ways["same goal"]) != digest(found[PARENT].ways["same goal"])


@pytest.mark.parametrize("name", [BY_WEIGHTS, BY_ACTIVATIONS])
def test_an_aligned_stranger_does_what_the_stranger_does(found, name):
    seen = np.random.default_rng(0).integers(0, 9, (16, 5, 5)).astype(np.uint8)
    stranger, moved = found[STRANGER].donor, found[name].donor
    assert digest(moved) != digest(stranger)
    np.testing.assert_allclose(moved.logits(seen), stranger.logits(seen), atol=1e-4)


def test_without_another_run_there_are_no_strangers(sources):
    alone = dict(pairs(sources[0], None, LATE, QUIET))
    assert list(alone) == [PARENT, CHILD, SIBLING]
    assert "another seed" not in alone[PARENT].ways


def test_the_rank_and_what_it_leaves_out_are_the_whole_difference(found, sources):
    pair = found[CHILD]
    made = edits_from(pair, earlier_mean(sources[0], LATE))
    low, rest = (made[Condition(g, 4.0)] for g in ("rank", RESIDUAL))
    for path, leaf in pair.donor.actor.items():
        both = low(pair.agent)[path] + rest(pair.agent)[path] - pair.agent[path]
        np.testing.assert_allclose(both, leaf, atol=1e-5)
    assert Condition(BRANCH, 1.0) not in made and Condition(MEAN, 1.5) in made


def test_what_a_sibling_learned_is_added_to_the_recipient(found):
    pair = found[SIBLING]
    edit = edits_from(pair, None)[Condition(BRANCH, 1.0)]
    after = edit(pair.agent)
    for path in pair.donor.actor:
        due = pair.agent[path] + (pair.donor[path] - pair.ancestor[path])
        np.testing.assert_allclose(after[path], due, atol=1e-6)


@pytest.mark.slow
def test_the_study_ends_in_a_page_with_every_donor_beside_every_edit(pair, tmp_path):
    study, runs = preset(Donors, "small"), copies(pair, tmp_path)
    for run in runs:
        done(run, "donors", study)
    trials = results.read(runs[0], "donors", settings_of(study)).where(part="trial")
    assert {trial[0] for trial in trials.names("trial")} == set(DONORS)
    text = study_files("donors", study, runs)["report.md"]
    for name in DONORS:
        assert f"| {name} |" in text
    assert trials.where(
        condition=(LAYERS, "0"), null="same goal", metric="aim"
    ).values.size
