"""Carrying a vector over to other inputs: what was learnt of one, said of another.

The rows of a first kernel belong to the network's inputs. With the rows of two colours
exchanged (`Keys.rows` names them, and what else they carry), a vector that was learnt
for one colour speaks of the other; and an agent acts as it would if the two colours had
changed places on the board. If a goal is written by colour, what is carried over should
be the other goal.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from jaxtyping import Array, Int

from telic.core.errors import InputError
from telic.core.trees import Leaf

Rows = Sequence[int] | Int[np.ndarray, " rows"] | Int[Array, " rows"]


def carry(vector: Mapping[str, Leaf], first: Rows, second: Rows) -> dict[str, Leaf]:
    """A vector, or an agent, with input rows exchanged: first[i] with second[i].

    Rows are exchanged in every leaf whose path ends in `/0/kernel`, so in the actor and
    the critic alike (and in an agent that an intervention keeps as its donor); all
    other leaves are those of the vector. Arrays stay NumPy's or JAX's. Done twice, it
    gives the vector back bit for bit.

    Args:
        vector: Any tree; one without a first kernel comes back as it is.
        first: Numbers of rows, from 0.
        second: As many others; no number may occur twice in the two together.

    Raises:
        InputError: If the rows are not as many in both, not distinct, or not whole
            numbers below the height of every first kernel.

    Example:
        >>> v = {"actor/0/kernel": np.array([[1.0], [2.0], [3.0]])}
        >>> carry(v, (0,), (2,))["actor/0/kernel"].ravel().tolist()
        [3.0, 2.0, 1.0]
    """
    a, b = _numbers(first), _numbers(second)
    _check_paired(a, b)
    return {
        path: _exchanged(path, leaf, a, b) if path.endswith("/0/kernel") else leaf
        for path, leaf in vector.items()
    }


def _numbers(rows: Rows) -> Int[np.ndarray, " rows"]:
    """Row numbers as one array; NumPy would take fractions and truths for them."""
    found = np.asarray(rows)
    if found.size == 0:
        return np.zeros(0, np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise InputError(
            f"rows of shape {found.shape} and type {found.dtype}",
            why="allowed: one line of whole numbers",
        )
    return found.astype(np.int64)


def _check_paired(a: Int[np.ndarray, " first"], b: Int[np.ndarray, " second"]) -> None:
    """Raise unless every row has one partner, and no row occurs twice."""
    if len(a) != len(b):
        raise InputError(
            f"{len(a)} rows for {len(b)}", why="each row is exchanged with one other"
        )
    rows, counts = np.unique(np.concatenate([a, b]), return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"row {rows[counts > 1][0]} occurs more than once",
            why="all rows must be distinct, so that twice is as if nothing was done",
        )


def _exchanged(
    path: str, leaf: Leaf, a: Int[np.ndarray, " rows"], b: Int[np.ndarray, " rows"]
) -> Leaf:
    """One kernel with its rows exchanged."""
    height = leaf.shape[0]
    for row in (*a.tolist(), *b.tolist()):
        if not 0 <= row < height:
            raise InputError(
                f"there is no row {row} in {path!r}", why=f"allowed: 0 to {height - 1}"
            )
    order = np.arange(height)
    order[a], order[b] = b, a
    return cast(Leaf, leaf[order])  # an index keeps the kind of array
