"""The isolation study end to end on small runs, who is edited, and what it refuses."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Isolation, results
from telic.studies.base import preset, restored, settings_of
from telic.studies.isolation.arms import (
    BASE,
    FIRST,
    NOISE,
    OPPOSITE,
    SECOND,
    TWIN,
)
from telic.studies.isolation.edits import DOSES, PLAIN, SPECIFIC
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.results import measure_if_missing
from telic.studies.tables import table_of
from telic.trials import Condition
from telic.trials.trial import UNEDITED
from tests.studies.landed import ISOLATION, rows_of
from tests.studies.trained import copies, done

MAIN = ISOLATION.main
GATED = dataclasses.replace(ISOLATION, gate=True)


def summary(runs, study=ISOLATION):
    """What a study found on some runs."""
    found = results.together(runs, "isolation", settings_of(study))
    return study.summarise(found, runs[0].plan())


@pytest.fixture(scope="module")
def found(isolated_landers):
    """What the small study found."""
    return summary(isolated_landers)


def test_a_run_whose_agent_is_not_competent_is_reported_and_not_edited(
    landers, tmp_path
):
    run = copies(landers, tmp_path)[0]
    done(run, "isolation", GATED)
    rows = rows_of(run, "isolation", GATED)
    assert set(rows.names("part")) == {"learning", "check"}
    found = summary([run], GATED)
    assert found.edited is None and found.competent == ()
    assert found.checks.keys() == {run.seed()}
    assert found.checks[run.seed()]["landing"] < LANDER.required["landing"]


def test_every_edit_stands_beside_its_nulls_in_both_ways_of_acting(
    found, isolated_landers
):
    assert found.edited.seeds == (0, 1)
    rows = results.together(isolated_landers, "isolation", settings_of(ISOLATION))
    for part, effects in (
        ("trial", found.edited.trials[MAIN].lost),
        ("greedy", found.edited.greedy.lost),
    ):
        tried = table_of(rows.where(part=part, trial=MAIN))
        for name in DOSES:
            nulls = tried.nulls(Condition(name, -1.0))
            assert {"continuation", "another seed", "gaussian", "signs"} <= set(nulls)
            assert {"twin continuation", "no new reward, as trained"} <= set(nulls)
        assert [each.condition for each in effects.edits] == list(tried.edits)


def test_the_base_of_the_trial_is_the_agent_at_the_end_of_the_first_phase(
    isolated_landers,
):
    run = isolated_landers[0]
    rows, agent = rows_of(run, "isolation", ISOLATION), RunSource(run).agent(1)
    norms = rows.where(part="norm", trial=MAIN)
    for path in agent:
        (norm,) = norms.where(condition=BASE, metric=path).values
        assert norm == pytest.approx(float(np.linalg.norm(agent[path])), rel=1e-5)
    drawn = rows.where(part="update")
    assert set(drawn.names("metric")) == set(agent.actor)
    for path in agent.actor:
        length = float(np.linalg.norm(drawn.where(metric=path).values))
        (norm,) = norms.where(condition=SPECIFIC, metric=path).values
        assert length == pytest.approx(norm, rel=1e-3, abs=1e-7)


def test_recovery_begins_before_any_update_and_is_reported_for_every_arm(found):
    fuel = found.edited.recovery.followed
    assert list(fuel) == [UNEDITED, PLAIN, SPECIFIC, NOISE]
    assert all(curve.shape == (2, 2) for curve in fuel.values())
    unedited = found.edited.regained[UNEDITED]
    assert unedited.thousands.estimate == 0 and unedited.never == 0
    assert unedited.extra.estimate == 0


def test_without_an_edit_recovery_is_training_on_under_the_first_objective(
    isolated_landers,
):
    rows = rows_of(isolated_landers[0], "isolation", ISOLATION)
    alone = rows.where(part="recovery", condition=UNEDITED, at=0)
    first = rows.where(part="phase", condition=FIRST, at=0)
    assert len(alone) and alone.names("metric") == first.names("metric")
    assert np.array_equal(alone.values, first.values, equal_nan=True)


def test_the_arms_of_the_second_phase_are_four_trainings_apart(isolated_landers):
    rows = rows_of(isolated_landers[0], "isolation", ISOLATION).where(part="phase")
    assert list(rows.names("condition")) == [FIRST, SECOND, TWIN, OPPOSITE]
    first, second, twin, opposite = (
        rows.where(condition=arm, metric="rate_main").values
        for arm in (FIRST, SECOND, TWIN, OPPOSITE)
    )
    # The first rollout comes before any update: only other draws make a difference.
    assert first[0] == second[0] == opposite[0] != twin[0]


def test_the_default_length_of_the_primary_arm_is_the_plans():
    assert (Isolation().main, Isolation().draws) == (393_216, 3)
    assert Isolation().revision == 3


def test_a_measured_run_is_left_alone_and_a_stopped_one_has_no_rows(
    isolated_landers, landers, tmp_path
):
    assert done(isolated_landers[0], "isolation", ISOLATION) == []
    run = copies(landers, tmp_path)[0]
    measure_if_missing(
        run,
        "isolation",
        ISOLATION,
        report=lambda *_: None,
        should_stop=lambda: True,
    )
    assert not results.kept(run)


@pytest.mark.slow
def test_two_measurements_of_one_run_are_equal_by_byte(isolated_landers, tmp_path):
    quick = dataclasses.replace(ISOLATION, recovery=0, episodes=1)
    found = []
    for place in ("a", "b"):
        run = copies(isolated_landers, tmp_path / place)[0]
        told = done(run, "isolation", quick)
        assert told == sorted(told) and told[0] >= 0 and told[-1] <= 1
        (file,) = results.kept(run)
        found.append(file.read_bytes())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"main": 5}, "main = 5"),
        ({"strengths": (1.0,)}, "-1, must be among them"),
        ({"episodes": 0}, "episodes = 0"),
        ({"draws": 0}, "draws = 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, match):
    with pytest.raises(InputError, match=match):
        Isolation(**wrong)


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"second": "thirft-5"}, "do not know the objective 'thirft-5'"),
        ({"lengths": (256, 300)}, "300 steps of a second phase"),
        ({"recovery": 300}, "300 steps of a second phase"),
    ],
)
def test_what_a_run_cannot_give_is_refused_before_any_work(landers, wrong, match):
    with pytest.raises(InputError, match=match):
        dataclasses.replace(ISOLATION, **wrong).check(landers[0])


def test_settings_come_back_from_their_plain_form():
    for name in Isolation.presets:
        study = preset(Isolation, name)
        assert restored(Isolation, settings_of(study)) == study


def test_the_state_of_a_source_is_that_of_the_checkpoint(landers):
    source = RunSource(landers[0])
    state = source.state(0)
    assert int(state.rollouts) == 1
    assert digest(state.agent) == digest(source.agent(0))
    assert jax.tree.leaves(state.opt_state)
