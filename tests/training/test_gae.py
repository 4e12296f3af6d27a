"""Advantages against plain loops over episodes, one episode after another."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from telic.training.gae import advantages

TIME, ENVS = 7, 2
NUMBERS = arrays(
    np.float32, (TIME, ENVS), elements=st.integers(-16, 16).map(lambda n: n / 4)
)
FLAGS = arrays(np.bool_, (TIME, ENVS))
SHARES = st.sampled_from([0.0, 0.5, 0.9, 0.95, 1.0])

compiled = jax.jit(advantages)


def of_one_episode(rewards, values, next_values, terminated, gamma, lam):
    """A_t = Σ_k (γλ)^k δ_{t+k} to the end of the episode; only its last step may
    be a termination."""
    steps = len(rewards)
    result = []
    for t in range(steps):
        total = 0.0
        for k in range(steps - t):
            s = t + k
            ahead = 0.0 if terminated and s == steps - 1 else next_values[s]
            delta = rewards[s] + gamma * ahead - values[s]
            total += (gamma * lam) ** k * delta
        result.append(total)
    return result


def by_episodes(rewards, values, next_values, terminated, truncated, gamma, lam):
    """The reference: cut every copy's time into episodes, and treat each alone."""
    result = np.zeros(rewards.shape)
    for env in range(rewards.shape[1]):
        first = 0
        for t in range(rewards.shape[0]):
            last = t == rewards.shape[0] - 1
            if terminated[t, env] or truncated[t, env] or last:
                part = (slice(first, t + 1), env)
                result[part] = of_one_episode(
                    rewards[part],
                    values[part],
                    next_values[part],
                    terminated[t, env],
                    gamma,
                    lam,
                )
                first = t + 1
    return result


@given(NUMBERS, NUMBERS, NUMBERS, FLAGS, FLAGS, SHARES, SHARES)
def test_advantages_agree_with_loops_over_episodes(
    rewards, values, next_values, terminated, truncated, gamma, lam
):
    data = (rewards, values, next_values, terminated, truncated)
    expected = by_episodes(*data, gamma, lam)
    actual = compiled(*map(jnp.asarray, data), gamma=gamma, lam=lam)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-4)


@given(NUMBERS, NUMBERS, NUMBERS, FLAGS, SHARES)
def test_without_lambda_the_advantage_is_the_error_of_one_step(
    rewards, values, next_values, terminated, gamma
):
    data = map(jnp.asarray, (rewards, values, next_values, terminated, ~terminated))
    ahead = np.where(terminated, 0, next_values)
    actual = compiled(*data, gamma=gamma, lam=0.0)
    np.testing.assert_allclose(actual, rewards + gamma * ahead - values, atol=1e-5)


def row(*numbers):
    """A column of time for one copy of the world."""
    return jnp.array(numbers)[:, None]


@pytest.mark.parametrize(
    ("terminated", "truncated", "expected"),
    [
        (False, False, 3.25),
        (True, False, 0.75),
        (False, True, 3.25),
        (True, True, 0.75),
    ],
)
def test_only_a_termination_stops_the_bootstrap(terminated, truncated, expected):
    # δ = 1 + ½·5 - ¼ where the episode may go on; 1 - ¼ where it may not.
    result = compiled(
        row(1.0),
        row(0.25),
        row(5.0),
        row(terminated),
        row(truncated),
        gamma=0.5,
        lam=1.0,
    )
    assert float(result[0, 0]) == expected


@pytest.mark.parametrize("end", ["terminated", "truncated"])
def test_nothing_of_the_next_episode_leaks_into_this_one(end):
    flags = row(True, False)
    none = row(False, False)
    ends = (flags, none) if end == "terminated" else (none, flags)
    small, large = (
        compiled(row(1.0, pay), row(0.0, 0.0), row(2.0, 0.0), *ends, gamma=0.5, lam=1.0)
        for pay in (0.0, 1000.0)
    )
    assert float(small[0, 0]) == float(large[0, 0])
    assert float(small[1, 0]) != float(large[1, 0])


def test_with_lambda_one_the_target_is_the_discounted_return():
    values = row(0.5, -3.0, 7.0)
    result = compiled(
        row(1.0, 2.0, 4.0),
        values,
        row(-3.0, 7.0, 100.0),
        row(False, False, True),
        row(False, False, False),
        gamma=0.5,
        lam=1.0,
    )
    assert (result + values)[:, 0].tolist() == [3.0, 4.0, 4.0]


def test_what_is_not_finite_beyond_a_termination_is_never_read():
    result = compiled(
        row(1.0), row(0.0), row(jnp.nan), row(True), row(False), gamma=0.9, lam=0.9
    )
    assert float(result[0, 0]) == 1.0
