"""Algebra on flat trees of arrays, such as the parameters of an agent.

A tree is a `dict[str, Array]` whose keys are paths such as `actor/0/kernel`. It maps
one-to-one onto safetensors files and torch state dicts, and an edit of an agent is a
function from one tree to another.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from telic.core.errors import DamagedError, InputError
from telic.core.numbers import LARGEST

Tree = dict[str, jax.Array]
"""The result of every function here that computes: a tree of JAX arrays."""

Arrays = Mapping[str, jax.Array | np.ndarray]
"""The argument of every function here: a tree of JAX or NumPy arrays, such as one read
from a file. Results are JAX arrays, so they have 32 bits."""

Leaf = TypeVar("Leaf", bound=jax.Array | np.ndarray)
Structure = TypeVar("Structure")


def add(a: Arrays, b: Arrays) -> Tree:
    """The sum of two trees, leaf by leaf.

    Raises:
        InputError: If they differ in a path or a shape; it names the first difference.

    Example:
        >>> add({"a": jnp.ones(2)}, {"a": jnp.ones(2)})["a"].tolist()
        [2.0, 2.0]
    """
    check_alike(a, b)
    return {path: jnp.add(a[path], b[path]) for path in a}


def scale(tree: Arrays, factor: float | Float[Array, ""]) -> Tree:
    """A tree with every entry multiplied by one factor.

    Example:
        >>> scale({"a": jnp.ones(2)}, -3.0)["a"].tolist()
        [-3.0, -3.0]
    """
    return {path: jnp.multiply(leaf, factor) for path, leaf in tree.items()}


def dot(a: Arrays, b: Arrays) -> Float[Array, ""]:
    """The inner product of two trees, over all entries.

    Raises:
        InputError: If they differ in a path or a shape.

    Example:
        >>> float(dot({"a": jnp.ones(2)}, {"a": jnp.full(2, 3.0)}))
        6.0
    """
    check_alike(a, b)
    return sum((jnp.sum(a[path] * b[path]) for path in a), jnp.zeros(()))


def norm(tree: Arrays) -> Float[Array, ""]:
    """The Euclidean norm of all entries of a tree together.

    Example:
        >>> float(norm({"a": jnp.array([3.0]), "b": jnp.array([4.0])}))
        5.0
    """
    return jnp.sqrt(sum((jnp.sum(leaf**2) for leaf in tree.values()), jnp.zeros(())))


def check_alike(a: Arrays, b: Arrays) -> None:
    """Raise unless two trees have the same paths and shapes.

    Raises:
        InputError: If they differ; it names the first path that only one of them has,
            or whose shapes differ.

    Example:
        >>> check_alike({"a": jnp.ones(2)}, {"a": jnp.ones(2)})
    """
    odd = sorted(set(a) ^ set(b))
    if odd:
        raise InputError(
            f"two agents differ: only one of them has {odd[0]!r}",
            why="they must be of the same network",
        )
    for path in a:
        if a[path].shape != b[path].shape:
            raise InputError(
                f"two agents differ in {path!r}: {a[path].shape} and {b[path].shape}",
                why="they must be of the same network and the same inputs",
            )


def check_tree(tree: object, *, what: str) -> None:
    """Raise unless the argument is a tree of arrays, such as an agent.

    Raises:
        InputError: If it is not; it shows the argument.

    Example:
        >>> check_tree("purple", what="donor")
        Traceback (most recent call last):
        telic.core.errors.InputError: donor is 'purple', a str
          why: an agent is a dict of arrays by path, such as 'actor/0/kernel'
    """
    fine = isinstance(tree, Mapping) and all(
        isinstance(path, str) and isinstance(leaf, jax.Array | np.ndarray)
        for path, leaf in tree.items()
    )
    if not fine:
        raise InputError(
            f"{what} is {_cut(repr(tree))}, a {type(tree).__name__}",
            why="an agent is a dict of arrays by path, such as 'actor/0/kernel'",
        )


def select(tree: Mapping[str, Leaf], prefix: str) -> dict[str, Leaf]:
    """The leaves whose path starts with `prefix`, under their full paths.

    Example:
        >>> sorted(select({"actor/0": jnp.ones(1), "critic/0": jnp.ones(1)}, "actor/"))
        ['actor/0']
    """
    return {path: leaf for path, leaf in tree.items() if path.startswith(prefix)}


def at(tree: Mapping[str, Leaf], paths: Iterable[str]) -> dict[str, Leaf]:
    """The leaves at some paths, such as those of an agent's actor in a task vector.

    Example:
        >>> sorted(at({"actor/0": jnp.ones(1), "critic/0": jnp.ones(1)}, ["actor/0"]))
        ['actor/0']
    """
    return {path: tree[path] for path in paths}


def under(tree: Mapping[str, Leaf], prefix: str) -> dict[str, Leaf]:
    """The leaves under a prefix, by the rest of their paths.

    Example:
        >>> list(under({"left/actor/0": jnp.ones(1), "right/a": jnp.ones(1)}, "left"))
        ['actor/0']
    """
    start = f"{prefix}/"
    return {p.removeprefix(start): leaf for p, leaf in select(tree, start).items()}


def finite(tree: Arrays) -> Bool[Array, " leaves"]:
    """Flags of the leaves whose entries are all finite, by sorted path.

    Example:
        >>> finite({"a": jnp.array([1.0]), "b": jnp.array([jnp.nan])}).tolist()
        [True, False]
    """
    return jnp.stack([jnp.isfinite(tree[path]).all() for path in sorted(tree)])


def largest(tree: Arrays) -> Float[np.ndarray, " leaves"]:
    """The size of the largest entry of each leaf, by sorted path.

    Example:
        >>> largest({"a": jnp.array([1.0, -3.0]), "b": jnp.array([0.5])}).tolist()
        [3.0, 0.5]
    """
    sizes = [np.abs(np.asarray(tree[path])).max(initial=0.0) for path in sorted(tree)]
    return np.array(sizes, np.float64)


def unsound(tree: Arrays, largest: float = LARGEST) -> str | None:
    """The first path, sorted, with a number that is not finite or too large; or None.

    Example:
        >>> unsound({"a": np.ones(1), "b": np.array([np.nan])})
        'b'
    """
    for path in sorted(tree):
        leaf = np.asarray(tree[path])
        if not jnp.issubdtype(leaf.dtype, jnp.inexact):
            continue
        size = np.abs(leaf).astype(np.float64)  # half floats overflow below `largest`
        if not (np.isfinite(size).all() and (size <= largest).all()):
            return path
    return None


def digest(tree: Arrays) -> str:
    """The SHA-256 of a tree: of every path, dtype, shape and byte, by sorted path.

    Two trees have the same digest if and only if they are equal bit for bit.

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
    """Any tree of arrays as a flat dict of NumPy arrays, by path.

    Example:
        >>> flatten({"a": (jnp.ones(2), jnp.zeros(1))})
        {'a/0': array([1., 1.], dtype=float32), 'a/1': array([0.], dtype=float32)}
    """
    leaves = jax.tree_util.tree_leaves_with_path(tree)
    return {_path(path): np.array(leaf) for path, leaf in leaves}


