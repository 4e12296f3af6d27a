"""Tests and intervals for differences between paired seeds.

Paired means that both numbers come from the same seed: the agent with the edit and
without it, or with the edit and with its control. Under the null hypothesis each
difference is as likely to have the opposite sign. So the test flips signs in all ways
and counts how often the mean is at least as far from zero as the observed one.

With few seeds the test is coarse: the smallest p that n seeds can give is 2 / 2^n,
which is 0.0625 for five seeds. Six is the fewest that can reach 0.05.
"""

import numpy as np
from jaxtyping import Bool, Float, Shaped

from telic.core.errors import InputError
from telic.stats.checks import check_count, check_values
from telic.stats.intervals import Interval
from telic.stats.resampling import bootstrap

MOST_EXACT_SEEDS = 12  # 2^12 = 4,096 sign patterns; above this they are sampled


def paired_difference(
    a: Shaped[np.ndarray, " seeds"],
    b: Shaped[np.ndarray, " seeds"],
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int | np.random.Generator = 0,
) -> Interval:
    """The mean over seeds of a - b, and its bootstrap interval.

    Pairing removes the variance between seeds that both conditions share.

    Args:
        a: One number per seed, in any unit: with the edit.
        b: The same seeds in the same order and unit: without it, or its control.
        level: The nominal coverage, strictly between 0 and 1.
        resamples: The number of bootstrap resamples, 2 or more.
        seed: Seed or generator of those draws.

    Raises:
        InputError: If the two differ in length, or as for `bootstrap`.

    Example:
        >>> edited, control = np.array([5.0, 7, 6, 8]), np.array([1.0, 2, 1, 3])
        >>> difference = paired_difference(edited, control)
        >>> difference.estimate, difference.low > 0
        (4.75, True)
    """
    a, b = check_values(a, "a", axes=1), check_values(b, "b", axes=1)
    if len(a) != len(b):
        raise InputError(
            f"a has {len(a)} seeds and b has {len(b)}",
            why="a paired difference needs both numbers from every seed",
            fix="keep the seeds that both have, in the same order",
        )
    return bootstrap(a - b, np.mean, level=level, resamples=resamples, seed=seed)


def permutation_test(
    differences: Shaped[np.ndarray, " seeds"],
    *,
    resamples: int = 10_000,
    seed: int | np.random.Generator = 0,
) -> float:
    """The two-sided p-value of a mean paired difference, by flipping signs.

    Exact up to 12 seeds. Above, sign patterns are sampled and the observed one is
    counted among them, so p is never below 1 / (resamples + 1).

    Args:
        differences: One difference per seed, in any unit.
        resamples: The number of sign patterns to sample if there are over 12 seeds.
        seed: Seed or generator of those samples.

    Returns:
        A probability in (0, 1].

    Raises:
        InputError: If there are no differences, one of them is not finite, or there is
            not at least one resample.

    Example:
        >>> permutation_test(np.array([0.4, 0.5, 0.3, 0.6, 0.2, 0.5]))
        0.03125

    Reference:
        Fisher (1935). The Design of Experiments. Phipson and Smyth (2010).
        Permutation p-values should never be zero. arXiv:1603.05766.
    """
    differences = check_values(differences, "differences", axes=1)
    check_count(resamples, "resamples")
    n = len(differences)
    if n <= MOST_EXACT_SEEDS:
        signs = 1.0 - 2.0 * (np.arange(2**n)[:, None] >> np.arange(n) & 1)
        return float(_is_as_extreme(signs, differences).mean())
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(resamples, n))
    extreme = int(_is_as_extreme(signs, differences).sum())
    return (1 + extreme) / (1 + resamples)


def holm(p_values: Shaped[np.ndarray, " tests"]) -> Float[np.ndarray, " tests"]:
    """Holm-adjusted p-values, in the order in which they were given.

    Rejecting where the adjusted value is at most alpha keeps the chance of even one
    false rejection among all tests at alpha or below, whatever their dependence.

    Args:
        p_values: One p-value per test, each in [0, 1].

    Returns:
        Adjusted p-values in [0, 1], each at least as large as its original.

    Raises:
        InputError: If there are none, or one of them is not a probability.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.06, 0.06])

    Reference:
        Holm (1979). A simple sequentially rejective multiple test procedure.
        Scandinavian Journal of Statistics 6, 65-70.
    """
    p_values = check_values(p_values, "p_values", axes=1)
    outside = p_values[(p_values < 0) | (p_values > 1)]
    if len(outside):
        raise InputError(
            f"p_values holds {outside[0]}",
            why="a p-value is a probability, from 0 to 1",
            fix="pass p-values, not the statistics they came from",
        )
    order = np.argsort(p_values)
    # Adjusted p_(i) = max over j <= i of (m - j + 1) p_(j), where m tests are sorted.
    remaining = np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.maximum.accumulate(remaining * p_values[order])
    return np.minimum(adjusted, 1.0)


def _is_as_extreme(
    signs: Float[np.ndarray, "patterns seeds"], differences: Float[np.ndarray, " seeds"]
) -> Bool[np.ndarray, " patterns"]:
    # Sums in another order differ in the last digit; without the slack a pattern that
    # ties with the observed one could be missed, and p would be too small. That happens
    # in scipy.stats.permutation_test, whose slack is a fraction of the mean, for rates
    # in tenths and a mean near zero. It also doubles a one-sided p.
    slack = 1e-12 * np.abs(differences).sum()
    return np.abs(signs @ differences) >= abs(differences.sum()) - slack
