"""A phase: training for some rollouts under one objective, in any kind of world.

In a JAX world a rollout and its update are one compiled program, and a phase may be
left and entered anywhere. A host world's simulators cannot be stored: their copies are
made anew where a phase is entered, seeded by the run's key and the rollouts done, so a
run is the same bit for bit only if it goes on where a phase began.
"""

import functools
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float32

from telic.agents.mlp import Network
from telic.training.host import Gatherer
from telic.training.ppo import Hyper, Sizes
from telic.training.train import Metrics, Training, advance, keys, learn
from telic.worlds.base import JaxWorld, World
from telic.worlds.host import HostWorld


def train(
    state: Training,
    weights: Float32[np.ndarray, " events"],
    *,
    rollouts: int,
    hyper: Hyper,
    network: Network,
    world: World,
    sizes: Sizes,
) -> Iterator[tuple[Training, Metrics]]:
    """Train on, and give the state and the metrics after every rollout's update.

    Args:
        state: Where the run stands; its buffers are reused. So are those of every
            state that is given: read it before asking for the next.
        weights: What each event is worth.
        rollouts: How many rollouts.
        hyper: Hyper-parameters.
        network: The shape of the agent.
        world: A JAX world, or a host world.
        sizes: Copies of the world, steps of a rollout, gradient steps.

    Example:
        >>> from telic.training import Hyper, Sizes, begin
        >>> from telic.worlds import Keys
        >>> parts = {"network": Network(width=8), "world": Keys(),
        ...          "sizes": Sizes(num_envs=4, num_steps=8)}
        >>> phase = train(begin(0, **parts), np.zeros(16, np.float32), rollouts=2,
        ...               hyper=Hyper(), **parts)
        >>> [int(state.rollouts) for state, _ in phase]
        [1, 2]
    """
    wanted = jnp.asarray(weights)
    if isinstance(world, HostWorld):
        parts = {"network": network, "world": world, "sizes": sizes}
        yield from _on_host(state, wanted, rollouts, hyper, **parts)
        return
    assert isinstance(world, JaxWorld)
    for _ in range(rollouts):
        state, metrics = advance(
            state, hyper, wanted, network=network, world=world, sizes=sizes
        )
        yield state, metrics


def _on_host(
    state: Training,
    weights: jax.Array,
    rollouts: int,
    hyper: Hyper,
    *,
    network: Network,
    world: HostWorld,
    sizes: Sizes,
) -> Iterator[tuple[Training, Metrics]]:
    """The same with simulators, which are closed at the end, however it comes."""
    copies = Gatherer(world, network, seeds(state, sizes.num_envs))
    try:
        for _ in range(rollouts):
            data, episodes = copies.rollout(
                keys(state)[0], state.agent, sizes.num_steps
            )
            parts = {"network": network, "world": world, "sizes": sizes}
            state, losses, finite = _learn(state, data, hyper, weights, **parts)
            yield state, Metrics(episodes, losses, finite)
    finally:
        copies.close()


def seeds(state: Training, envs: int) -> list[int]:
    """A seed for each copy of a host world: by the run's key and its rollouts."""
    entropy = [*np.asarray(state.key).tolist(), int(state.rollouts)]
    words = np.random.SeedSequence(entropy).generate_state(envs)
    return (words >> 1).tolist()  # simulators want 31 bits


_learn = functools.partial(
    jax.jit, static_argnames=("network", "world", "sizes"), donate_argnums=0
)(learn)
