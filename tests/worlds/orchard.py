"""A world of one's own whose goals can be exchanged: three fruits, one choice.

All of it is seen, as floats; nothing in telic knows its goals or its events by name.
"""

import dataclasses
from collections.abc import Sequence
from typing import ClassVar

import jax
import jax.numpy as jnp

from telic.worlds import Goal, Objective, Transition

FRUITS = ("apple", "pear", "fig")
CELLS = 4


@dataclasses.dataclass(frozen=True)
class Orchard:
    """Each fruit hangs in a cell of its own; the action is the cell to reach into."""

    present: tuple[str, ...] = FRUITS[:2]
    occasional: tuple[str, ...] = FRUITS[2:]
    events: ClassVar = ("miss", *(f"take_{fruit}" for fruit in FRUITS))
    actions: ClassVar = tuple(f"cell {i}" for i in range(CELLS))
    encoding: ClassVar = None
    limit: ClassVar = 5
    observation: ClassVar = (len(FRUITS) * CELLS,)
    goals: ClassVar = {
        fruit: Goal(Objective(fruit, {f"take_{fruit}": 1.0}), f"take_{fruit}")
        for fruit in FRUITS
    }
    failures: ClassVar = ("miss",)
    timeout: ClassVar = None

    def sample_noise(self, key):
        return jax.random.uniform(key, (CELLS + 1,))

    def reset(self, noise):
        """(fruits,) the cell of each; of one that is not there, no cell."""
        cells = jnp.argsort(noise[:CELLS])[: len(FRUITS)]
        sometimes = noise[-1] < 0.5
        there = [
            jnp.asarray(fruit in self.present)
            | (sometimes & (fruit in self.occasional))
            for fruit in FRUITS
        ]
        return jnp.where(jnp.stack(there), cells, -1)

    def step(self, state, action, noise):
        taken = state == action
        events = jnp.concatenate([~taken.any(keepdims=True), taken])
        done = jnp.ones((), bool)
        return Transition(state, events.astype(jnp.float32), done, ~done)

    def observe(self, state):
        return (state[:, None] == jnp.arange(CELLS)[None]).astype(jnp.float32).ravel()

    def channels(self, goal):
        first = CELLS * FRUITS.index(goal)
        return tuple(range(first, first + CELLS))

    def exchanged(self, observations, first, second):
        order = list(range(len(FRUITS)))
        a, b = (FRUITS.index(goal) for goal in (first, second))
        order[a], order[b] = b, a
        blocks = observations.reshape(*observations.shape[:-1], len(FRUITS), CELLS)
        return blocks[..., jnp.array(order), :].reshape(observations.shape)

    def with_goals(self, goals: Sequence[str], without: Sequence[str] = ()):
        others = [f for f in self.occasional if f not in (*goals, *without)]
        return Orchard(tuple(goals), tuple(others))
