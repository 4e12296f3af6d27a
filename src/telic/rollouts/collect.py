"""Rollouts of an agent in many copies of a world, recorded as events.

A rollout has event vectors and no rewards. In a JAX world it is one scan; in a host
world (`telic.rollouts.host`) a loop in Python.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Shaped

from telic.rollouts.actor import Actor, Carry
from telic.worlds.base import JaxWorld, State, StepNoise, action_shape


class EnvState(NamedTuple):
    """The state of the copies of a world between two rollouts.

    Attributes:
        states: The state of each copy; every leaf has a leading axis of envs.
        events: (envs, events) the sum of events so far in each running episode.
        length: (envs,) its steps so far.
        carry: The agent's memory of each running episode; empty if it has none.
    """

    states: State
    events: Float[Array, "envs events"]
    length: Int[Array, " envs"]
    carry: Carry = ()


class Rollout(NamedTuple):
    """The data of a rollout, step by step.

    Attributes:
        observations: (time, envs, ...) the observations before each step.
        next_observations: (time, envs, ...) the observations after it, before a reset.
        actions: The actions, one number each, or a row.
        log_probs: The log-probabilities of the actions when chosen.
        events: The event vector of each step.
        terminated: Whether the step ended its episode for good.
        truncated: Whether the time limit ended it.
        carry: The agent's memory before the first step; empty if it has none.
    """

    observations: Array
    next_observations: Array
    actions: Shaped[Array, "time envs ..."]
    log_probs: Float[Array, "time envs"]
    events: Float[Array, "time envs events"]
    terminated: Bool[Array, "time envs"]
    truncated: Bool[Array, "time envs"]
    carry: Carry = ()

    @property
    def first(self) -> Bool[Array, "time envs"]:
        """Flags of the steps that begin an episode, at which memory is reset.

        The first row is always False, as `carry` is already the memory of its episode.
        """
        done = (self.terminated | self.truncated)[:-1]
        return jnp.concatenate([jnp.zeros((1, done.shape[1]), bool), done])


class Completed(NamedTuple):
    """The sums over the completed episodes of a rollout.

    Attributes:
        completed: The number of episodes that ended.
        events: (events,) the sum of their events, from their first steps on.
        steps: The sum of their lengths.
    """

    completed: Int[Array, ""]
    events: Float[Array, " events"]
    steps: Int[Array, ""]


def start(key: jax.Array, world: JaxWorld, envs: int, carry: Carry = ()) -> EnvState:
    """`envs` copies of the world, each at the start of an episode."""
    noise = jax.vmap(world.sample_noise)(jax.random.split(key, envs))
    return EnvState(
        states=jax.vmap(world.reset)(noise),
        events=jnp.zeros((envs, len(world.events))),
        length=jnp.zeros(envs, jnp.int32),
        carry=carry,
    )


def collect_rollout(
    key: jax.Array, agent: Actor, envs: EnvState, *, world: JaxWorld, steps: int
) -> tuple[EnvState, Rollout, Completed]:
    """`steps` steps in every copy; episodes that end are followed by new ones."""
    # All noise is drawn here, in one kernel: inside the scan a counter-based generator
    # costs more on a CPU than the world itself.
    count = envs.length.shape[0]
    noise_key, action_key = jax.random.split(key)
    keys = jax.random.split(noise_key, (steps, count))
    noise = jax.vmap(jax.vmap(world.sample_noise))(keys)
    uniform = jax.random.uniform(action_key, (steps, count, *action_shape(world)))

    def step(now: EnvState, drawn: tuple[StepNoise, Array]) -> tuple[EnvState, tuple]:
        noise, uniform = drawn
        seen = jax.vmap(world.observe)(now.states)
        action, log_prob, carry = agent.act(seen, now.carry, uniform)
        after = jax.vmap(world.step)(now.states, action, noise)
        fresh = jax.vmap(world.reset)(noise)
        done = after.terminated | after.truncated
        total, length = now.events + after.events, now.length + 1
        ended = (done.sum(), where(done, total, 0.0).sum(0), (done * length).sum())
        now_seen = jax.vmap(world.observe)(after.state)
        kept = EnvState(
            states=where_tree(done, fresh, after.state),
            events=where(done, jnp.zeros_like(total), total),
            length=jnp.where(done, 0, length),
            carry=where_tree(done, agent.initial_carry(count), carry),
        )
        ends = (after.terminated, after.truncated)
        data = Rollout(seen, now_seen, action, log_prob, after.events, *ends)
        return kept, (data, Completed(*ended))

    after, (data, ended) = jax.lax.scan(step, envs, (noise, uniform))
    data = data._replace(carry=envs.carry)
    return after, data, jax.tree.map(lambda x: x.sum(0), ended)


def where(mask: Bool[Array, " envs"], a: Array, b: Array | float) -> Array:
    """`a` where the mask holds, else `b`, over any trailing axes."""
    return jnp.where(mask.reshape(mask.shape + (1,) * (jnp.ndim(a) - 1)), a, b)


def where_tree(mask: Bool[Array, " envs"], a: State, b: State) -> State:
    """`where` for all leaves of two trees of the same structure."""
    return jax.tree.map(lambda x, y: where(mask, x, y), a, b)
