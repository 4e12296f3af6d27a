"""Distributions of actions: their formulas, beside sums, integrals and samples."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from telic.policies.distribution import Gaussian, Numbered, Several

FAMILIES = {
    "numbered": (Numbered(3), 3),
    "several": (Several((2, 3)), 5),
    "gaussian": (Gaussian(2), 4),
}


@pytest.fixture(params=FAMILIES)
def case(request):
    """A family, and the numbers of two policies."""
    acts, size = FAMILIES[request.param]
    mine, theirs = (
        jax.random.normal(key, (1, size)) for key in jax.random.split(jax.random.key(1))
    )
    return acts, mine, theirs


def drawn(acts, numbers, count=40_000):
    """Actions of a policy, drawn."""
    uniform = jax.random.uniform(jax.random.key(0), (count, *acts.draws))
    many = jnp.broadcast_to(numbers, (count, numbers.shape[1]))
    return acts.select(many, uniform, greedy=False)


def test_entropy_and_divergence_are_means_over_actions(case):
    acts, mine, theirs = case
    actions = drawn(acts, mine)
    own, other = (acts.log_prob(n, actions) for n in (mine, theirs))
    assert float(acts.entropy(mine)[0]) == pytest.approx(-float(own.mean()), abs=0.03)
    gap = float((own - other).mean())
    assert float(acts.kl(mine, theirs)[0]) == pytest.approx(gap, abs=0.05, rel=0.01)
    assert float(acts.kl(mine, mine)[0]) == pytest.approx(0, abs=1e-6)


def test_the_preference_is_a_difference_of_means_over_actions(case):
    acts, mine, theirs = case
    numbers = mine * 0.5 + 0.1
    of_theirs, of_mine = (
        float(acts.log_prob(numbers, drawn(acts, n)).mean()) for n in (theirs, mine)
    )
    found = float(acts.preference(acts.gap(mine, theirs), numbers)[0])
    assert found == pytest.approx(of_theirs - of_mine, abs=0.08)
    assert float(acts.preference(acts.gap(mine, mine), numbers)[0]) == pytest.approx(
        0, abs=1e-6
    )


def test_greedy_is_the_most_likely_action(case):
    acts, mine, _ = case
    zero = jnp.zeros((1, *acts.draws))
    best = acts.select(mine, zero, greedy=True)
    most = float(acts.log_prob(mine, best)[0])
    assert most >= float(acts.log_prob(mine, drawn(acts, mine)).max()) - 1e-6


def test_gaussian_densities_are_those_of_scipy():
    numbers = jnp.array([[0.5, -1.0, 0.2, -0.7]])
    action = jnp.array([[1.0, 0.0]])
    expected = scipy.stats.norm.logpdf([1.0, 0.0], [0.5, -1.0], np.exp([0.2, -0.7]))
    found = float(Gaussian(2).log_prob(numbers, action)[0])
    assert found == pytest.approx(expected.sum(), abs=1e-5)


def test_gaussian_actions_are_finite_at_the_ends_of_uniform_numbers():
    numbers = jnp.array([[0.0, 0.0]] * 2)
    ends = jnp.array([[0.0], [np.nextafter(np.float32(1), np.float32(0))]])
    found = Gaussian(1).select(numbers, ends, greedy=False)
    assert np.isfinite(found).all() and float(found[0, 0]) < -5 < 5 < float(found[1, 0])


def test_gradients_of_divergences_are_finite(case):
    acts, mine, theirs = case
    slope = jax.grad(lambda n: acts.kl(theirs, n).sum())(mine)
    assert np.isfinite(slope).all() and float(jnp.abs(slope).max()) > 0
