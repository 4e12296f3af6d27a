"""Small agents whose every weight matters: for tests of what is done to agents."""

import jax
import jax.numpy as jnp

from telic.agents import Network, create
from telic.worlds import Keys, grid

WORLD = Keys(limit=20)
NETWORK = Network(width=8, actor_layers=3, critic_layers=2)
CODES = jax.random.randint(jax.random.key(7), (16, 25), 0, grid.CODES).astype(jnp.uint8)
"""Observations with codes of every kind in every cell."""


def made(seed):
    """An agent without zeros: its biases count, and so does its last layer."""
    key, shift = jax.random.split(jax.random.key(seed))
    fresh = create(key, NETWORK, WORLD)
    keys = jax.random.split(shift, len(fresh))
    return {
        path: leaf + 0.3 * jax.random.normal(k, leaf.shape)
        for (path, leaf), k in zip(fresh.items(), keys, strict=True)
    }


AGENT, DONOR = made(0), made(1)
