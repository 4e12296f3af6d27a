"""Many copies of a world, stepped together from Python: one compiled call a step.

Rollouts compile whole loops (`telic.rollouts`). Code that chooses its actions
outside of JAX cannot; this is the next best thing. The states stay on the device and
are updated in place, and the chance of many steps is drawn at once, ahead of them.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from telic.worlds.base import JaxWorld, State, StepNoise

BLOCK = 128
"""How many steps' chance is drawn at once."""


class Copies(NamedTuple):
    """Where all copies stand between two steps.

    Attributes:
        states: The state of each copy; every leaf has a leading axis of envs.
        events: What has happened so far in each running episode.
        ended: Whether the last step ended the episode of each copy.
    """

    states: State
    events: Float[Array, "envs events"]
    ended: Bool[Array, " envs"]


class Step(NamedTuple):
    """What one step of all copies brought about.

    Attributes:
        seen: What each copy sees now, as `World.observe` gives it.
        last_seen: What it saw before its episode started again, if it did.
        events: What happened in the step.
        total: What happened in the episode up to and with this step.
        terminated: Whether the episode ended for good.
        truncated: Whether its time was up.
    """

    seen: Array
    last_seen: Array
    events: Float[Array, "envs events"]
    total: Float[Array, "envs events"]
    terminated: Bool[Array, " envs"]
    truncated: Bool[Array, " envs"]


@functools.partial(jax.jit, static_argnames=("world", "envs"))
def sample_noise(key: jax.Array, *, world: JaxWorld, envs: int) -> StepNoise:
    """The chance of `BLOCK` steps, or resets, of all copies: axes steps, envs, ...

    Example:
        >>> from telic.worlds.keys import Keys
        >>> sample_noise(jax.random.key(0), world=Keys(), envs=2).shape
        (128, 2, 8)
    """
    keys = jax.random.split(key, (BLOCK, envs))
    return jax.vmap(jax.vmap(world.sample_noise))(keys)


@functools.partial(jax.jit, static_argnames="world")
def reset(noise: StepNoise, *, world: JaxWorld) -> tuple[Copies, Array]:
    """All copies at the start of an episode, and what they see; takes the first row.

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
    """One step of all copies; the episodes that are over start again.

    Args:
        copies: Where all copies stand; used up by the call.
        actions: What each copy does.
        noise: What `sample_noise` returned.
        row: Which of its steps this is.
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
    """The chance of one step of all copies."""
    return jax.tree.map(lambda x: jax.lax.dynamic_index_in_dim(x, row, 0, False), noise)


def _where(mask: Bool[Array, " envs"], a: Array | float, b: Array) -> Array:
    """`a` where the mask holds, else `b`, over any trailing axes."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (jnp.ndim(b) - 1)), a, b)
