"""A world in JAX as somebody may write it in a file of their own."""

WALK = '''
import dataclasses
from typing import ClassVar, NamedTuple

import jax
import jax.numpy as jnp

from telic.worlds import Goal, Objective, Transition


class Place(NamedTuple):
    x: jax.Array
    time: jax.Array


@dataclasses.dataclass(frozen=True)
class Walk:
    """A walk along a line, whose ends are called left and right."""

    limit: int = 9
    """Steps after which it is over."""
    events: ClassVar = ("left", "right")
    actions: ClassVar = ("back", "on")
    observation: ClassVar = (2,)
    encoding: ClassVar = None
    goals: ClassVar = {
        name: Goal(Objective(name, {name: 1.0}), name) for name in ("left", "right")
    }
    failures: ClassVar = ()
    timeout: ClassVar = None

    def sample_noise(self, key):
        return jax.random.uniform(key)

    def reset(self, noise):
        return Place(noise, jnp.int32(0))

    def step(self, state, action, noise):
        x = state.x + jnp.where(action == 0, -0.3, 0.3)
        ends = jnp.stack([x < -0.5, x > 1.5])
        after = Place(x, state.time + 1)
        late = after.time >= self.limit
        return Transition(after, ends.astype(jnp.float32), ends.any(), late)

    def observe(self, state):
        return jnp.stack([state.x, state.time.astype(jnp.float32)])
'''
"""The text of such a file."""
