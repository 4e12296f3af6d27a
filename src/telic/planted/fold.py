"""Fold: one goal of a goal-conditioned agent, moved into a layer's bias.

The goal enters one layer as a vector that depends on nothing else. Adding that vector
to the layer's bias and removing the table of goals gives a plain agent with a fixed
goal; two such agents differ exactly in those biases, so the goal is there and nowhere
else.
"""

import jax
import numpy as np
from jaxtyping import Array

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.policies import Agent, Spec, interventions
from telic.worlds.base import GoalConditioned


def fold(agent: Agent, goal: int | None) -> Agent:
    """The plain agent with one fixed goal; None: the mean of all goals.

    Raises:
        InputError: If the agent reads no goal, lacks this one, or holds interventions
            other than its tables of goals.

    Example:
        >>> import jax
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import GoalKeys
        >>> agent = create(jax.random.key(0), MLP(width=8, goal_units=2), GoalKeys())
        >>> table = agent["at/actor/0/pre/0/goal"]
        >>> bool((fold(agent, 1)["actor/0/bias"][:2] == table[1]).all())
        True
    """
    plain, read = interventions.weights(agent), goal_tables(agent)
    if len(agent) > len(plain) + len(read):
        raise InputError(
            "an agent with other interventions cannot be folded",
            why="a plain agent has none",
            fix="leave them away before",
        )
    for bias, table in read.items():
        if goal is not None and not 0 <= goal < len(table):
            raise InputError(f"goal = {goal}", why=f"allowed: 0 to {len(table) - 1}")
        added = table.mean(axis=0) if goal is None else table[goal]
        plain[bias] = plain[bias].at[: len(added)].add(added)
    world = agent.spec.world
    assert isinstance(world, GoalConditioned)
    return Agent(plain, agent.policy.without_goal(), Spec.of(world.base))


def truth(agent: Agent) -> Tree:
    """The ground truth for actors folded from an agent: 1 at the goal, else 0.

    Example:
        >>> import jax
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import GoalKeys
        >>> agent = create(jax.random.key(0), MLP(width=8, goal_units=2), GoalKeys())
        >>> truth(agent)["actor/0/bias"][:3].tolist()
        [1.0, 1.0, 0.0]
    """
    plain = interventions.weights(agent.actor)
    flags = {path: np.zeros(leaf.shape, leaf.dtype) for path, leaf in plain.items()}
    for bias, table in goal_tables(agent).items():
        if bias in flags:
            flags[bias][: table.shape[1]] = 1
    return {path: jax.device_put(flag) for path, flag in flags.items()}


def goal_tables(agent: Agent) -> dict[str, Array]:
    """An agent's tables of goals, by the path of the bias that each adds to.

    A goal is added to the output of a layer before its activation function, just like
    the layer's bias.

    Raises:
        InputError: If its actor has none.
    """
    found = {
        _bias(agent, site): leaves["goal"]
        for site, held in interventions.interventions_of(agent).items()
        for leaves in held
        if "goal" in leaves
    }
    if not set(found) & set(agent.actor):
        raise InputError(
            "the agent reads no goal",
            why="only goal-conditioned agents can be folded",
            fix="train one in the world `goal-keys` with MLP(goal_units=16)",
        )
    return found


def _bias(agent: Agent, site: str) -> str:
    """The path of the bias of the layer whose output is at a site."""
    sites = list(agent.sites)
    reached = next(s for s in sites[sites.index(site) :] if s in agent.units)
    makes = (use.leaf for use in agent.units[reached] if use.makes)
    return next(leaf for leaf in makes if agent[leaf].ndim == 1)
