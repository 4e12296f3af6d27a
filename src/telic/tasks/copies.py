"""Many copies of a world, stepped from Python by one compiled call per step.

Rollouts compile whole loops (`telic.rollouts`). Code that chooses its actions outside
JAX cannot, so here each step is one call. The states stay on the device and are updated
in place, and the noise of many steps is drawn at once, in advance.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from telic.worlds.base import JaxWorld, State, StepNoise

BLOCK = 128
"""The number of steps whose noise is drawn at once."""


class Copies(NamedTuple):
    """The state of all copies between two steps.

    Attributes:
        states: The state of each copy; every leaf has a leading axis of envs.
        events: The sum of events so far in each running episode.
        ended: Whether the last step ended the episode of each copy.
    """

    states: State
    events: Float[Array, "envs events"]
    ended: Bool[Array, " envs"]


class Step(NamedTuple):
    """The result of one step of all copies.

    Attributes:
        seen: The observation of each copy now, as returned by `World.observe`.
        last_seen: The observation before any reset in this step.
        events: The events of the step.
        total: The sum of events of the episode, this step included.
        terminated: Whether the episode ended for good.
        truncated: Whether the time limit was reached.
    """

    seen: Array
    last_seen: Array
    events: Float[Array, "envs events"]
    total: Float[Array, "envs events"]
    terminated: Bool[Array, " envs"]
    truncated: Bool[Array, " envs"]


@functools.partial(jax.jit, static_argnames=("world", "envs"))
def sample_noise(key: jax.Array, *, world: JaxWorld, envs: int) -> StepNoise:
    """The noise of `BLOCK` steps, or resets, of all copies: axes steps, envs, ...

    Example:
        >>> from telic.worlds.keys import Keys
        >>> sample_noise(jax.random.key(0), world=Keys(), envs=2).shape
        (128, 2, 8)
    """
    keys = jax.random.split(key, (BLOCK, envs))
    return jax.vmap(jax.vmap(world.sample_noise))(keys)


@functools.partial(jax.jit, static_argnames="world")
def reset(noise: StepNoise, *, world: JaxWorld) -> tuple[Copies, Array]:
    """All copies at the start of an episode, and their observations.

    Example:
        >>> from telic.worlds.keys import Keys
        >>> noise = sample_noise(jax.random.key(0), world=Keys(), envs=2)
        >>> reset(noise, world=Keys())[1].shape
        (2, 5, 5)
    """
    first = _row(noise, 0)
    states = jax.vmap(world.reset)(first)
    seen = jax.vmap(world.observe)(states)
    nothing = jnp.zeros((len(seen), len(world.events)))
    return Copies(states, nothing, jnp.zeros(len(seen), bool)), seen


@functools.partial(
    jax.jit, static_argnames=("world", "same_step"), donate_argnames="copies"
)
def step(
    copies: Copies,
    actions: Int[Array, " envs"],
    noise: StepNoise,
    row: Int[Array, ""],
    *,
    world: JaxWorld,
    same_step: bool,
) -> tuple[Copies, Step]:
    """One step of all copies; ended episodes start again.

    Args:
        copies: The state of all copies; donated to the call.
        actions: The action of each copy.
        noise: The noise from `sample_noise`.
        row: The index of this step in it.
        world: The world that they are copies of.
        same_step: Whether an episode starts again in the step that ended the one
            before, or in the next step, which then does nothing else.
    """
    words = _row(noise, row)
    after = jax.vmap(world.step)(copies.states, actions, words)
    fresh = jax.vmap(world.reset)(words)
    late = jnp.zeros_like(copies.ended) if same_step else copies.ended
    terminated, truncated = after.terminated & ~late, after.truncated & ~late
    events = _where(late, 0.0, after.events)
    total, ended = copies.events + events, terminated | truncated
    again = ended if same_step else late
    states = jax.tree.map(lambda a, b: _where(again, a, b), fresh, after.state)
    seen = jax.vmap(world.observe)(states)
    last_seen = jax.vmap(world.observe)(after.state)
    copies = Copies(states, _where(ended, 0.0, total), ended)
    return copies, Step(seen, last_seen, events, total, terminated, truncated)


def _row(noise: StepNoise, row: int | Int[Array, ""]) -> StepNoise:
    """The noise of one step of all copies."""
    return jax.tree.map(lambda x: jax.lax.dynamic_index_in_dim(x, row, 0, False), noise)


def _where(mask: Bool[Array, " envs"], a: Array | float, b: Array) -> Array:
    """`a` where the mask holds, else `b`, over any trailing axes."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (jnp.ndim(b) - 1)), a, b)
