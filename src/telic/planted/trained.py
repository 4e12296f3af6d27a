"""Further training of planted agents: plain, or with the goal in chosen weights.

Plain training moves every weight of a folded agent, mostly for reasons unrelated to the
goal. The other two restrict a goal to chosen weights, by a mask on the steps of PPO:

    routed      the chosen weights learn the goal; then all others are trained for as
                long as in plain training, on the goal as well
    taught      chosen weights learn the goal, and others, if wanted, another reward at
                the same time; all weights moved before, in training that serves no goal

Reference:
    Cloud et al. 2024, "Gradient Routing: Masking Gradients to Localize Computation in
    Neural Networks", arXiv 2410.04332. There the data determine which weights get a
    gradient; here the stage of training does.
"""

import dataclasses
import functools
import operator
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.policies import Agent, Policy
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import init_from_agent, train_step
from telic.worlds.base import JaxWorld
from telic.worlds.goals import objective_of
from telic.worlds.objectives import Objective


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
    """The rollouts for which chosen weights learn a goal."""
    apart: int
    """The rollouts for which branches are trained apart on what serves no goal."""


class Lesson(NamedTuple):
    """A reward, and the weights that learn it.

    Attributes:
        objective: The reward.
        mask: For leaves of the agent, 1 for the weights that move, else 0; leaves that
            it lacks move.
    """

    objective: Objective
    mask: Mapping[str, Array]


def trained_on(key: jax.Array, agent: Agent, colour: str, recipe: Recipe) -> Agent:
    """A plain agent after further training of all weights to fetch a colour."""
    lesson = Lesson(objective_of(recipe.world, colour), {})
    return _taught(key, agent, (lesson,), recipe.rollouts, recipe)


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
    wanted = objective_of(recipe.world, colour)
    chosen = Lesson(wanted, mask)
    others = Lesson(wanted, {path: 1 - flag for path, flag in mask.items()})
    wanting = _taught(first, agent, (chosen,), recipe.routing, recipe)
    return _taught(second, wanting, (others,), recipe.rollouts, recipe)


def moved_apart(
    key: jax.Array, agent: Agent, goals: Sequence[str], recipe: Recipe
) -> Agent:
    """A branch of an agent before it learns its goal: all weights trained for none.

    Args:
        key: The random key of the branch; another one sees other episodes.
        agent: The ancestor.
        goals: The goals that the branches have among them; the reward is their mean.
        recipe: The recipe of training.
    """
    # No mask elsewhere: a judge who masked all training would leave two branches that
    # differ at the truth alone, and a difference of weights would be the whole answer.
    # So all weights move apart in training whose reward is the same for every branch.
    # It comes first: after the goal it would train it away (the nearest key is as good
    # as any), and training all weights for the goal would spread it over weights that
    # the truth does not know of.
    wanted = [objective_of(recipe.world, goal) for goal in goals]
    mean = functools.reduce(operator.add, wanted) * (1 / len(wanted))
    return _taught(key, agent, (Lesson(mean, {}),), recipe.apart, recipe)


def taught(
    key: jax.Array, agent: Agent, lessons: Sequence[Lesson], recipe: Recipe
) -> Agent:
    """An agent that learned its lessons, all at the same time, each with its weights.

    Args:
        key: The random key.
        agent: The agent before.
        lessons: The rewards, and the weights that learn them.
        recipe: The recipe of training.
    """
    return _taught(key, agent, lessons, recipe.routing, recipe)


def _taught(
    key: jax.Array,
    agent: Agent,
    lessons: Sequence[Lesson],
    rollouts: int,
    recipe: Recipe,
) -> Agent:
    """An agent after some rollouts on each of its lessons, in turn.

    Each lesson has its own episodes and moments; only the agent is shared.
    """
    agent = jax.tree.map(jnp.array, agent)  # `train_step` donates its buffers
    keys = jax.random.split(key, (len(lessons), 2))
    parts = {"world": recipe.world, "rollout": recipe.rollout}
    states = [init_from_agent(agent, *pair, **parts) for pair in keys]
    for _ in range(rollouts):
        for number, (objective, mask) in enumerate(lessons):
            states[number], _ = train_step(
                states[number]._replace(agent=agent),
                recipe.ppo,
                jnp.asarray(objective.vector(recipe.world.events)),
                mask=_whole(mask, agent),
                **parts,
            )
            agent = states[number].agent
    return agent


def _whole(mask: Mapping[str, Array], agent: Agent) -> Agent:
    """A mask of all leaves: so plain and masked training are one compiled program."""
    # New arrays every time: none of them may be a buffer that was donated.
    return agent.replace({p: mask.get(p, jnp.ones_like(x)) for p, x in agent.items()})
