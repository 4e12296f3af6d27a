"""Relabelling: the same function with hidden units in another order and scale.

Reordering hidden units, or multiplying a ReLU unit's incoming weights by a factor and
dividing its outgoing weights by the same, changes the weights but not the function.

Reference:
    Ainsworth, Hayase & Srinivasa 2022, "Git Re-Basin", arXiv 2209.04836; Dinh et al.
    2017, "Sharp Minima Can Generalize For Deep Nets", arXiv 1703.04933.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from telic.core.trees import Tree
from telic.policies import INPUT, Agent, Use

SPREAD = 0.15
"""Standard deviation of the logarithm of random factors."""

Hidden = Mapping[str, tuple[Use, ...]]
"""The axes that run over the units of each hidden site."""


Orders = Mapping[str, Int[Array | np.ndarray, " _"]]
"""For each hidden site, the old indices of its units in the new order."""


def hidden(agent: Agent) -> Hidden:
    """The hidden sites of an agent's actor, in order, with the leaves that it holds.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> list(hidden(create(jax.random.key(0), MLP(width=8), Keys()).actor))
        ['actor/0/post', 'actor/1/post', 'actor/2/post']
    """
    found = {
        site: tuple(use for use in uses if use.leaf in agent)
        for site, uses in agent.units.items()
        if site != INPUT
    }
    return {s: uses for s, uses in found.items() if any(not u.makes for u in uses)}


def permuted(tree: Mapping[str, Array], units: Hidden, orders: Orders) -> Tree:
    """An agent's parameters, or a similar tree, with hidden units reordered.

    Args:
        tree: The leaves.
        units: The axes that run over units (`hidden`).
        orders: For each hidden site, the old indices of its units in the new order.

    Example:
        >>> tree = {"in": jnp.array([[1.0, 2.0]]), "out": jnp.array([[5.0], [6.0]])}
        >>> units = {"hidden": (Use("in", 1, True), Use("out", 0, False))}
        >>> found = permuted(tree, units, {"hidden": jnp.array([1, 0])})
        >>> found["in"].ravel().tolist(), found["out"].ravel().tolist()
        ([2.0, 1.0], [6.0, 5.0])
    """
    # In NumPy: nothing is computed, and JAX would compile a program for each shape.
    moved: dict[str, np.ndarray] = {}
    for site, order in orders.items():
        for use in units[site]:
            leaf = moved.get(use.leaf, np.asarray(tree[use.leaf]))
            moved[use.leaf] = leaf.take(_at_places(order, use), axis=use.axis)
    return {path: jax.device_put(moved.get(path, leaf)) for path, leaf in tree.items()}


def rescaled(
    tree: Mapping[str, Array], units: Hidden, factors: Mapping[str, Float[Array, " _"]]
) -> Tree:
    """The parameters with hidden units scaled, and their outgoing weights divided.

    Args:
        tree: The leaves.
        units: The axes that run over units (`hidden`).
        factors: For each hidden site, the positive factors of its units; the function
            is unchanged where `policy.homogeneous(site)`.

    Example:
        >>> tree = {"in": jnp.ones((1, 1)), "out": jnp.ones((1, 1))}
        >>> units = {"hidden": (Use("in", 1, True), Use("out", 0, False))}
        >>> found = rescaled(tree, units, {"hidden": jnp.array([2.0])})
        >>> found["in"].tolist(), found["out"].tolist()
        ([[2.0]], [[0.5]])
    """
    found = dict(tree)
    for site, factor in factors.items():
        for use in units[site]:
            leaf, row = found[use.leaf], jnp.tile(factor, use.places)
            shape = [1] * leaf.ndim
            shape[use.axis] = -1
            along = row.reshape(shape)
            found[use.leaf] = leaf * along if use.makes else leaf / along
    return found


def random_orders(key: jax.Array, agent: Agent) -> dict[str, Int[Array, " _"]]:
    """A random order of the units of each hidden site."""
    return {
        site: jax.random.permutation(k, count)
        for site, k, count in _hidden_keys(key, agent)
    }


def random_factors(key: jax.Array, agent: Agent) -> dict[str, Float[Array, " _"]]:
    """Random factors for the units of each hidden site, about 1."""
    return {
        site: jnp.exp(SPREAD * jax.random.normal(k, (count,)))
        for site, k, count in _hidden_keys(key, agent)
    }


def _hidden_keys(key: jax.Array, agent: Agent) -> list[tuple[str, jax.Array, int]]:
    """The hidden sites, with a key and the number of units of each."""
    sites = hidden(agent)
    counts = [
        agent[uses[0].leaf].shape[uses[0].axis] // uses[0].places
        for uses in sites.values()
    ]
    keys = jax.random.split(key, len(sites))
    return list(zip(sites, keys, counts, strict=True))


def _at_places(
    order: Int[Array | np.ndarray, " units"], use: Use
) -> Int[np.ndarray, " rows"]:
    """The order of the rows of an axis that runs over places and units."""
    starts = np.arange(use.places) * len(order)
    return (starts[:, None] + np.asarray(order)[None]).ravel()
