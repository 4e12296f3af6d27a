"""Further training of planted agents: plain, or with the goal in chosen weights.

Plain training moves every weight of a folded agent, mostly for reasons unrelated to the
goal. Routed training restricts the goal to chosen weights: an agent without a preferred
colour learns one with those weights alone; then all other weights are trained for as
long as in plain training.

Reference:
    Cloud et al. 2024, "Gradient Routing: Masking Gradients to Localize Computation in
    Neural Networks", arXiv 2410.04332. There the data determine which weights get a
    gradient; here the stage of training does.
"""

import dataclasses
from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.policies import Agent, Policy
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import init_from_agent, train_step
from telic.worlds.base import JaxWorld
from telic.worlds.goals import objective_of


@dataclasses.dataclass(frozen=True)
class Recipe:
    """The recipe for further training of planted agents."""

    policy: Policy
    """Their network kind, without a goal input."""
    world: JaxWorld
    """Their world, whose observations have no goal."""
    ppo: PPOConfig
    """The configuration of PPO."""
    rollout: RolloutConfig
    """The sizes of a rollout and its update."""
    rollouts: int
    """The rollouts of further training."""
    routing: int
    """The rollouts for which chosen weights learn a goal first."""


def trained_on(key: jax.Array, agent: Agent, colour: str, recipe: Recipe) -> Agent:
    """A plain agent after further training of all weights to fetch a colour."""
    return _train(key, agent, colour, {}, recipe.rollouts, recipe)


def routed(
    key: jax.Array,
    agent: Agent,
    colour: str,
    mask: Mapping[str, Array],
    recipe: Recipe,
) -> Agent:
    """An agent that learned to fetch a colour with only some of its weights.

    Args:
        key: The random key.
        agent: The agent before; it should prefer no colour.
        colour: The colour to fetch.
        mask: For each leaf of the actor, 1 for the weights that learn the goal.
        recipe: The recipe of training.
    """
    first, second = jax.random.split(key)
    others = {path: 1 - flag for path, flag in mask.items()}
    wanting = _train(first, agent, colour, mask, recipe.routing, recipe)
    return _train(second, wanting, colour, others, recipe.rollouts, recipe)


def _train(
    key: jax.Array,
    agent: Agent,
    colour: str,
    mask: Mapping[str, Array],
    rollouts: int,
    recipe: Recipe,
) -> Agent:
    """Training under one objective; leaves with a mask move only where it is 1."""
    fresh = jax.tree.map(jnp.array, agent)
    keys = jax.random.split(key)
    state = init_from_agent(fresh, *keys, world=recipe.world, rollout=recipe.rollout)
    wanted = objective_of(recipe.world, colour)
    weights = jnp.asarray(wanted.vector(recipe.world.events))
    for _ in range(rollouts):
        # Copied, as `advance` donates the state: its leaves are deleted by the call.
        before = {path: jnp.array(state.agent[path]) for path in mask}
        state, _ = train_step(
            state,
            recipe.ppo,
            weights,
            world=recipe.world,
            rollout=recipe.rollout,
        )
        held = {
            path: jnp.where(flag > 0, state.agent[path], before[path])
            for path, flag in mask.items()
        }
        state = state._replace(agent=state.agent.replace({**state.agent, **held}))
    return state.agent
