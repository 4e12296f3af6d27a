"""Many seeds become tables: by direction, pooled over switches, n counting seeds."""

import numpy as np
import pytest

from telic.core.errors import DamagedError, InputError
from telic.studies import gather
from telic.trials.effects import Arm
from tests.studies.stored import NULLS, SETTINGS, curves, stored, trial

ARMS = [["add", "vectors", None]]
SWITCHES = {
    0: [("blue", "purple", 0.9), ("purple", "blue", 0.3), ("blue", "purple", 0.6)],
    3: [("blue", "purple", 0.5), ("purple", "blue", 0.2), ("blue", "purple", 0.5)],
}


def answer(switches, *, recovery=None):
    """An answer of the splice study."""
    trials = [trial(*switch) for switch in switches]
    return {"arms": ARMS, "trials": trials, "recovery": recovery or {}}


def of(root, found):
    """The runs of some answers by seed."""
    return stored(root, "splice", found)


@pytest.fixture
def found(tmp_path):
    """Two seeds, three switches each."""
    runs = of(tmp_path, {seed: answer(each) for seed, each in SWITCHES.items()})
    return gather.splice(runs[::-1], SETTINGS)


def test_there_is_a_table_for_each_direction_and_first_one_for_all_switches(found):
    headings = ["all switches", "blue → purple", "purple → blue"]
    assert list(found.tables) == headings
    assert found.seeds == (0, 3)
    assert found.arms == (Arm("add", "vectors", None),)
    shares = {h: t.values_of("aim", "add").tolist() for h, t in found.tables.items()}
    assert shares["blue → purple"] == pytest.approx([0.75, 0.5])
    assert shares["purple → blue"] == pytest.approx([0.3, 0.2])


def test_a_seeds_pooled_number_is_the_mean_over_all_of_its_switches(found):
    pooled = found.tables["all switches"]
    assert pooled.seeds == (0, 3)
    assert pooled.values_of("aim", "add").tolist() == pytest.approx([0.6, 0.4])
    assert pooled.values_of("old", "add").tolist() == pytest.approx([0.4, 0.6])
    assert pooled.values_of("aim", "add", "signs").tolist() == pytest.approx([0.1] * 2)
    assert pooled.values_of("efficacy", "add").tolist() == pytest.approx([0.6, 0.4])
    assert pooled.nulls("add") == NULLS


def recovered(root, edited, trained):
    """The recovery of seeds with these curves."""
    found = {
        seed: answer(
            SWITCHES[0], recovery={"blue → purple": curves(edited[seed], trained[seed])}
        )
        for seed in range(len(edited))
    }
    return gather.recovery(gather.splice(of(root, found), SETTINGS))


def test_recovery_counts_rollouts_and_never_is_infinite(tmp_path):
    edited = [[0.2, None, 0.95], [0.9, 0.9, 0.9], [0.2, 0.3, 0.89]]
    trained = [[0.0, 0.6, 0.7], [0.0, 0.0, 0.59], [0.7, 0.7, 0.7]]
    (found,) = recovered(tmp_path, edited, trained).values()
    assert found.regained.tolist() == [2, 0, np.inf]
    assert found.equivalent.tolist() == [1, np.inf, 0]


def test_a_curve_of_recovery_is_the_return_under_the_objective_it_trains(tmp_path):
    found = recovered(tmp_path, [[0.2, None, 0.95]], [[0.0, 0.6, 0.7]])
    assert list(found) == ["blue → purple"]
    shown = found["blue → purple"].curves
    assert shown["unedited, new objective"].tolist() == [[0.0, 0.6, 0.7]]
    assert shown["noise, old objective"].tolist() == [[0.8] * 3]
    assert np.isnan(shown["edited, old objective"]).tolist() == [[False, True, False]]


def test_a_study_without_recovery_has_none(found):
    assert gather.recovery(found) == {}


def test_runs_of_two_experiments_or_of_none_are_refused(tmp_path):
    one = stored(tmp_path, "splice", {0: answer(SWITCHES[0])}, name="one")
    two = stored(tmp_path, "splice", {1: answer(SWITCHES[0])}, name="two")
    for runs, count in (([*one, *two], 2), ([], 0)):
        with pytest.raises(InputError, match=f"runs of {count} experiments"):
            gather.splice(runs, SETTINGS)
    gather.check_together(one)


def test_a_seed_without_an_answer_is_named(tmp_path):
    runs = of(tmp_path, {0: answer(SWITCHES[0]), 1: answer(SWITCHES[3])})
    next((runs[1].path / "studies").iterdir()).unlink()
    with pytest.raises(InputError, match="e/seed-0001 has no answer"):
        gather.splice(runs, SETTINGS)


def test_a_row_that_lacks_a_measure_is_damaged(tmp_path):
    damaged = answer(SWITCHES[0])
    del damaged["trials"][1]["results"][2]["rates"]["timeout"]
    with pytest.raises(DamagedError, match="lacks 'timeout'"):
        gather.splice(of(tmp_path, {0: damaged}), SETTINGS)
