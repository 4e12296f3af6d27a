"""Recovery: further training after an edit, beside the same training without it.

Two questions. *Recovery*: after how many steps of training on the old objective is an
edited agent as good at it as before ("salvage" in the first founding study)?
*Equivalent fine-tuning*: how many steps of ordinary training on the new objective have
the effect that the edit has at once?
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Float32

from telic.core import trees
from telic.core.errors import InputError
from telic.policies import Agent, interventions
from telic.training.loop import train_phase
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import TrainState, raise_if_diverged
from telic.worlds.base import World


class TrainedOn(NamedTuple):
    """The result of further training from some agent.

    Attributes:
        returns: (rollouts, objectives) the mean return of the episodes completed in
            each rollout; NaN if there were none. The first precedes any update.
        agent: The agent at the end.
    """

    returns: Float[np.ndarray, "rollouts objectives"]
    agent: Agent


def train_on(
    state: TrainState,
    agent: Agent,
    weights: Float32[np.ndarray, " events"],
    objectives: Float32[np.ndarray, "objectives events"],
    *,
    rollouts: int,
    ppo: PPOConfig,
    world: World,
    rollout: RolloutConfig,
) -> TrainedOn:
    """Train an agent further from the state of a run, in its worlds and moments.

    Args:
        state: The state of the run; its buffers are not donated.
        agent: The agent to train, instead of the state's own.
        weights: The weights of the objective to train on.
        objectives: The weights of the objectives of the returns, one row each.
        rollouts: The number of rollouts.
        ppo: As in the run.
        world: As in the run.
        rollout: As in the run.

    Raises:
        InputError: If the agent holds interventions, which must not be trained.
        DivergedError: If a loss or a parameter is not finite.
    """
    if interventions.interventions_of(agent):
        raise InputError(
            "an agent with interventions cannot train on",
            why="training would move them as if they were weights",
            fix="train on after an edit of weights",
        )
    trees.check_alike(state.agent, agent)
    # A copy: the caller starts other arms from the same state, which must stay valid.
    fresh = jax.tree.map(jnp.array, state._replace(agent=agent))
    returns = np.full((rollouts, len(objectives)), np.nan)
    phase = train_phase(
        fresh,
        weights,
        rollouts=rollouts,
        ppo=ppo,
        world=world,
        rollout=rollout,
    )
    for number, (fresh, metrics) in enumerate(phase):
        raise_if_diverged(metrics, fresh.agent, rollouts=number + 1)
        completed = int(metrics.episodes.completed)
        if completed:
            events = np.asarray(metrics.episodes.events, np.float64)
            returns[number] = objectives @ (events / completed)
    return TrainedOn(returns, fresh.agent)


def rollouts_to(curve: Float[np.ndarray, " rollouts"], mark: float) -> int | None:
    """The number of rollouts until a return reaches a mark; None if never.

    0: the first rollout, before any update, reaches it.

    Example:
        >>> rollouts_to(np.array([0.1, 0.5, 0.9]), 0.5), rollouts_to(np.zeros(2), 0.5)
        (1, None)
    """
    there = np.flatnonzero(curve >= mark)
    return int(there[0]) if len(there) else None
