"""A world whose episodes are as long as chance says, and it says so at their start."""

import dataclasses

import jax
import jax.numpy as jnp

from telic.worlds import Transition


@dataclasses.dataclass(frozen=True)
class Hours:
    """An episode lasts 1 to `limit` steps, drawn at its start; half of them are cut.

    Its events are whole numbers, so that all sums are exact: 1 for every step; at the
    end the chance of the start; the chance of every step.
    """

    limit: int = 12
    """The longest that an episode lasts."""

    events = ("step", "name", "chance")
    actions = ("left", "right")
    encoding = None
    observation = (2,)

    def sample_noise(self, key):
        """A number below 1000."""
        return jax.random.randint(key, (), 0, 1000)

    def reset(self, noise):
        """The steps to go, and the name of the episode."""
        return jnp.stack([noise % self.limit + 1, noise])

    def step(self, state, action, noise):
        """One step fewer to go."""
        left, name = state[0] - 1, state[1]
        over = left == 0
        named = jnp.where(over, name, 0)
        events = jnp.stack([jnp.ones_like(left), named, noise]).astype(jnp.float32)
        after = jnp.stack([left, name])
        return Transition(after, events, over & (name % 2 == 0), over & (name % 2 == 1))

    def observe(self, state):
        """Both numbers."""
        return state.astype(jnp.float32)
