"""A tiny goal-conditioned agent, and a recipe that trains for a moment."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.planted import Base, Recipe, fold
from telic.policies import Agent, create
from telic.rollouts import observations_of
from telic.training import PPOConfig
from tests.small import GOAL_KEYS as WORLD
from tests.small import POLICY, SIZES

KEY = jax.random.key(6)
PLAIN = dataclasses.replace(POLICY, width=16)
RECIPE = Recipe(PLAIN, WORLD.base, PPOConfig(), SIZES, 1, 1, 1)


@functools.cache
def told(layer: int = 0, units: int = 16, seed: int = 0) -> Agent:
    """An agent that reads the goal at a layer."""
    policy = dataclasses.replace(PLAIN, goal_layer=layer, goal_units=units)
    return create(jax.random.key(seed), policy, WORLD)


def base(layer: int = 0, **changed: object) -> Base:
    """What planted agents are made of."""
    recipe = dataclasses.replace(RECIPE, **changed)
    return Base(told(layer), WORLD.colours, recipe, told(layer, seed=1))


@functools.cache
def seen() -> jax.Array:
    """Observations of many boards, the goal last."""
    plain = fold(told(), 0)
    found = observations_of(jax.random.key(1), plain, WORLD.base, steps=8, envs=32)
    found = found.reshape(len(found), -1)
    goals = jnp.arange(len(found), dtype=found.dtype) % WORLD.num_goals
    return jnp.concatenate([found, goals[:, None]], axis=1)


def said(agent: Agent) -> np.ndarray:
    """The logits of a plain agent of any width, in the world that tells no goal."""
    return np.asarray(agent.logits(seen()[:, :-1]))


def row(tree: trees.Arrays) -> np.ndarray:
    """All entries of a tree in one row, by sorted path."""
    return np.concatenate([np.ravel(tree[path]) for path in sorted(tree)])
