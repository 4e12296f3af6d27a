"""Observations of an acting agent, in either kind of world."""

import functools

import jax
from jaxtyping import Array

from telic.rollouts.actor import Actor, check_actor
from telic.rollouts.collect import collect_rollout, start
from telic.rollouts.host import HostCollector
from telic.worlds.base import JaxWorld, World
from telic.worlds.host import HostWorld


def sequences_of(
    key: jax.Array, agent: Actor, world: World, *, steps: int = 16, envs: int = 32
) -> tuple[Array, Array]:
    """The observations of an agent from fresh episodes on, with episode starts.

    Returns:
        (time, envs, ...) observations, and (time, envs) flags of the first steps of
        episodes.

    Raises:
        InputError: If the agent cannot act in the world.
        WorldError: If a host world's simulator raises, or breaks its contract.
    """
    check_actor(agent, world)
    if isinstance(world, JaxWorld):
        seen, first = _in_jax(key, agent, world, steps=steps, envs=envs)
    else:
        assert isinstance(world, HostWorld)
        copies = HostCollector(world, host_seeds(key, envs))
        try:
            data, _ = copies.collect(key, agent, steps)
        finally:
            copies.close()
        seen, first = data.observations, data.first
    return seen, first.at[0].set(True)


def observations_of(
    key: jax.Array, agent: Actor, world: World, *, steps: int = 16, envs: int = 32
) -> Array:
    """(steps · envs, ...) observations of an agent from fresh episodes on.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=8), Keys())
        >>> observations_of(jax.random.key(1), agent, Keys(), steps=4, envs=2).shape
        (8, 5, 5)
    """
    seen, _ = sequences_of(key, agent, world, steps=steps, envs=envs)
    return seen.reshape(-1, *seen.shape[2:])


def host_seeds(key: jax.Array, count: int) -> list[int]:
    """Seeds for copies of a host world, of 31 bits."""
    return jax.random.randint(key, (count,), 0, 2**31 - 1).tolist()


@functools.partial(jax.jit, static_argnames=("world", "steps", "envs"))
def _in_jax(
    key: jax.Array, agent: Actor, world: JaxWorld, *, steps: int, envs: int
) -> tuple[Array, Array]:
    """The sequences in a JAX world, as one program."""
    world_key, key = jax.random.split(key)
    state = start(world_key, world, envs, agent.initial_carry(envs))
    _, data, _ = collect_rollout(key, agent, state, world=world, steps=steps)
    return data.observations, data.first
