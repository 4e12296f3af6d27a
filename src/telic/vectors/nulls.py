"""Null vectors: as long as a task vector, but without what training put into it.

A claim about a direction is worth what it is worth beside directions of the same size
that should do nothing. These nulls need no more training; two others do: the vector of
another seed (`matched` brings it to the same length) and that of training on for as
long under the old objective.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.core.trees import Arrays, Tree


def gaussian(key: jax.Array, vector: Arrays) -> Tree:
    """Gaussian noise over all entries, of the norm of the whole vector.

    Example:
        >>> drawn = gaussian(jax.random.key(0), {"a": jnp.full(4, 2.0)})
        >>> round(float(trees.norm(drawn)), 5)
        4.0
    """
    return matched(noise(key, vector), vector)


def gaussian_per_tensor(key: jax.Array, vector: Arrays) -> Tree:
    """Gaussian noise in which every leaf has the norm of the vector's own leaf.

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
    """The vector with the sign of every entry drawn anew: each size in its place.

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
    """Standard Gaussian entries in the form of a vector, of whatever length they are.

    Example:
        >>> noise(jax.random.key(0), {"a": jnp.zeros((2, 3))})["a"].shape
        (2, 3)
    """
    return _each(key, vector, lambda k, leaf: jax.random.normal(k, leaf.shape))


def matched(vector: Arrays, like: Arrays) -> Tree:
    """A vector brought to the length of another; one without length stays as it is.

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
"""Every null that needs nothing but a key and the vector."""


def _each(
    key: jax.Array,
    vector: Arrays,
    draw: Callable[[jax.Array, jax.Array | np.ndarray], jax.Array],
) -> Tree:
    """One draw for every leaf, each with a key of its own, by sorted path."""
    keys = jax.random.split(key, len(vector))
    return {
        path: draw(k, vector[path])
        for k, path in zip(keys, sorted(vector), strict=True)
    }
