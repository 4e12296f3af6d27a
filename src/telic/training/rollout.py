"""Rollouts: let the agent act in many copies of a world, and keep what happened.

Everything is kept in event space. A rollout does not know any reward.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from telic.agents.mlp import Network, Parameters, logits
from telic.worlds.base import Chance, JaxWorld, State


class Actors(NamedTuple):
    """Where the copies of a world stand between two rollouts.

    Attributes:
        states: The state of each copy; every leaf has a leading axis of envs.
        events: (envs, events) what has happened so far in each running episode.
        length: (envs,) how many steps it has lasted.
    """

    states: State
    events: Float[Array, "envs events"]
    length: Int[Array, " envs"]


class Rollout(NamedTuple):
    """What happened, step by step.

    Attributes:
        observations: (time, envs, ...) what was seen before each step.
        next_observations: (time, envs, ...) what was seen after it, before a reset.
        actions: What was done.
        log_probs: The log-probability with which it was chosen.
        events: The event vector of each step.
        terminated: Whether the step ended its episode for good.
        truncated: Whether the time limit ended it.
    """

    observations: Array
    next_observations: Array
    actions: Int[Array, "time envs"]
    log_probs: Float[Array, "time envs"]
    events: Float[Array, "time envs events"]
    terminated: Bool[Array, "time envs"]
    truncated: Bool[Array, "time envs"]


class Episodes(NamedTuple):
    """The completed episodes of a rollout, added up.

    Attributes:
        completed: How many episodes ended.
        events: (events,) all that happened in them, from their first steps on.
        steps: How many steps they lasted together.
    """

    completed: Int[Array, ""]
    events: Float[Array, " events"]
    steps: Int[Array, ""]


def start(key: jax.Array, world: JaxWorld, envs: int) -> Actors:
    """`envs` copies of the world, each at the start of an episode."""
    chance = jax.vmap(world.draw)(jax.random.split(key, envs))
    return Actors(
        states=jax.vmap(world.reset)(chance),
        events=jnp.zeros((envs, len(world.events))),
        length=jnp.zeros(envs, jnp.int32),
    )


def rollout(
    key: jax.Array,
    agent: Parameters,
    actors: Actors,
    *,
    network: Network,
    world: JaxWorld,
    steps: int,
) -> tuple[Actors, Rollout, Episodes]:
    """Act for `steps` steps in every copy; episodes that end start again at once."""
    envs = actors.length.shape[0]
    chance_key, action_key = jax.random.split(key)
    keys = jax.random.split(chance_key, (steps, envs))
    chance = jax.vmap(jax.vmap(world.draw))(keys)
    uniform = jax.random.uniform(action_key, (steps, envs))

    def step(actors: Actors, now: tuple[Chance, Array]) -> tuple[Actors, tuple]:
        chance, uniform = now
        seen = jax.vmap(world.observe)(actors.states)
        action, log_prob = choose(logits(agent, network, world, seen), uniform)
        after = jax.vmap(world.step)(actors.states, action, chance)
        fresh = jax.vmap(world.reset)(chance)
        done = after.terminated | after.truncated
        total, length = actors.events + after.events, actors.length + 1
        ended = (done.sum(), where(done, total, 0.0).sum(0), (done * length).sum())
        now_seen = jax.vmap(world.observe)(after.state)
        kept = Actors(
            states=jax.tree.map(lambda a, b: where(done, a, b), fresh, after.state),
            events=where(done, jnp.zeros_like(total), total),
            length=jnp.where(done, 0, length),
        )
        ends = (after.terminated, after.truncated)
        data = Rollout(seen, now_seen, action, log_prob, after.events, *ends)
        return kept, (data, Episodes(*ended))

    actors, (data, ended) = jax.lax.scan(step, actors, (chance, uniform))
    return actors, data, jax.tree.map(lambda x: x.sum(0), ended)


def choose(
    preferences: Float[Array, "envs actions"], uniform: Float[Array, " envs"]
) -> tuple[Int[Array, " envs"], Float[Array, " envs"]]:
    """An action by inverting the distribution function: one uniform number each."""
    log_probs = jax.nn.log_softmax(preferences)
    upto = jnp.cumsum(jnp.exp(log_probs), axis=1)[:, :-1]
    action = (uniform[:, None] >= upto).sum(axis=1)
    return action, jnp.take_along_axis(log_probs, action[:, None], axis=1)[:, 0]


def where(mask: Bool[Array, " envs"], a: Array, b: Array | float) -> Array:
    """`a` where the mask holds, else `b`, over any trailing axes."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (jnp.ndim(a) - 1)), a, b)
