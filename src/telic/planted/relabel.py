"""Relabelling: the same function with its hidden units in another order and scale.

Exchanging hidden units, or multiplying what flows into a ReLU unit by a factor and
dividing what flows out of it by the same, changes every weight and nothing else.

Reference:
    Ainsworth, Hayase & Srinivasa 2022, "Git Re-Basin", arXiv 2209.04836; Dinh et al.
    2017, "Sharp Minima Can Generalize For Deep Nets", arXiv 1703.04933.
"""

from collections.abc import Mapping, Sequence

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from telic.core.trees import Tree

SPREAD = 0.15
"""Standard deviation of the logarithm of random factors."""


def permuted(actor: Mapping[str, Array], orders: Sequence[Int[Array, " _"]]) -> Tree:
    """An actor, or a tree of its form, with the units of each hidden layer reordered.

    Args:
        actor: The actor's leaves.
        orders: For each hidden layer, which old unit comes first, second, ...

    Example:
        >>> actor = {
        ...     "actor/0/kernel": jnp.array([[1.0, 2.0]]),
        ...     "actor/0/bias": jnp.array([3.0, 4.0]),
        ...     "actor/1/kernel": jnp.array([[5.0], [6.0]]),
        ...     "actor/1/bias": jnp.zeros(1),
        ... }
        >>> found = permuted(actor, [jnp.array([1, 0])])
        >>> found["actor/0/bias"].tolist(), found["actor/1/kernel"].ravel().tolist()
        ([4.0, 3.0], [6.0, 5.0])
    """
    found = dict(actor)
    for i, order in enumerate(orders):
        found[f"actor/{i}/kernel"] = found[f"actor/{i}/kernel"][:, order]
        found[f"actor/{i}/bias"] = found[f"actor/{i}/bias"][order]
        found[f"actor/{i + 1}/kernel"] = found[f"actor/{i + 1}/kernel"][order]
    return found


def rescaled(actor: Mapping[str, Array], factors: Sequence[Float[Array, " _"]]) -> Tree:
    """A ReLU actor whose hidden units are scaled up, and read as much less.

    Args:
        actor: The actor's leaves.
        factors: For each hidden layer the factors of its units, all positive.

    Example:
        >>> actor = {
        ...     "actor/0/kernel": jnp.ones((1, 1)),
        ...     "actor/0/bias": jnp.ones(1),
        ...     "actor/1/kernel": jnp.ones((1, 1)),
        ...     "actor/1/bias": jnp.zeros(1),
        ... }
        >>> found = rescaled(actor, [jnp.array([2.0])])
        >>> found["actor/0/bias"].tolist(), found["actor/1/kernel"].tolist()
        ([2.0], [[0.5]])
    """
    found = dict(actor)
    for i, factor in enumerate(factors):
        found[f"actor/{i}/kernel"] = found[f"actor/{i}/kernel"] * factor[None]
        found[f"actor/{i}/bias"] = found[f"actor/{i}/bias"] * factor
        onward = f"actor/{i + 1}/kernel"
        found[onward] = found[onward] / factor[:, None]
    return found


def random_orders(key: jax.Array, actor: Mapping[str, Array]) -> list[Int[Array, " _"]]:
    """A random order of the units of each hidden layer."""
    return [
        jax.random.permutation(k, units)
        for k, units in zip(*_hidden(key, actor), strict=True)
    ]


def random_factors(
    key: jax.Array, actor: Mapping[str, Array]
) -> list[Float[Array, " _"]]:
    """Random factors for the units of each hidden layer, about 1."""
    return [
        jnp.exp(SPREAD * jax.random.normal(k, (units,)))
        for k, units in zip(*_hidden(key, actor), strict=True)
    ]


def _hidden(key: jax.Array, actor: Mapping[str, Array]) -> tuple[jax.Array, list[int]]:
    """A key for each hidden layer, and how many units it has."""
    layers = sum(path.endswith("/bias") for path in actor) - 1
    units = [len(actor[f"actor/{i}/bias"]) for i in range(layers)]
    return jax.random.split(key, layers), units
