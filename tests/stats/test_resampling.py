"""The bootstrap over seeds: its coverage, its properties and its refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import t

from telic.core.errors import InputError
from telic.stats import bootstrap, bootstrap_curve, iqm

EXPERIMENTS = 2_000
samples = arrays(float, st.integers(4, 12), elements=st.floats(0, 1, width=32))


def coverage(experiments, truth, statistic, **options):
    """The share of experiments, one per column, whose interval holds the truth."""
    band = bootstrap_curve(experiments, statistic, resamples=500, **options)
    return np.mean((band.low <= truth) & (truth <= band.high))


@pytest.mark.parametrize("n", [5, 10])
def test_ninety_five_percent_of_intervals_hold_a_normal_mean(n):
    experiments = np.random.default_rng(1).normal(3.0, 2.0, (n, EXPERIMENTS))
    assert 0.93 <= coverage(experiments, 3.0, np.mean) <= 0.97


@pytest.mark.parametrize("n", [5, 10])
def test_ninety_five_percent_of_intervals_hold_the_mean_of_a_skewed_rate(n):
    experiments = np.random.default_rng(2).beta(5, 2, (n, EXPERIMENTS))
    assert 0.93 <= coverage(experiments, 5 / 7, np.mean) <= 0.97


@pytest.mark.parametrize("n", [5, 10])
def test_about_ninety_five_percent_of_intervals_hold_an_interquartile_mean(n):
    experiments = np.random.default_rng(3).normal(0.0, 1.0, (n, EXPERIMENTS))
    assert 0.93 <= coverage(experiments, 0.0, iqm) <= 0.98


@pytest.mark.parametrize(("a", "b"), [(49, 1), (0.8, 40)])
@pytest.mark.parametrize("n", [5, 8, 10])
def test_ninety_three_percent_of_intervals_hold_a_rate_near_an_end(n, a, b):
    experiments = np.random.default_rng(4).beta(a, b, (n, EXPERIMENTS))
    truth, rate = a / (a + b), {"support": (0.0, 1.0)}
    assert 0.93 <= coverage(experiments, truth, np.mean, **rate) <= 0.97
    assert coverage(experiments, truth, np.mean) < 0.92  # so the support must be said


def test_a_scaled_rate_has_the_scaled_interval():
    values = np.array([0.9, 0.95, 0.99, 1.0, 0.97])
    rate = bootstrap(values, np.mean, support=(0.0, 1.0))
    percent = bootstrap(100 * values, np.mean, support=(0.0, 100.0))
    assert (percent.low, percent.high) == pytest.approx(
        (100 * rate.low, 100 * rate.high)
    )


def test_the_interval_of_a_mean_is_students_up_to_the_draws():
    values = np.random.default_rng(4).normal(size=10)
    interval = bootstrap(values, np.mean, level=0.9)
    scale = values.std(ddof=1) / np.sqrt(10)
    expected = t.interval(0.9, df=9, loc=values.mean(), scale=scale)
    assert (interval.low, interval.high) == pytest.approx(expected, rel=0.03)


@settings(max_examples=30, deadline=None)
@given(samples)
def test_the_interval_contains_its_estimate_and_keeps_to_its_support(values):
    interval = bootstrap(values, resamples=50, support=(0.0, 1.0))
    assert 0 <= interval.low <= interval.estimate <= interval.high <= 1


@settings(max_examples=30, deadline=None)
@given(samples)
def test_the_interval_widens_with_the_level(values):
    narrow = bootstrap(values, resamples=50, level=0.8)
    wide = bootstrap(values, resamples=50, level=0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@settings(max_examples=30, deadline=None)
@given(samples, st.integers(-5, 5), st.sampled_from([0.5, 2.0, 100.0]))
def test_a_change_of_unit_changes_the_interval_alike(values, shift, scale):
    before = bootstrap(values, resamples=50)
    after = bootstrap(values * scale + shift, resamples=50)
    assert after.low == pytest.approx(before.low * scale + shift, abs=1e-9)
    assert after.high == pytest.approx(before.high * scale + shift, abs=1e-9)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_fewer_than_four_seeds_give_points_only(n):
    interval = bootstrap(np.arange(n) / 4, np.mean)
    assert (interval.low, interval.high, interval.n) == (None, None, n)
    assert str(interval).endswith(f"(n={n}, points only)")
    band = bootstrap_curve(np.ones((n, 2)))
    assert band.estimate.tolist() == [1.0, 1.0]
    assert np.isnan(band.low).all()
    assert np.isnan(band.high).all()


def test_seeds_that_agree_give_an_interval_of_no_width():
    interval = bootstrap(np.ones(5))
    assert (interval.low, interval.estimate, interval.high) == (1.0, 1.0, 1.0)


def test_the_same_seed_gives_the_same_interval():
    values = np.arange(6.0) ** 2
    assert bootstrap(values) == bootstrap(values)
    assert bootstrap(values, seed=1) == bootstrap(values, seed=np.random.default_rng(1))
    assert bootstrap(values, seed=1) != bootstrap(values, seed=2)


def test_the_global_random_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - it is what we guard
    bootstrap(np.arange(6.0))
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002


def test_every_point_of_a_curve_is_the_bootstrap_of_that_point():
    values = np.random.default_rng(5).normal(size=(6, 3))
    band = bootstrap_curve(values, resamples=100, seed=7)
    for point in range(3):
        alone = bootstrap(values[:, point], resamples=100, seed=7)
        together = tuple(float(curve[point]) for curve in band)
        assert (alone.estimate, alone.low, alone.high) == pytest.approx(together)


@pytest.mark.parametrize("values", [[], [0.0, 1.0, np.nan, 2.0], [0.0, 1.0, np.inf]])
def test_the_bootstrap_refuses_values_that_have_no_mean(values):
    with pytest.raises(InputError):
        bootstrap(np.array(values))


@pytest.mark.parametrize(
    "option",
    [{"level": 0.0}, {"level": 1.0}, {"level": 95.0}, {"resamples": 1}],
)
def test_the_bootstrap_refuses_options_out_of_range(option):
    with pytest.raises(InputError):
        bootstrap(np.arange(5.0), **option)


def test_the_bootstrap_refuses_a_statistic_outside_its_support():
    with pytest.raises(InputError, match="support"):
        bootstrap(np.arange(5.0), support=(0.0, 1.0))
