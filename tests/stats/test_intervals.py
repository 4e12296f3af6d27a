"""Wilson intervals against SciPy, and how an interval reads."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from telic.core.errors import InputError, TelicError
from telic.stats import Interval, wilson

levels = st.floats(0.5, 0.999)
counts = st.integers(1, 2000).flatmap(
    lambda trials: st.tuples(st.integers(0, trials), st.just(trials))
)


@given(counts, levels)
def test_wilson_agrees_with_scipy(counts, level):
    ours = wilson(*counts, level=level)
    theirs = binomtest(*counts).proportion_ci(level, method="wilson")
    assert ours.low == pytest.approx(theirs.low, abs=1e-12)
    assert ours.high == pytest.approx(theirs.high, abs=1e-12)


@given(counts, levels)
def test_wilson_contains_its_estimate_and_stays_a_probability(counts, level):
    interval = wilson(*counts, level=level)
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1
    assert interval.low < interval.high


@given(counts)
def test_wilson_widens_with_the_level(counts):
    narrow, wide = wilson(*counts, level=0.8), wilson(*counts, level=0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


def test_wilson_narrows_with_more_trials():
    few, many = wilson(9, 10), wilson(900, 1000)
    assert many.high - many.low < few.high - few.low


@pytest.mark.parametrize(
    ("successes", "trials", "level"),
    [(0, 0, 0.95), (-1, 5, 0.95), (6, 5, 0.95), (3, 5, 0.0), (3, 5, 1.0), (3, 5, 95.0)],
)
def test_wilson_refuses_impossible_counts_and_levels(successes, trials, level):
    with pytest.raises(InputError):
        wilson(successes, trials, level=level)


def test_an_error_is_a_value_error_that_says_what_to_do():
    with pytest.raises(ValueError, match="6 successes in 5 trials") as caught:
        wilson(6, 5)
    assert isinstance(caught.value, TelicError)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("estimate", "low", "high", "n", "text"),
    [
        (0.95, 0.93, 0.97, 10, "0.95 [0.93, 0.97] (n=10)"),
        (0.95, None, None, 2, "0.95 (n=2, points only)"),
        (1.0, 1.0, 1.0, 5, "1.00 [1.00, 1.00] (n=5)"),
        (0.0, None, None, 1, "0.00 (n=1, points only)"),
        (212.345, 180.0, 240.5, 8, "212.34 [180.00, 240.50] (n=8)"),
        (0.00123, 0.0010, 0.0015, 8, "0.0012 [0.0010, 0.0015] (n=8)"),
    ],
)
def test_an_interval_prints_as_many_digits_as_it_knows(estimate, low, high, n, text):
    assert str(Interval(estimate, low, high, n, "bootstrap", 0.95)) == text
