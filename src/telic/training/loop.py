"""A phase: training for some rollouts under one objective, in any kind of world.

In a JAX world a rollout and its update are one compiled program, and training can be
resumed anywhere within a phase. A host world's simulators cannot be stored: new copies
are made whenever training starts, seeded by the run's key and the rollouts done, so a
run is reproducible bit for bit only if it resumes at the beginning of a phase.
"""

import functools
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float32

from telic.core.errors import InputError
from telic.rollouts.host import HostCollector
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.training.state import RolloutMetrics, TrainState, keys, learn, train_step
from telic.worlds.base import JaxWorld, World
from telic.worlds.host import HostWorld
from telic.worlds.objectives import Objective


def train_phase(
    state: TrainState,
    wanted: Objective | Float32[np.ndarray, " events"],
    *,
    rollouts: int,
    ppo: PPOConfig,
    world: World,
    rollout: RolloutConfig,
) -> Iterator[tuple[TrainState, RolloutMetrics]]:
    """The state and the metrics after every rollout of a phase, lazily.

    Args:
        state: The state to begin from. It stays valid, and so do all states that are
            yielded: `train_step` donates the buffers of its argument, so it gets a copy
            (2 MB per rollout for the default network, in less than a thousandth of the
            time that the rollout takes).
        wanted: The objective, or the weight of each of the world's events.
        rollouts: The number of rollouts.
        ppo: The configuration of PPO.
        world: A JAX world, or a host world.
        rollout: Copies of the world, steps of a rollout, gradient steps.

    Raises:
        InputError: Before the first rollout, if `wanted` is neither, or has an event
            that the world lacks.
        WorldError: If a host world's simulator raises, or breaks its contract.

    Example:
        >>> from telic.worlds import fetch
        >>> from telic.policies import MLP
        >>> from telic.training import PPOConfig, RolloutConfig, init_state
        >>> from telic.worlds import Keys
        >>> parts = {"world": Keys(), "rollout": RolloutConfig(num_envs=4, num_steps=8)}
        >>> state = init_state(0, policy=MLP(width=8), **parts)
        >>> how = {"rollouts": 2, "ppo": PPOConfig(), **parts}
        >>> phase = train_phase(state, fetch("blue"), **how)
        >>> [int(state.rollouts) for state, _ in phase]
        [1, 2]
    """
    weights = jnp.asarray(_weights(wanted, world))
    parts = {"world": world, "rollout": rollout}
    on = _on_host if isinstance(world, HostWorld) else _in_jax
    return on(state, weights, rollouts, ppo, **parts)


def _weights(
    wanted: Objective | Float32[np.ndarray, " events"], world: World
) -> Float32[np.ndarray, " events"]:
    """The weight of each event of a world."""
    if isinstance(wanted, Objective):
        return wanted.vector(world.events)
    shape = getattr(wanted, "shape", None)
    if shape != (len(world.events),):
        raise InputError(
            f"train for {wanted!r}" if shape is None else f"weights of shape {shape}",
            why=f"an objective, or a weight for each of {len(world.events)} events: "
            f"{', '.join(world.events[:6])} …",
            fix=f"telic.fetch({wanted!r})" if isinstance(wanted, str) else "",
        )
    return wanted


def _in_jax(
    state: TrainState,
    weights: jax.Array,
    rollouts: int,
    ppo: PPOConfig,
    *,
    world: JaxWorld,
    rollout: RolloutConfig,
) -> Iterator[tuple[TrainState, RolloutMetrics]]:
    """Rollout and update as one program, repeatedly."""
    parts = {"world": world, "rollout": rollout}
    for _ in range(rollouts):
        state, metrics = train_step(_copied(state), ppo, weights, **parts)
        yield state, metrics


def _on_host(
    state: TrainState,
    weights: jax.Array,
    rollouts: int,
    ppo: PPOConfig,
    *,
    world: HostWorld,
    rollout: RolloutConfig,
) -> Iterator[tuple[TrainState, RolloutMetrics]]:
    """Rollouts and updates with simulators, which are closed in any case."""
    copies = HostCollector(world, copy_seeds(state, rollout.num_envs))
    try:
        for _ in range(rollouts):
            data, episodes = copies.collect(
                keys(state)[0], state.agent.sampling(), rollout.num_steps
            )
            given = _copied(state), data, ppo, weights
            state, losses, finite = _learn(*given, rollout=rollout)
            yield state, RolloutMetrics(episodes, losses, finite)
    finally:
        copies.close()


def copy_seeds(state: TrainState, envs: int) -> list[int]:
    """A seed for each copy of a host world, from the run's key and rollouts."""
    entropy = [*np.asarray(state.key).tolist(), int(state.rollouts)]
    words = np.random.SeedSequence(entropy).generate_state(envs)
    return (words >> 1).tolist()  # simulators take 31 bits


_copied = jax.jit(functools.partial(jax.tree.map, jnp.copy))
"""A copy of a state in new buffers, as one compiled call."""

_learn = functools.partial(jax.jit, static_argnames="rollout", donate_argnums=0)(learn)