def restore(like: Structure, flat: Mapping[str, np.ndarray]) -> Structure:
    """A tree with the structure of `like`, from a flat dict of its leaves.

    Args:
        like: A tree of arrays, or of their shapes and dtypes.
        flat: The result of `flatten` for a tree of the same structure. Do not write to
            its arrays afterwards: the tree may share their memory.

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
    # `jnp.asarray` compiles a program for every shape of a NumPy array.
    return form.unflatten([jax.device_put(flat[path]) for path in paths])


def outline(self: Any) -> str:
    """A dataclass or a named tuple in one line, with arrays by their shapes.

    Classes whose fields hold agents or arrays use it as `__repr__`, as an agent has
    98,000 numbers.

    Example:
        >>> @dataclasses.dataclass
        ... class Change:
        ...     name: str
        ...     vector: Tree
        ...     __repr__ = outline
        >>> Change("add", {"a": jnp.ones((2, 3)), "b": jnp.ones(2)})
        Change(name='add', vector={2 arrays, 8 numbers})
    """
    if isinstance(self, tuple):
        names = getattr(self, "_fields", ())
    else:
        names = [field.name for field in dataclasses.fields(self) if field.repr]
    parts = [f"{name}={_brief(getattr(self, name))}" for name in names]
    return f"{type(self).__qualname__}({', '.join(parts)})"


def _brief(value: object) -> str:
    """A value in a few words if it is an array or holds some; else its `repr`."""
    if isinstance(value, jax.Array | np.ndarray):
        return f"{value.dtype}{list(value.shape)}"
    if isinstance(value, Mapping) and value:
        leaves = list(value.values())
        if all(isinstance(leaf, jax.Array | np.ndarray) for leaf in leaves):
            return f"{{{len(leaves)} arrays, {sum(x.size for x in leaves):,} numbers}}"
        return f"{{{', '.join(f'{k!r}: {_brief(v)}' for k, v in value.items())}}}"
    if isinstance(value, tuple):
        if hasattr(value, "_fields"):
            return outline(value)
        return f"({', '.join(_brief(part) for part in value)})"
    return repr(value)


def _cut(text: str) -> str:
    """The beginning of a text, in one line."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:60]} …"


def _path(path: tuple) -> str:
    """A leaf's path as text: `actor/0/kernel`."""
    return jax.tree_util.keystr(path, simple=True, separator="/")
