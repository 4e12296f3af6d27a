"""telic's own rows of the benchmark: training Keys, and the world alone."""

import functools
import time

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.policies import MLP
from telic.rollouts.collect import start
from telic.training import PPOConfig, RolloutConfig, init_state, train_step
from telic.worlds import Keys, fetch


def measure(iterations: int) -> list[float]:
    """Environment steps a second of each rollout with its update, compiling left out.

    The metrics of every rollout are fetched, as in a real run.
    """
    world, rollout = Keys(), RolloutConfig()
    weights = jnp.asarray(fetch("purple").vector(world.events))
    state = init_state(0, policy=MLP(), world=world, rollout=rollout)
    speeds = []
    for _ in range(iterations + 1):
        began = time.perf_counter()
        state, metrics = train_step(
            state, PPOConfig(), weights, world=world, rollout=rollout
        )
        jax.device_get(metrics)
        speeds.append(rollout.batch / (time.perf_counter() - began))
    return speeds[1:]


def world_only(envs: int, *, steps: int = 512, repeats: int = 10) -> list[float]:
    """Environment steps a second with random actions, observations included."""
    world = Keys()
    actors = start(jax.random.key(0), world, envs)
    run = functools.partial(_random_walk, world=world, steps=steps)
    jax.block_until_ready(run(actors.states, jax.random.key(0)))
    speeds = []
    for seed in range(repeats):
        began = time.perf_counter()
        jax.block_until_ready(run(actors.states, jax.random.key(seed)))
        speeds.append(envs * steps / (time.perf_counter() - began))
    return speeds


@functools.partial(jax.jit, static_argnames=("world", "steps"))
def _random_walk(
    states: object, key: jax.Array, *, world: Keys, steps: int
) -> Float[Array, " events"]:
    """All events of a random walk; the sum keeps anything from being left out."""
    envs = jax.tree.leaves(states)[0].shape[0]
    noise_key, action_key = jax.random.split(key)
    keys = jax.random.split(noise_key, (steps, envs))
    noise = jax.vmap(jax.vmap(world.sample_noise))(keys)
    actions = jax.random.randint(action_key, (steps, envs), 0, len(world.actions))

    def step(carry: tuple, now: tuple) -> tuple[tuple, None]:
        states, events, seen = carry
        after = jax.vmap(world.step)(states, now[1], now[0])
        fresh = jax.vmap(world.reset)(now[0])
        done = after.terminated | after.truncated
        states = jax.tree.map(
            lambda a, b: jnp.where(done.reshape(-1, *[1] * (a.ndim - 1)), a, b),
            fresh,
            after.state,
        )
        seen += jax.vmap(world.observe)(states).sum(dtype=jnp.float32)
        return (states, events + after.events.sum(axis=0), seen), None

    start = (states, jnp.zeros(len(world.events)), jnp.zeros(()))
    (_, events, seen), _ = jax.lax.scan(step, start, (noise, actions))
    return events + 0 * seen
