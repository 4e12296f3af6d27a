"""Null vectors: random vectors with the norm of a task vector.

A claim about a direction needs controls of the same size that should have no effect.
These nulls need no training; two others do: the vector of another seed (rescaled by
`matched`), and that of as much further training under the old objective.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.core.trees import Arrays, Tree


def gaussian(key: jax.Array, vector: Arrays) -> Tree:
    """Gaussian noise over all entries, with the norm of the whole vector.

    Example:
        >>> drawn = gaussian(jax.random.key(0), {"a": jnp.full(4, 2.0)})
        >>> round(float(trees.norm(drawn)), 5)
        4.0
    """
    return matched(noise(key, vector), vector)


def gaussian_per_tensor(key: jax.Array, vector: Arrays) -> Tree:
    """Gaussian noise in which every leaf has the norm of the vector's leaf.

    Example:
        >>> v = {"a": jnp.zeros(3), "b": jnp.full(4, 2.0)}
        >>> drawn = gaussian_per_tensor(jax.random.key(0), v)
        >>> [round(float(jnp.linalg.norm(drawn[path])), 5) for path in "ab"]
        [0.0, 4.0]
    """
    drawn = noise(key, vector)
    return {
        path: matched({path: drawn[path]}, {path: leaf})[path]
        for path, leaf in vector.items()
    }


def signs(key: jax.Array, vector: Arrays) -> Tree:
    """The vector with a random sign for every entry.

    Example:
        >>> abs(signs(jax.random.key(0), {"a": jnp.array([-3.0, 5.0])})["a"]).tolist()
        [3.0, 5.0]
    """
    return _each(
        key,
        vector,
        lambda k, leaf: jnp.multiply(leaf, jax.random.rademacher(k, leaf.shape)),
    )


def shuffled(key: jax.Array, vector: Arrays) -> Tree:
    """The vector with the entries of every leaf in random order.

    Example:
        >>> sorted(shuffled(jax.random.key(0), {"a": jnp.arange(3.0)})["a"].tolist())
        [0.0, 1.0, 2.0]
    """
    return _each(
        key,
        vector,
        lambda k, leaf: jax.random.permutation(k, leaf.ravel()).reshape(leaf.shape),
    )


@jax.jit
def noise(key: jax.Array, vector: Arrays) -> Tree:
    """Standard Gaussian entries in the form of a vector, without rescaling.

    Example:
        >>> noise(jax.random.key(0), {"a": jnp.zeros((2, 3))})["a"].shape
        (2, 3)
    """
    return _each(key, vector, lambda k, leaf: jax.random.normal(k, leaf.shape))


def matched(vector: Arrays, like: Arrays) -> Tree:
    """A vector rescaled to the norm of `like`; a zero vector is returned unchanged.

    Example:
        >>> matched({"a": jnp.array([1.0])}, {"a": jnp.array([-7.0])})["a"].tolist()
        [7.0]
    """
    length = trees.norm(vector)
    return trees.scale(vector, jnp.where(length > 0, trees.norm(like) / length, 1.0))


NULLS: dict[str, Callable[[jax.Array, Arrays], Tree]] = {
    "gaussian": gaussian,
    "gaussian_per_tensor": gaussian_per_tensor,
    "signs": signs,
    "shuffled": shuffled,
}
"""Every null that needs only a key and the vector."""


def _each(
    key: jax.Array,
    vector: Arrays,
    draw: Callable[[jax.Array, jax.Array | np.ndarray], jax.Array],
) -> Tree:
    """One draw for every leaf, each with a separate key, by sorted path."""
    keys = jax.random.split(key, len(vector))
    return {
        path: draw(k, vector[path])
        for k, path in zip(keys, sorted(vector), strict=True)
    }
