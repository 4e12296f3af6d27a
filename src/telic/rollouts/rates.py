"""Rates: the mean measures of an agent's episodes, by name."""

from collections.abc import Sequence

import numpy as np

from telic.rollouts.evaluate import Episodes
from telic.worlds.base import World
from telic.worlds.objectives import Objective, matrix

Rates = dict[str, float]
"""The measures by name: the mean count of every event per episode (a rate for an event
that ends the episode), `length` in steps, and `return_NAME` of each objective."""


def rates(
    episodes: Episodes, world: World, objectives: Sequence[Objective] = ()
) -> Rates:
    """The measures of one agent, each a mean over its episodes.

    Example:
        >>> import jax.numpy as jnp
        >>> from telic.worlds import fetch
        >>> from telic.worlds import Keys
        >>> world = Keys()
        >>> events = jnp.zeros((2, len(world.events)))
        >>> events = events.at[0, world.events.index("pick_blue")].set(1.0)
        >>> seen = rates(Episodes(events, jnp.array([4, 6])), world, [fetch("blue")])
        >>> seen["pick_blue"], seen["length"], seen["return_blue"]
        (0.5, 5.0, 0.5)
    """
    means = np.asarray(episodes.events, np.float64).mean(axis=0)
    found = dict(zip(world.events, means.tolist(), strict=True))
    found["length"] = float(np.asarray(episodes.length).mean())
    if objectives:
        returns = matrix(objectives, world.events).astype(np.float64) @ means
        for objective, value in zip(objectives, returns, strict=True):
            found[f"return_{objective.name}"] = float(value)
    return found
