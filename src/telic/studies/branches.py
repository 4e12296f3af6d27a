"""Branches: training on from where a run stands, under this objective or another.

From one base many branches may grow: the second phase of the founding study, the same
number of steps under the *old* objective (what more training does by itself), and
repeats of either with fresh data, which say how much of a vector is chance.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from telic.core.errors import InputError
from telic.policies import Agent
from telic.runs import metrics
from telic.training import Plan, Training, check, train
from telic.training.ppo import Hyper, optimiser

ALONG = ("steps", "episodes", "length", "entropy", "kl")
"""What is kept of each rollout of a branch, beside returns and rates of events."""


class Branch(NamedTuple):
    """A stretch of training from a base.

    Attributes:
        agents: By number of rollouts: the agent there.
        rows: What each rollout brought.
    """

    agents: dict[int, Agent]
    rows: list[dict[str, Any]]


def branch(
    base: Training,
    plan: Plan,
    objective: str,
    *,
    at: Sequence[int],
    repeat: int = 0,
    keep_moments: bool = True,
    stop: Callable[[], bool] = lambda: False,
) -> Branch | None:
    """Train on from a base.

    Args:
        base: Where the run stands; it is left as it is.
        plan: The run's plan.
        objective: The name of the objective that is trained.
        at: After how many rollouts an agent is kept; the largest is the end.
        repeat: Which data: 0 is what the run itself would see next.
        keep_moments: Whether the optimiser goes on with the moments of the base, as in
            the founding study, or with fresh ones.
        stop: Asked after every rollout.

    Returns:
        None if it was stopped.

    Raises:
        DivergedError: If a number is not finite.
    """
    agents, rows = {}, []
    for state, seen in train(
        _fresh(base, repeat, keep_moments),
        plan.vector(objective),
        rollouts=max(at),
        hyper=plan.hyper,
        world=plan.world,
        sizes=plan.sizes,
    ):
        done = int(state.rollouts) - int(base.rollouts)
        check(seen, state.agent, rollouts=done)
        rows.append(_row(plan, seen, done))
        if done in at:
            agents[done] = jax.tree.map(jnp.array, state.agent)
        if stop():
            return None
    return Branch(agents, rows)


def rollouts_of(steps: int, plan: Plan) -> int:
    """How many rollouts a number of steps is.

    Raises:
        InputError: If it is not a whole number of them.
    """
    if steps < 1 or steps % plan.sizes.batch:
        near = max(1, round(steps / plan.sizes.batch)) * plan.sizes.batch
        raise InputError(
            f"{steps} steps of a second phase",
            why=f"a rollout of these runs has {plan.sizes.batch} steps",
            fix=f"for example {near}",
        )
    return steps // plan.sizes.batch


def _fresh(base: Training, repeat: int, keep_moments: bool) -> Training:
    """The base, in buffers of its own, with other chance if it is a repeat."""
    state = jax.tree.map(jnp.array, base)
    if repeat:
        key = jax.random.fold_in(
            jax.random.wrap_key_data(state.key), 1_000_000 + repeat
        )
        state = state._replace(key=jax.random.key_data(key))
    if not keep_moments:
        state = state._replace(moments=optimiser(Hyper()).init(state.agent))
    return state


def _row(plan: Plan, seen: Any, rollouts: int) -> dict[str, Any]:
    """What a rollout brought, in the form of a run's metrics."""
    told = metrics.measures(plan, seen)
    kept = {k: v for k, v in told.items() if k in ALONG or k[:5] in ("retur", "rate_")}
    return {**kept, "steps": rollouts * plan.sizes.batch}
