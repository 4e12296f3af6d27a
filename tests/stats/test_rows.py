"""Rows in long form: selected, listed in order, and pivoted by the mean."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.stats.rows import COLUMNS, Row, join, rows_of

CURVE = [
    Row("curve", "rate", 0.5, condition=("graft", 1.0), at=0),
    Row("curve", "rate", 0.75, condition=("graft", 1.0), at=1),
    Row("curve", "rate", 0.25, condition=("graft", 0.5), at=0),
    Row("gate", "return", 200.0),
]


def test_rows_come_back_in_long_form():
    table = rows_of(CURVE, seed=3).table()
    assert list(table) == [*COLUMNS, "value"]
    assert table["seed"] == [3] * 4 and table["value"] == [0.5, 0.75, 0.25, 200.0]
    assert table["condition"] == [("graft", 1.0), ("graft", 1.0), ("graft", 0.5), ()]


def test_names_stand_in_the_order_of_their_first_rows():
    rows = rows_of(CURVE, seed=0)
    assert rows.names("condition") == (("graft", 1.0), ("graft", 0.5), ())
    assert rows.where(part="gate").names("condition") == ((),)
    assert rows.pairs("part", "at") == (("curve", 0), ("curve", 1), ("gate", None))


def test_a_cell_without_a_row_is_nan_and_others_are_means():
    more = [*CURVE, CURVE[0]._replace(value=0.7)]
    rows = join([rows_of(CURVE, seed=0), rows_of(more, seed=1)])
    found = rows.where(part="curve").pivot("seed", "condition", "at")
    assert found.shape == (2, 2, 2)
    assert found[0, 0].tolist() == [0.5, 0.75]
    assert found[1, 0, 0] == np.mean([0.5, 0.7])
    assert np.isnan(found[0, 1, 1])


def test_an_axis_of_named_identities_leaves_the_others_out():
    rows = rows_of(CURVE, seed=0)
    names = {"at": (1, 0, 2)}
    found = rows.where(part="curve").pivot("condition", "at", names=names)
    assert found[0].tolist()[:2] == [0.75, 0.5] and np.isnan(found[0, 2])


def test_what_is_not_there_selects_nothing():
    rows = rows_of(CURVE, seed=0)
    assert len(rows.where(part="none")) == 0 == len(rows.among("metric", ["x"]))
    with pytest.raises(InputError, match="condition"):
        rows.where(conditions=())


def test_numbers_that_are_equal_and_of_other_types_are_kept_apart():
    rows = rows_of([Row("a", "x", 1.0, at=1), Row("a", "x", 2.0, at=1.0)], seed=0)
    assert [type(at) for at in rows.table()["at"]] == [int, float]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"),
            st.sampled_from([(), ("x", 1.0), "n"]),
            st.floats(-1e6, 1e6),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_a_pivot_is_the_mean_in_the_rows_order_to_the_last_bit(cells):
    rows = rows_of([Row("p", m, v, condition=c) for m, c, v in cells], seed=0)
    found = rows.pivot("metric", "condition")
    for i, metric in enumerate(rows.names("metric")):
        for j, condition in enumerate(rows.names("condition")):
            values = [v for m, c, v in cells if (m, c) == (metric, condition)]
            total = 0.0
            for value in values:
                total += value
            expected = total / len(values) if values else np.nan
            assert np.array_equal(found[i, j], expected, equal_nan=True)


def test_nothing_is_not_joined():
    with pytest.raises(InputError, match="no rows to join"):
        join([])
