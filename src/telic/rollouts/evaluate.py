"""Complete episodes of an agent under given noise, the data of every trial.

All agents of a comparison get common random numbers: the noise of step t of episode e
is one row of a table that is drawn once, and so is the number that selects the agent's
action. Two agents with the same behaviour have equal episodes to the last bit, and any
difference between two results is due to the agents.

In a JAX world an agent plays in a few lanes in parallel. A lane whose episode ends
takes the next one from a queue, and results are stored by episode, so that every
episode counts once, short or long: stopping all lanes after a fixed number of steps
would favour short episodes. When the queue is empty, the active lanes are compacted
into fewer lanes, so that one long episode does not keep idle lanes running. In a host
world every episode is one copy, which plays once.
"""

import functools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from telic.core.errors import InputError
from telic.core.keys import as_key
from telic.rollouts import host
from telic.rollouts.actor import Actor, Carry, check_actor
from telic.rollouts.collect import where, where_tree
from telic.worlds.base import JaxWorld, State, StepNoise, World, action_shape
from telic.worlds.host import HostWorld, events

LANES = (32, 8, 2)
"""The number of lanes at the start, and after each compaction."""


class EpisodeSeeds(NamedTuple):
    """The noise of some episodes: initial states, steps, and actions.

    Attributes:
        noise: (episodes, limit + 1, ...) the noise of the reset, then of every step;
            in a host world (episodes,) seeds.
        uniform: (episodes, limit, *draws) in [0, 1): the numbers that select actions.
    """

    noise: StepNoise
    uniform: Float[Array, "episodes limit ..."]


class Episodes(NamedTuple):
    """The results of some complete episodes, in the order of their seeds.

    Attributes:
        events: (episodes, events) the sum of each event over the episode.
        length: (episodes,) the number of steps.
    """

    events: Float[Array, "episodes events"]
    length: Int[Array, " episodes"]


class _Lanes(NamedTuple):
    """The state of all lanes, and whether each is still active."""

    states: State
    carry: Carry
    episode: Int[Array, " lanes"]
    time: Int[Array, " lanes"]
    events: Float[Array, "lanes events"]
    active: Bool[Array, " lanes"]


def episode_seeds(
    world: World, episodes: int, *, key: int | jax.Array = 0
) -> EpisodeSeeds:
    """The noise of some episodes; give the same to all agents of a comparison.

    Example:
        >>> from telic.worlds import Keys
        >>> episode_seeds(Keys(limit=20), 8, key=0).uniform.shape
        (8, 20)
    """
    key = as_key(key)
    if isinstance(world, JaxWorld):
        return _drawn(key, world, episodes)
    noise_key, action_key = jax.random.split(key)
    return EpisodeSeeds(
        noise=jax.random.randint(noise_key, (episodes,), 0, 2**31 - 1),
        uniform=_uniform(action_key, world, episodes),
    )


def play(
    agent: Actor, world: World, seeds: EpisodeSeeds, *, greedy: bool = False
) -> Episodes:
    """Complete episodes of one agent, with sampled actions.

    If `greedy`, it takes its most probable action at every step instead.

    Cost: about 0.1 MFLOP a step for the default policy, one compiled program for each
    policy, world and number of episodes (and for each form of interventions).

    Raises:
        InputError: If the seeds are for another time limit than the world's, or the
            agent cannot act in the world.
        WorldError: If a host world's simulator raises, or breaks its contract.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> world = Keys(limit=20)
        >>> agent = create(jax.random.key(0), MLP(width=8), world)
        >>> play(agent, world, episode_seeds(world, 4, key=1)).length.shape
        (4,)
    """
    if seeds.uniform.shape[1] != world.limit:
        raise InputError(
            f"episode seeds for a time limit of {seeds.uniform.shape[1]}",
            why=f"the world's is {world.limit}",
        )
    check_actor(agent, world)
    if isinstance(world, JaxWorld):
        return _play(agent, seeds, world=world, greedy=greedy)
    assert isinstance(world, HostWorld)
    block, taken = host.episodes(
        agent, world, seeds.noise, seeds.uniform, greedy=greedy
    )
    # Steps that were not taken may hold any events, even NaN.
    happened = np.where(taken[..., None], events(world, block), np.float64(0))
    return Episodes(jnp.asarray(happened.sum(axis=0)), jnp.asarray(taken.sum(axis=0)))


