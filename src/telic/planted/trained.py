"""Training planted agents on: plainly, or with the goal routed into chosen weights.

Plain training moves every weight of a folded agent, most of them for no reason that has
to do with the goal. Routed training decides which weights may learn the goal: an agent
that wants no colour in particular learns one with chosen weights alone; then, when it
wants it, all other weights are trained on for as long as in plain training.

Reference:
    Cloud et al. 2024, "Gradient Routing: Masking Gradients to Localize Computation in
    Neural Networks", arXiv 2410.04332. There the data decide which weights take a
    gradient; here time does.
"""

import dataclasses
from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.policies import Agent, Policy
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import advance, begin_with
from telic.worlds.base import JaxWorld
from telic.worlds.goals import objective_of


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How planted agents are trained on."""

    policy: Policy
    """Their network kind; they read no goal any more."""
    world: JaxWorld
    """Their world; it tells none."""
    hyper: PPOConfig
    """PPOConfig-parameters."""
    sizes: RolloutConfig
    """RolloutConfig of a rollout and its updates."""
    rollouts: int
    """For how many rollouts agents are trained on."""
    routing: int
    """For how many rollouts chosen weights learn a goal first."""


def trained_on(key: jax.Array, agent: Agent, colour: str, recipe: Recipe) -> Agent:
    """A plain agent after more training to fetch a colour, all of its weights."""
    return _train(key, agent, colour, {}, recipe.rollouts, recipe)


def routed(
    key: jax.Array,
    agent: Agent,
    colour: str,
    mask: Mapping[str, Array],
    recipe: Recipe,
) -> Agent:
    """An agent that learned to fetch a colour with some of its weights alone.

    Args:
        key: For everything that is random.
        agent: The agent before; it should want no colour more than another.
        colour: What it is to fetch.
        mask: For each leaf of the actor, 1 for the weights that learn the goal.
        recipe: How it is trained.
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
    state = begin_with(fresh, *keys, world=recipe.world, sizes=recipe.sizes)
    wanted = objective_of(recipe.world, colour)
    weights = jnp.asarray(wanted.vector(recipe.world.events))
    for _ in range(rollouts):
        before = {path: jnp.array(state.agent[path]) for path in mask}
        state, _ = advance(
            state,
            recipe.hyper,
            weights,
            world=recipe.world,
            sizes=recipe.sizes,
        )
        held = {
            path: jnp.where(flag > 0, state.agent[path], before[path])
            for path, flag in mask.items()
        }
        state = state._replace(agent=state.agent.replace({**state.agent, **held}))
    return state.agent
