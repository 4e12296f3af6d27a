"""Algebra on flat trees of arrays: the parameters of an agent are one such tree.

A tree is a `dict[str, Array]` whose keys are paths such as `actor/0/kernel`. It maps
one-to-one onto safetensors files and torch state dicts, and an edit of an agent is a
function from one tree to another.
"""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from telic.core.errors import DamagedError

Tree = dict[str, jax.Array]

Structure = TypeVar("Structure")


def norm(tree: Mapping[str, Array]) -> Float[Array, ""]:
    """The Euclidean norm of all entries of a tree together.

    Example:
        >>> float(norm({"a": jnp.array([3.0]), "b": jnp.array([4.0])}))
        5.0
    """
    return jnp.sqrt(sum((jnp.sum(leaf**2) for leaf in tree.values()), jnp.zeros(())))


def select(tree: Mapping[str, Array], prefix: str) -> Tree:
    """The leaves whose path starts with `prefix`, under their full paths.

    Example:
        >>> sorted(select({"actor/0": jnp.ones(1), "critic/0": jnp.ones(1)}, "actor/"))
        ['actor/0']
    """
    return {path: leaf for path, leaf in tree.items() if path.startswith(prefix)}


def finite(tree: Mapping[str, Array]) -> Bool[Array, " leaves"]:
    """Whether all entries of each leaf are finite, in the order of sorted paths.

    Example:
        >>> finite({"a": jnp.array([1.0]), "b": jnp.array([jnp.nan])}).tolist()
        [True, False]
    """
    return jnp.stack([jnp.isfinite(tree[path]).all() for path in sorted(tree)])


def digest(tree: Mapping[str, Array | np.ndarray]) -> str:
    """The SHA-256 of a tree: of every path, dtype, shape and byte, by sorted path.

    Two trees have one digest if and only if they are equal bit for bit.

    Example:
        >>> digest({"a": np.zeros(2)}) == digest({"a": np.zeros(2)})
        True
        >>> digest({"a": np.zeros(2)}) == digest({"a": -np.zeros(2)})
        False
    """
    sha = hashlib.sha256()
    for path in sorted(tree):
        leaf = np.ascontiguousarray(np.asarray(tree[path]))
        sha.update(f"{path}:{leaf.dtype}:{leaf.shape}:".encode())
        sha.update(leaf.tobytes())
    return sha.hexdigest()


def flatten(tree: object) -> dict[str, np.ndarray]:
    """Any tree of arrays as a flat dict of NumPy arrays, the leaves under their paths.

    Example:
        >>> flatten({"a": (jnp.ones(2), jnp.zeros(1))})
        {'a/0': array([1., 1.], dtype=float32), 'a/1': array([0.], dtype=float32)}
    """
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {_path(path): np.array(leaf) for path, leaf in leaves}


def restore(like: Structure, flat: Mapping[str, np.ndarray]) -> Structure:
    """A tree of the form of `like`, with its leaves taken from a flat dict.

    Args:
        like: A tree of arrays, or of their shapes and dtypes.
        flat: What `flatten` made of a tree of the same form.

    Raises:
        DamagedError: If a leaf is missing, left over, or of another shape or dtype.

    Example:
        >>> restore({"a": jnp.ones(2)}, {"a": np.zeros(2, np.float32)})["a"].tolist()
        [0.0, 0.0]
    """
    wanted, form = jax.tree_util.tree_flatten_with_path(like)
    paths = [_path(path) for path, _ in wanted]
    if set(paths) != set(flat):
        odd = sorted(set(paths) ^ set(flat))
        raise DamagedError("the arrays are not those expected", why=", ".join(odd[:3]))
    for path, (_, leaf) in zip(paths, wanted, strict=True):
        seen, due = (flat[path].shape, flat[path].dtype), (leaf.shape, leaf.dtype)
        if seen != due:
            raise DamagedError(f"array {path!r} is {seen}", why=f"expected {due}")
    return form.unflatten([jnp.asarray(flat[path]) for path in paths])


def _path(path: tuple) -> str:
    """A leaf's path as text: `actor/0/kernel`."""
    return jax.tree_util.keystr(path, simple=True, separator="/")
