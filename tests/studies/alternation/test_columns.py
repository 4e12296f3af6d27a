"""Runs stand side by side, and runs of different schedules are refused."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies.alternation.columns import aligned_runs
from telic.studies.learning import RATE, RETURN, learning
from telic.worlds import Keys


def beside(rows):
    return aligned_runs(learning(rows), Keys())


def test_a_rollout_without_an_episode_has_no_return(runs):
    rows = runs(1)
    rows[1][1]["return_blue"] = None
    found = beside(rows).column(RETURN, "blue")[0]
    assert np.isnan(found[1]) and found[3] == 0.91


def test_losses_are_not_among_the_columns(runs):
    assert {part for part, _ in beside(runs(1)).columns} == {RETURN, RATE}


def test_runs_stand_side_by_side_by_ascending_seed(runs):
    rows = runs(2)
    found = beside({7: rows[1], 3: rows[2]})
    assert found.seeds == (3, 7)
    assert found.column(RETURN, "blue")[:, 3].tolist() == [0.92, 0.91]


def test_phases_are_found_by_their_first_and_last_rollouts(runs):
    found = beside(runs(1, phases=3))
    assert found.starts.tolist() == [0, 4, 8]
    assert found.ends.tolist() == [3, 7, 11]
    assert found.wanted == ("blue", "purple", "blue")
    assert found.objectives == ("blue", "purple")


def test_a_column_that_no_run_has_is_nan(runs):
    found = beside(runs(1))
    assert np.isnan(found.column(RATE, "none")).all()
    assert np.isnan(found.column(RATE, None)).all()


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_runs_of_different_length_are_refused(runs, order):
    first, second = order
    rows = {first: runs(1)[1], second: runs(1, phases=5)[1]}
    with pytest.raises(InputError, match=r"24 and 20|20 and 24"):
        beside(rows)


def test_runs_of_different_objectives_are_refused(runs):
    rows = runs(2)
    rows[2][0]["objective"] = "purple"
    with pytest.raises(InputError, match="objectives"):
        beside(rows)


def test_a_study_needs_a_run():
    with pytest.raises(InputError, match="no rows"):
        beside({})
