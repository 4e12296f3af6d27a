"""Generalised advantage estimation, with terminations and time limits distinct.

δ_t = r_t + γ (1 - terminated_t) V(s'_t) - V(s_t)
A_t = δ_t + γ λ (1 - done_t) A_{t+1}

s'_t is the state after the step, *before* any reset: at a time limit the value of the
last state is bootstrapped, and nothing of the next episode leaks into this one.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float


def advantages(
    rewards: Float[Array, "time envs"],
    values: Float[Array, "time envs"],
    next_values: Float[Array, "time envs"],
    terminated: Bool[Array, "time envs"],
    truncated: Bool[Array, "time envs"],
    *,
    gamma: float | Float[Array, ""],
    lam: float | Float[Array, ""],
) -> Float[Array, "time envs"]:
    """The advantage of every step; `advantages + values` are the critic's targets.

    Args:
        rewards: r_t, of the step at time t.
        values: V(s_t), of the state in which the step was taken.
        next_values: V(s'_t), of the state after the step, before a reset; not used
            where the step terminated the episode.
        terminated: Whether the episode ended for good: the value beyond is 0.
        truncated: Whether the time limit ended the episode.
        gamma: The discount per step, in [0, 1].
        lam: λ, in [0, 1]: 0 trusts the critic alone, 1 the returns alone.

    Reference:
        Schulman et al. 2015, "High-Dimensional Continuous Control Using Generalized
        Advantage Estimation", arXiv 1506.02438; Pardo et al. 2017, "Time Limits in
        Reinforcement Learning", arXiv 1712.00378.

    Example:
        >>> one, no = jnp.ones((1, 1)), jnp.zeros((1, 1), bool)
        >>> float(advantages(one, one, one, no, ~no, gamma=0.5, lam=1.0)[0, 0])
        0.5
        >>> float(advantages(one, one, one, ~no, no, gamma=0.5, lam=1.0)[0, 0])
        0.0
    """
    bootstrap = jnp.where(terminated, 0.0, next_values)
    deltas = rewards + gamma * bootstrap - values
    carry_on = gamma * lam * ~(terminated | truncated)

    def back(later: Array, now: tuple[Array, Array]) -> tuple[Array, Array]:
        delta, keep = now
        advantage = delta + keep * later
        return advantage, advantage

    start = jnp.zeros_like(rewards[0])
    _, result = jax.lax.scan(back, start, (deltas, carry_on), reverse=True)
    return result
