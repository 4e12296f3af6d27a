"""Scores over seeds: sizes are averaged as logarithms; luck beats no null."""

import numpy as np
import pytest

from telic.core.errors import DamagedError
from telic.studies.scores import (
    against_random,
    column,
    curve_of,
    interval,
    summary,
    together,
)

STORED = {
    "shares": [0.01, 0.1, 1.0],
    "top": [0.0, 0.8, 1.0],
    "rest": [1.0, 0.5, 0.0],
    "retention": [1.0, 1.0, 1.0],
}


def test_a_stored_curve_is_summed_up():
    found = summary(curve_of(STORED))
    assert found["size"] == pytest.approx(-0.5)  # half way from 10 % to 100 %
    assert found["cpr"] == pytest.approx(0.8 * 0.09 / 2 + 0.9 * 0.9)
    assert found["cmd"] == pytest.approx(1 - found["cpr"])
    assert found["rest"] == pytest.approx(0.01 + 0.75 * 0.09 + 0.25 * 0.9)


def test_a_curve_that_lacks_a_part_is_damaged():
    with pytest.raises(DamagedError, match="retention"):
        curve_of({k: v for k, v in STORED.items() if k != "retention"})


def test_a_seed_without_a_number_is_left_out_of_the_interval_and_counted_so():
    values = column([[1.0, 3.0], [], [4.0], [2.0], [3.0]])
    assert np.isnan(values[1]) and values[0] == 2.0
    found = interval(values)
    assert found is not None and found.n == 4
    assert found.estimate == pytest.approx(2.75)
    assert interval(column([[], []])) is None


def test_the_mean_of_sizes_is_geometric_and_told_in_percent():
    found = interval(np.log10(np.array([0.01, 0.1, 0.01, 0.1])), size=True)
    assert found is not None and found.low is not None
    assert found.estimate == pytest.approx(10**0.5)
    assert 0 < found.low < found.estimate
    everything = interval(np.log10(np.array([0.5, 1.0, 1.0, 1.0])), size=True)
    assert everything is not None and everything.high == 100


def test_ten_seeds_that_all_beat_random_have_the_smallest_p_and_equal_ones_have_one():
    chance = np.linspace(0.4, 0.5, 10)
    p = against_random({"good": chance + 0.3, "same": chance, "random": chance})
    assert p == pytest.approx({"good": 2 * 2 / 2**10, "same": 1.0})


def test_a_column_has_a_number_for_each_seed_and_method():
    found = together([1.0, 2.0], ["a", "b"], lambda answer, m: [answer, answer + 2])
    assert {m: c.tolist() for m, c in found.items()} == {"a": [2, 3], "b": [2, 3]}
