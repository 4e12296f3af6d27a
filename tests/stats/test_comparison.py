"""Paired tests: sign flips against SciPy, Holm against the closed test."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from jaxtyping import TypeCheckError
from scipy import stats

from telic.core.errors import InputError
from telic.stats import bootstrap, holm, paired_difference, permutation_test

probabilities = arrays(float, st.integers(1, 7), elements=st.floats(0, 1))


def mean_difference(a, b, axis):
    """The statistic that SciPy permutes."""
    return np.mean(a - b, axis=axis)


@pytest.mark.parametrize("n", [2, 5, 6, 9, 12])
@pytest.mark.parametrize("effect", [0.0, 0.5, 3.0])
def test_exact_permutation_agrees_with_scipy(n, effect):
    rng = np.random.default_rng(n)
    a, b = rng.normal(effect, 1, n), rng.normal(0, 1, n)
    expected = stats.permutation_test(
        (a, b),
        mean_difference,
        permutation_type="samples",
        n_resamples=np.inf,
        vectorized=True,
    )
    assert permutation_test(a - b) == pytest.approx(expected.pvalue, abs=1e-12)


def test_sampled_permutation_is_near_the_exact_p_value():
    differences = np.random.default_rng(0).normal(0.4, 1, 14)
    exact = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=np.inf
    )
    assert permutation_test(differences) == pytest.approx(exact.pvalue, abs=0.02)


def test_sampled_p_value_is_never_zero():
    assert permutation_test(np.ones(40), resamples=99) == 1 / 100


def test_five_seeds_cannot_reach_five_percent_and_six_can():
    assert permutation_test(np.full(5, 1e6)) == 2 / 2**5
    assert permutation_test(np.full(6, 1e6)) == 2 / 2**6


def test_no_difference_at_all_gives_a_p_value_of_one():
    assert permutation_test(np.zeros(5)) == 1.0


def test_five_percent_of_null_experiments_come_out_below_five_percent():
    experiments = np.random.default_rng(0).normal(size=(1000, 8))
    p_values = np.array([permutation_test(row) for row in experiments])
    assert 0.03 <= np.mean(p_values <= 0.05) <= 0.07


@settings(max_examples=50)
@given(arrays(float, st.integers(1, 8), elements=st.floats(-1e3, 1e3)))
def test_the_p_value_ignores_direction_and_unit(differences):
    p = permutation_test(differences)
    assert 0 < p <= 1
    assert permutation_test(-differences) == p
    assert permutation_test(differences * 4) == p


def closed_test(p_values):
    """Holm by its definition: the worst Bonferroni p over all sets that hold a test."""
    tests = range(len(p_values))
    groups = [g for k in tests for g in combinations(tests, k + 1)]
    return [
        min(1, max(len(g) * min(p_values[j] for j in g) for g in groups if i in g))
        for i in tests
    ]


@given(probabilities)
def test_holm_agrees_with_the_closed_test_it_abbreviates(p_values):
    np.testing.assert_allclose(holm(p_values), closed_test(p_values))


@given(probabilities)
def test_holm_never_lowers_a_p_value_and_keeps_their_order(p_values):
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (np.diff(adjusted[np.argsort(p_values)]) >= 0).all()


def test_holm_leaves_a_single_test_alone():
    assert holm(np.array([0.03])).tolist() == [0.03]


def test_a_paired_difference_is_the_bootstrap_of_the_differences():
    a, b = np.array([5.0, 7.0, 6.0, 8.0]), np.array([1.0, 2.0, 1.0, 3.0])
    assert paired_difference(a, b) == bootstrap(a - b, np.mean)


def test_pairing_removes_the_luck_of_the_seed():
    luck = np.array([-90.0, 10.0, 40.0, 200.0, 5.0])
    gain = np.array([1.0, 2.0, 1.5, 1.0, 2.0])
    interval = paired_difference(luck + gain, luck)
    assert 0 < interval.low < 1.5 < interval.high < 3


def test_a_paired_difference_needs_both_numbers_of_every_seed():
    # Under the type checker of the tests, the shapes are refused before we see them.
    with pytest.raises((InputError, TypeCheckError), match="seeds"):
        paired_difference(np.ones(5), np.ones(4))


@pytest.mark.parametrize("test", [permutation_test, holm])
@pytest.mark.parametrize("values", [[], [0.5, np.nan]])
def test_a_test_refuses_values_that_are_missing(test, values):
    with pytest.raises(InputError):
        test(np.array(values))


@pytest.mark.parametrize("p_values", [[0.5, 1.1], [-0.1]])
def test_holm_refuses_what_is_no_probability(p_values):
    with pytest.raises(InputError, match="p_values holds"):
        holm(np.array(p_values))
