"""Swapping inputs: exchange two colours in a vector or an agent.

Each weight that reads the input belongs to one channel. With the channels of two
colours exchanged at every place (`Keys.channels` lists them, and what else they carry),
a vector learned for one colour applies to the other; and an agent acts as if the two
colours were exchanged on the board. If a goal is encoded by colour, the result should
have the other goal.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

import numpy as np
from jaxtyping import Array, Int

from telic.core.errors import InputError
from telic.core.trees import Leaf
from telic.policies.base import Use
from telic.policies.interventions import DONOR

Channels = Sequence[int] | Int[np.ndarray, " channels"] | Int[Array, " channels"]


def swap_inputs(
    vector: Mapping[str, Leaf],
    uses: Sequence[Use],
    first: Channels,
    second: Channels,
) -> dict[str, Leaf]:
    """A vector, or an agent's parameters, with input channels exchanged.

    They are exchanged at all places and in every leaf that reads the input (also in
    those of a donor that a patch holds); all other leaves are unchanged. Arrays stay
    NumPy's or JAX's. Applied twice, it is the identity bit for bit.

    Args:
        vector: Any tree; one without a leaf that reads the input is unchanged.
        uses: The axes that run over the input: `agent.units["input"]`.
        first: Indices of channels, from 0.
        second: As many other indices; none may occur twice in the two together.

    Raises:
        InputError: If the two differ in length, or the indices are not distinct
            integers below the number of channels.

    Example:
        >>> v = {"kernel": np.array([[1.0], [2.0], [3.0]])}
        >>> use = Use("kernel", axis=0, makes=False)
        >>> swap_inputs(v, [use], (0,), (2,))["kernel"].ravel().tolist()
        [3.0, 2.0, 1.0]
    """
    a, b = _numbers(first), _numbers(second)
    _check_paired(a, b)
    found = dict(vector)
    for path, use in readers(vector, uses):
        found[path] = _exchanged(path, found[path], use, a, b)
    return found


def readers(vector: Iterable[str], uses: Sequence[Use]) -> list[tuple[str, Use]]:
    """The paths of the leaves that read the input, and the axis that runs over it.

    Example:
        >>> use = Use("kernel", axis=0, makes=False)
        >>> [path for path, _ in readers(["kernel", "bias"], [use])]
        ['kernel']
    """
    return [
        (path, use)
        for path in vector
        for use in uses
        if path == use.leaf or path.endswith(f"/{DONOR}{use.leaf}")
    ]


def _numbers(channels: Channels) -> Int[np.ndarray, " channels"]:
    """Channel indices as an array; NumPy would accept fractions and booleans."""
    found = np.asarray(channels)
    if found.size == 0:
        return np.zeros(0, np.int64)
    if found.ndim != 1 or found.dtype.kind not in "iu":
        raise InputError(
            f"channels of shape {found.shape} and type {found.dtype}",
            why="allowed: one line of whole numbers",
        )
    return found.astype(np.int64)


def _check_paired(a: Int[np.ndarray, " first"], b: Int[np.ndarray, " second"]) -> None:
    """Raise unless every channel has one partner, and none occurs twice."""
    if len(a) != len(b):
        raise InputError(
            f"{len(a)} channels for {len(b)}",
            why="each channel is exchanged with one other",
        )
    channels, counts = np.unique(np.concatenate([a, b]), return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"channel {channels[counts > 1][0]} occurs more than once",
            why="all must be distinct, so that twice is as if nothing was done",
        )


def _exchanged(
    path: str, leaf: Leaf, use: Use, a: Int[np.ndarray, " _"], b: Int[np.ndarray, " _"]
) -> Leaf:
    """One leaf with its channels exchanged at every place."""
    count = leaf.shape[use.axis] // use.places
    for channel in (*a.tolist(), *b.tolist()):
        if not 0 <= channel < count:
            raise InputError(
                f"there is no channel {channel} in {path!r}",
                why=f"allowed: 0 to {count - 1}",
            )
    order = np.arange(use.places * count).reshape(use.places, count)
    order[:, a], order[:, b] = order[:, b], order[:, a]
    index = (slice(None),) * use.axis + (order.ravel(),)
    return cast(Leaf, leaf[index])  # an index keeps the kind of array