@functools.partial(jax.jit, static_argnames=("world", "episodes"))
def _drawn(key: jax.Array, world: JaxWorld, episodes: int) -> EpisodeSeeds:
    """The noise of episodes of a JAX world."""
    noise_key, action_key = jax.random.split(key)
    keys = jax.random.split(noise_key, (episodes, world.limit + 1))
    return EpisodeSeeds(
        noise=jax.vmap(jax.vmap(world.sample_noise))(keys),
        uniform=_uniform(action_key, world, episodes),
    )


def _uniform(key: jax.Array, world: World, episodes: int) -> Array:
    """The numbers that select the actions of some episodes."""
    return jax.random.uniform(key, (episodes, world.limit, *action_shape(world)))


@functools.partial(jax.jit, static_argnames=("world", "greedy"))
def _play(
    agent: Actor, seeds: EpisodeSeeds, *, world: JaxWorld, greedy: bool
) -> Episodes:
    """All episodes of one agent, in stages of fewer and fewer lanes."""
    count = seeds.uniform.shape[0]
    done = Episodes(
        events=jnp.zeros((count, len(world.events))), length=jnp.zeros(count, jnp.int32)
    )
    most = min(LANES[0], count)
    lanes = _begin(agent, seeds, world, most)
    queue = jnp.int32(LANES[0])
    step = functools.partial(
        _step, agent=agent, seeds=seeds, world=world, greedy=greedy
    )
    # A while loop has fixed shapes, so its cost per step is that of all its lanes. The
    # stages unroll at trace time into one loop per number of lanes, each left once its
    # active lanes fit the next; the last runs until none is active. A loop that would
    # be left at once is not compiled.
    for fewer in (*(few for few in LANES[1:] if few < count), 0):
        lanes, queue, done = jax.lax.while_loop(
            lambda now, few=fewer: now[0].active.sum() > few, step, (lanes, queue, done)
        )
        keep = jnp.argsort(~lanes.active)[: fewer or 1]
        lanes = jax.tree.map(lambda x, rows=keep: x[rows], lanes)
    return done


def _begin(agent: Actor, seeds: EpisodeSeeds, world: JaxWorld, lanes: int) -> _Lanes:
    """The first episodes, one per lane."""
    return _Lanes(
        states=jax.vmap(world.reset)(_rows(seeds.noise, jnp.arange(lanes), 0)),
        carry=agent.initial_carry(lanes),
        episode=jnp.arange(lanes),
        time=jnp.zeros(lanes, jnp.int32),
        events=jnp.zeros((lanes, len(world.events))),
        active=jnp.ones(lanes, bool),
    )


def _step(
    now: tuple[_Lanes, Int[Array, ""], Episodes],
    *,
    agent: Actor,
    seeds: EpisodeSeeds,
    world: JaxWorld,
    greedy: bool,
) -> tuple[_Lanes, Int[Array, ""], Episodes]:
    """One step in every lane; ended episodes are stored, and new ones begin."""
    lanes, queue, done = now
    seen = jax.vmap(world.observe)(lanes.states)
    uniform = seeds.uniform[lanes.episode, lanes.time]
    action, _, carry = agent.act(seen, lanes.carry, uniform, greedy=greedy)
    noise = _rows(seeds.noise, lanes.episode, lanes.time + 1)
    after = jax.vmap(world.step)(lanes.states, action, noise)
    events, time = lanes.events + after.events, lanes.time + 1
    ended = lanes.active & (after.terminated | after.truncated)
    # Lanes whose episode goes on write to a row beyond the last, which is dropped.
    place = jnp.where(ended, lanes.episode, len(done.length))
    done = Episodes(
        events=done.events.at[place].set(events, mode="drop"),
        length=done.length.at[place].set(time, mode="drop"),
    )
    # Lanes that end in the same step take consecutive episodes. Past the end of the
    # queue a lane replays the last episode, inactive, so that its indices stay valid.
    following = queue + jnp.cumsum(ended) - 1
    last = len(done.length) - 1
    episode = jnp.where(ended, jnp.minimum(following, last), lanes.episode)
    fresh = jax.vmap(world.reset)(_rows(seeds.noise, episode, 0))
    lanes = _Lanes(
        states=where_tree(ended, fresh, after.state),
        carry=where_tree(ended, agent.initial_carry(len(ended)), carry),
        episode=episode,
        # The time of an inactive lane must stay within the table of noise.
        time=jnp.where(ended | ~lanes.active, 0, time),
        events=where(ended, jnp.zeros_like(events), events),
        active=lanes.active & ~(ended & (following > last)),
    )
    return lanes, queue + ended.sum(), done


def _rows(
    noise: StepNoise, episode: Int[Array, " lanes"], time: Array | int
) -> StepNoise:
    """The noise of one step of each lane."""
    return jax.tree.map(lambda x: x[episode, time], noise)
