"""Toy worlds whose values and best actions are known by hand.

What `rejax` tests its algorithms with, in our event space: every world has one event,
`pay`, and pays under the weights [1.0]. If an agent cannot learn one of these, the
name of the world says what is broken.
"""

import abc
import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, UInt32

from telic.worlds import Transition

PAY = jnp.ones(1)
"""The objective of all toy worlds."""


class Toy(abc.ABC):
    """What all toys share: one event, two actions, floats to look at."""

    events = ("pay",)
    actions = ("left", "right")
    encoding = None
    limit = 1000

    @property
    @abc.abstractmethod
    def observation(self) -> tuple[int, ...]: ...

    @abc.abstractmethod
    def reset(self, noise: UInt32[Array, ""]) -> Int[Array, ""]: ...

    @abc.abstractmethod
    def step(
        self, state: Int[Array, ""], action: Int[Array, ""], noise: UInt32[Array, ""]
    ) -> Transition: ...

    @abc.abstractmethod
    def observe(self, state: Int[Array, ""]) -> Float[Array, " seen"]: ...

    def sample_noise(self, key: jax.Array) -> UInt32[Array, ""]:
        return jax.random.bits(key, (), jnp.uint32)


@dataclasses.dataclass(frozen=True)
class Gift(Toy):
    """One state, one step, always paid: V = 1. Else: the value loss is broken."""

    observation = (1,)

    def reset(self, noise):
        return jnp.zeros((), jnp.int32)

    def step(self, state, action, noise):
        return _paid(1.0, state, terminated=True)

    def observe(self, state):
        return jnp.ones(1)


@dataclasses.dataclass(frozen=True)
class Sign(Toy):
    """One step that pays what is seen, ±1: V = ±1. Else: observations do not arrive."""

    observation = (1,)

    def reset(self, noise):
        return _coin(noise)

    def step(self, state, action, noise):
        return _paid(2.0 * state - 1.0, state, terminated=True)

    def observe(self, state):
        return 2.0 * state[None] - 1.0


@dataclasses.dataclass(frozen=True)
class Wait(Toy):
    """Two steps, paid after the second: V = γ, then 1. Else: discounting is broken."""

    observation = (2,)

    def reset(self, noise):
        return jnp.zeros((), jnp.int32)

    def step(self, state, action, noise):
        return _paid(1.0 * state, state + 1, terminated=state == 1)

    def observe(self, state):
        return jax.nn.one_hot(state, 2)


@dataclasses.dataclass(frozen=True)
class Choice(Toy):
    """`left` pays 1 and `right` costs 1. Else: the advantage or the ratio is broken."""

    observation = (1,)

    def reset(self, noise):
        return jnp.zeros((), jnp.int32)

    def step(self, state, action, noise):
        return _paid(1.0 - 2.0 * action, state, terminated=True)

    def observe(self, state):
        return jnp.ones(1)


@dataclasses.dataclass(frozen=True)
class Echo(Toy):
    """Doing what is seen pays 1, or else costs 1. Else: actions meet the wrong rows."""

    observation = (2,)

    def reset(self, noise):
        return _coin(noise)

    def step(self, state, action, noise):
        return _paid(jnp.where(action == state, 1.0, -1.0), state, terminated=True)

    def observe(self, state):
        return jax.nn.one_hot(state, 2)


@dataclasses.dataclass(frozen=True)
class Clock(Toy):
    """Every step pays 1 until the clock stops.

    Stopped by a time limit: V = 1 / (1 - γ) at all times, as if it never stopped.
    Stopped for good: V = (1 - γ^n) / (1 - γ) with n steps to go.
    """

    limit: int = 4
    """Steps of an episode."""
    for_good: bool = False
    """Whether the episode is terminated rather than truncated."""
    blind: bool = False
    """Whether the agent sees nothing but ones, not the time."""

    @property
    def observation(self):
        return (1,) if self.blind else (self.limit + 1,)

    def reset(self, noise):
        return jnp.zeros((), jnp.int32)

    def step(self, state, action, noise):
        over = state + 1 >= self.limit
        end, cut = (over, False) if self.for_good else (False, over)
        return _paid(1.0, state + 1, terminated=end, truncated=cut)

    def observe(self, state):
        return jnp.ones(1) if self.blind else jax.nn.one_hot(state, self.limit + 1)


def _coin(noise: UInt32[Array, ""]) -> Int[Array, ""]:
    """0 or 1, equally likely."""
    return (noise >> 31).astype(jnp.int32)


def _paid(
    pay: Float[Array, ""] | float,
    state: Int[Array, ""],
    *,
    terminated: Bool[Array, ""] | bool,
    truncated: Bool[Array, ""] | bool = False,
) -> Transition:
    """A transition with everything as an array."""
    events = jnp.asarray(pay, jnp.float32)[None]
    return Transition(state, events, jnp.asarray(terminated), jnp.asarray(truncated))
