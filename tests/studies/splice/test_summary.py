"""Many seeds become effects: by direction, pooled over switches, n counting seeds."""

import pytest

from telic.studies.splice.arms import EDITED, NEW, NOISE, OLD, UNEDITED
from telic.studies.splice.summary import summarise
from tests.studies.splice.measured import ADD, NAN, NULLS, recovery, seeds, trials
from tests.studies.trained import PLAN

SWITCHES = {
    0: [("blue", "purple", 0.9), ("purple", "blue", 0.3), ("blue", "purple", 0.6)],
    3: [("blue", "purple", 0.5), ("purple", "blue", 0.2), ("blue", "purple", 0.5)],
}


@pytest.fixture(scope="module")
def found():
    """Two seeds, three switches each."""
    return summarise(seeds({s: trials(*each) for s, each in SWITCHES.items()}), PLAN)


def test_there_are_effects_for_each_direction_and_for_all_switches(found):
    assert list(found.directions) == [("blue", "purple"), ("purple", "blue")]
    assert found.seeds == (0, 3)
    rates = {d: e[ADD].values.tolist() for d, e in found.directions.items()}
    assert rates["blue", "purple"] == pytest.approx([0.75, 0.5])
    assert rates["purple", "blue"] == pytest.approx([0.3, 0.2])


def test_a_seeds_pooled_number_is_the_mean_over_all_of_its_switches(found):
    (pooled,) = found.together.edits
    assert pooled.condition == ADD
    assert pooled.values.tolist() == pytest.approx([0.6, 0.4])
    assert pooled.measured["old"].values.tolist() == pytest.approx([0.4, 0.6])
    assert pooled.null_values.tolist() == pytest.approx([0.1] * 2)
    assert found.scores[ADD].values.tolist() == pytest.approx([0.6, 0.4])
    assert tuple(null.null for null in pooled.verdict.against) == NULLS


def recovered(edited, trained):
    """The recovery of seeds with these curves."""
    rows = {
        seed: [*trials(*SWITCHES[0]), *recovery(edited[seed], trained[seed])]
        for seed in range(len(edited))
    }
    return summarise(seeds(rows), PLAN).recoveries


def test_recovery_counts_rollouts_and_who_never_gets_there():
    edited = [[0.2, NAN, 0.95], [0.9, 0.9, 0.9], [0.2, 0.3, 0.89]]
    trained = [[0.0, 0.6, 0.7], [0.0, 0.0, 0.59], [0.7, 0.7, 0.7]]
    (found,) = recovered(edited, trained).values()
    assert (found.regained.interval.estimate, found.regained.never) == (1.0, 1)
    assert (found.equivalent.interval.estimate, found.equivalent.never) == (0.5, 1)


def test_a_curve_of_recovery_is_the_return_under_the_objective_it_trains():
    found = recovered([[0.2, NAN, 0.95]], [[0.0, 0.6, 0.7]])
    assert list(found) == [("blue", "purple")]
    shown = found["blue", "purple"].curves
    assert shown[UNEDITED, NEW].tolist() == [[0.0, 0.6, 0.7]]
    assert shown[NOISE, OLD].tolist() == [[0.8] * 3]
    assert str(shown[EDITED, OLD].tolist()) == "[[0.2, nan, 0.95]]"


def test_a_study_without_recovery_has_none(found):
    assert found.recoveries == {}
