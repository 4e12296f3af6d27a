"""A tiny goal-conditioned agent, and a recipe that trains for a moment."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np

from telic.activations.capture import gather
from telic.agents import Network, create, logits
from telic.core.trees import Tree
from telic.planted import Base, Recipe, fold
from telic.training import Hyper
from tests.small import NETWORK, SIZES
from tests.small import WISHES as WORLD

PLAIN = dataclasses.replace(NETWORK, width=16)
RECIPE = Recipe(PLAIN, WORLD.base, Hyper(), SIZES, rollouts=1, routing=1)


@functools.cache
def told(layer: int = 0, units: int = 16) -> tuple[Network, Tree]:
    """An agent that reads the wish at a layer, and its shape."""
    network = dataclasses.replace(PLAIN, wish_layer=layer, wish_units=units)
    return network, create(jax.random.key(0), network, WORLD)


def base(layer: int = 0, **changed: object) -> Base:
    """What planted agents are made of."""
    recipe = dataclasses.replace(RECIPE, **changed)
    return Base(told(layer)[1], WORLD.colours, recipe)


@functools.cache
def seen() -> jax.Array:
    """Observations of many boards, the wish last."""
    plain = fold(told()[1], 0)
    found = gather(jax.random.key(1), plain, PLAIN, WORLD.base, steps=8, envs=32)
    wishes = jnp.arange(len(found), dtype=found.dtype) % WORLD.told
    return jnp.concatenate([found, wishes[:, None]], axis=1)


def said(agent: Tree) -> np.ndarray:
    """The logits of a plain agent of any width, in the world that tells no wish."""
    return np.asarray(logits(agent, PLAIN, WORLD.base, seen()[:, :-1]))
