"""A toy contrast pair of two tiny agents, for examples and tests."""

import jax

from telic.locators.pair import ContrastPair, contrast_pair
from telic.policies import MLP, create
from telic.worlds.keys import Keys


def toy(seed: int = 0, width: int = 8) -> ContrastPair:
    """A pair of untrained agents of Keys that differ only in their first biases.

    Example:
        >>> moved = [path for path, leaf in toy().vector.items() if leaf.any()]
        >>> moved
        ['actor/0/bias']
    """
    key, bias, seen = jax.random.split(jax.random.key(seed), 3)
    agent = create(key, MLP(width=width, actor_layers=3), Keys())
    first, last = agent.layers[0].leaves[-1][0], agent.layers[-1].leaves[0][0]
    # Fresh agents have nearly uniform policies: make them differ more.
    agent = agent.replace({**agent, last: 100 * agent[last]})
    moved = agent[first] + 2 * jax.random.normal(bias, (width,))
    donor = agent.replace({**agent, first: moved})
    return contrast_pair(agent, donor, key=seen, steps=4, envs=8)
