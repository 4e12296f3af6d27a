"""Rows become columns, and runs of different schedules are refused."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies.alternation.columns import columns_of, gather
from telic.worlds import Keys


def test_a_table_has_counts_as_integers_names_as_text_and_none_as_nan(runs):
    rows = runs(1)[1]
    rows[1]["return_blue"] = None
    columns = columns_of(rows)
    assert columns["rollout"].dtype == np.int64
    assert columns["objective"][4] == "purple"
    assert np.isnan(columns["return_blue"][1])
    assert columns["return_blue"][3] == 0.91


@pytest.mark.parametrize("value", ["much", [1, 2], {}])
def test_a_value_that_is_no_number_is_named(runs, value):
    rows = runs(1)[1]
    rows[2]["loss"] = value
    with pytest.raises(InputError, match="'loss'"):
        columns_of(rows)


def test_rows_with_different_keys_are_refused(runs):
    rows = runs(1)[1]
    rows[2]["extra"] = 1.0
    with pytest.raises(InputError, match=r"row 3 .* extra"):
        columns_of(rows)


def test_a_run_without_rows_is_refused():
    with pytest.raises(InputError, match="no rows"):
        columns_of([])


def test_runs_stand_side_by_side_by_ascending_seed(runs):
    rows = runs(2)
    found = gather({7: columns_of(rows[1]), 3: columns_of(rows[2])}, Keys())
    assert found.seeds == (3, 7)
    assert found.columns["return_blue"][:, 3].tolist() == [0.92, 0.91]


def test_phases_are_found_by_their_first_and_last_rollouts(runs):
    found = gather({1: columns_of(runs(1, phases=3)[1])}, Keys())
    assert found.starts.tolist() == [0, 4, 8]
    assert found.ends.tolist() == [3, 7, 11]
    assert found.wanted == ("blue", "purple", "blue")
    assert found.objectives == ("blue", "purple")


def test_a_column_that_no_run_has_is_nan(runs):
    found = gather({1: columns_of(runs(1)[1])}, Keys())
    assert np.isnan(found.column("rate_none")).all()


def test_runs_of_different_length_are_refused(runs):
    long, short = runs(1)[1], runs(1, phases=5)[1]
    with pytest.raises(InputError, match=r"24 and 20|20 and 24"):
        gather({1: columns_of(long), 2: columns_of(short)}, Keys())


def test_runs_of_different_objectives_are_refused(runs):
    rows = runs(2)
    rows[2][0]["objective"] = "purple"
    with pytest.raises(InputError, match="'objective'"):
        gather({seed: columns_of(run) for seed, run in rows.items()}, Keys())


def test_runs_of_different_columns_are_refused(runs):
    rows = runs(2)
    columns = {seed: columns_of(run) for seed, run in rows.items()}
    del columns[2]["loss"]
    with pytest.raises(InputError, match="loss"):
        gather(columns, Keys())


def test_a_study_needs_a_run():
    with pytest.raises(InputError, match="no runs"):
        gather({}, Keys())
