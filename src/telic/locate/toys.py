"""A toy: evidence on two tiny agents, for examples and tests."""

import jax

from telic.agents.mlp import Network, create
from telic.locate.evidence import Evidence, evidence
from telic.worlds.keys import Keys


def toy(seed: int = 0, width: int = 8) -> Evidence:
    """Two untrained agents of the Keys world that differ in their first biases alone.

    Example:
        >>> moved = [path for path, leaf in toy().vector.items() if leaf.any()]
        >>> moved
        ['actor/0/bias']
    """
    world, network = Keys(), Network(width=width, actor_layers=3)
    key, bias, seen = jax.random.split(jax.random.key(seed), 3)
    agent = create(key, network, world)
    agent["actor/2/kernel"] *= 100  # fresh agents prefer no action to another
    moved = agent["actor/0/bias"] + 2 * jax.random.normal(bias, (width,))
    donor = {**agent, "actor/0/bias": moved}
    return evidence(seen, agent, donor, network=network, world=world, steps=4, envs=8)
