"""Scores of curves over seeds: sizes are averaged as logarithms; luck beats no null."""

import numpy as np
import pytest

from telic.stats.rows import rows_of
from telic.studies.curve_scores import (
    against_random,
    curves,
    mean_curves,
    measured,
    present,
    rows_of_curve,
    scores,
    seed_means,
)
from telic.trials import Faithfulness

CURVE = Faithfulness(
    np.array([0.01, 0.1, 1.0]),
    np.array([0.0, 0.8, 1.0]),
    np.array([1.0, 0.5, 0.0]),
    np.ones(3),
)


@pytest.fixture
def rows():
    """The rows of that curve, of two methods on two goals."""
    every = [(t, m) for t in ("a", "b") for m in ("good", "random")]
    return [row for t, m in every for row in rows_of_curve(CURVE, t, m)]


def test_a_stored_curve_comes_back_and_is_summed_up(rows):
    found = curves(rows_of(rows, seed=3), [3])
    assert [len(seed) for seed in found["good"]] == [2]
    for part, kept in zip(CURVE, found["good"][0][0], strict=True):
        assert part.tolist() == kept.tolist()
    told = scores(found)["good"]
    assert told.size.values == pytest.approx([-0.5])  # half way from 10 % to 100 %
    assert told.cpr.values == pytest.approx([(0.4 + 0.9) / 2])  # over log size
    assert told.cmd.values == pytest.approx(1 - told.cpr.values)
    assert told.rest.values == pytest.approx([(0.75 + 0.25) / 2])
    assert mean_curves(found)["random"].tolist() == [[0.0, 0.8, 1.0]]


def test_curves_that_lack_a_part_are_not_read(rows):
    bare = [row for row in rows if row.metric != "retention"]
    with pytest.raises(LookupError, match="retention"):
        curves(rows_of(bare, seed=0), [0])


def test_without_curves_there_are_no_scores():
    assert scores(curves(rows_of([], seed=0), [0])) == {}


def test_a_seed_without_a_number_is_left_out_of_the_interval_and_counted_so():
    values = seed_means([[1.0, 3.0], [], [4.0], [2.0], [3.0]])
    assert np.isnan(values[1]) and values[0] == 2.0
    found = measured(values).interval
    assert found is not None and found.n == 4
    assert found.estimate == pytest.approx(2.75)
    assert measured(seed_means([[], []])).interval is None


def test_numbers_that_are_missing_are_left_out_of_a_seeds_mean():
    assert seed_means(present(np.array([[1.0, np.nan, 3.0], [np.nan] * 3])))[0] == 2.0


def test_the_mean_of_sizes_is_geometric_and_told_in_percent():
    values = np.log10(np.array([0.01, 0.1, 0.01, 0.1]))
    found = measured(values, size=True).interval
    assert found is not None and found.low is not None
    assert found.estimate == pytest.approx(10**0.5)
    assert 0 < found.low < found.estimate
    values = np.log10(np.array([0.5, 1.0, 1.0, 1.0]))
    everything = measured(values, size=True).interval
    assert everything is not None and everything.high == 100


def test_ten_seeds_that_all_beat_random_have_the_smallest_p_and_equal_ones_have_one():
    chance = np.linspace(0.4, 0.5, 10)
    p = against_random({"good": chance + 0.3, "same": chance, "random": chance})
    assert p == pytest.approx({"good": 2 * 2 / 2**10, "same": 1.0})
