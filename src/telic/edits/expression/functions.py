"""The functions of expressions.

They are plain functions of trees; arguments are checked before the call, so that an
error can point into the text. To add one: one line in `ACTS`, and one in
`telic.expressions.signatures`.
"""

from collections.abc import Callable
from typing import NamedTuple

from telic import vectors
from telic.core import trees
from telic.core.names import check_name
from telic.core.trees import Arrays, Tree
from telic.edits import graft
from telic.edits.graft import Graft
from telic.edits.low_rank import LowRank
from telic.expressions.signatures import SIGNATURES
from telic.policies import Use
from telic.vectors.swap import swap_inputs


class Inputs(NamedTuple):
    """The input channels of a colour, and the axes of leaves over the input."""

    uses: tuple[Use, ...]
    channels: tuple[int, ...]


def largest_entries(vector: Tree, share: float) -> Tree:
    """A vector's largest entries over all leaves, with zeros elsewhere.

    Among equal entries, those of earlier leaves (by path) and rows are kept.

    Example:
        >>> import jax.numpy as jnp
        >>> largest_entries({"a": jnp.array([1.0, -3.0, 2.0, 1.0])}, 0.75)["a"].tolist()
        [1.0, -3.0, 2.0, 0.0]
    """
    zeros = trees.scale(vector, 0.0)
    return Graft(vector, graft.top(zeros, vector, share)).apply(zeros)


def rank(vector: Tree, count: float) -> Tree:
    """The best approximation of each kernel of a vector by a given rank.

    Biases are unchanged.

    Example:
        >>> import jax.numpy as jnp
        >>> rank({"a": jnp.diag(jnp.array([3.0, 1.0]))}, 1.0)["a"].round(5).tolist()
        [[3.0, 0.0], [0.0, 0.0]]
    """
    return LowRank(vector, int(count)).apply(trees.scale(vector, 0.0))


def swap_channels(vector: Tree, first: Inputs, second: Inputs) -> Tree:
    """A vector with the input channels of two colours exchanged."""
    return swap_inputs(vector, first.uses, first.channels, second.channels)


def prefix(weights: str, vector: Arrays) -> str:
    """The prefix of the leaves that a word such as `actor/0` names.

    Raises:
        InputError: If it names no leaf; the message holds the nearest word.

    Example:
        >>> import numpy as np
        >>> prefix("actor/0", {"actor/0/bias": np.ones(1)})
        'actor/0/'
    """
    weights = weights.replace(".", "/")  # the syntax of older versions: actor.0
    parts = [path.split("/") for path in vector]
    known = {"/".join(p[:depth]) for p in parts for depth in range(1, len(p) + 1)}
    # Short words first, so that they are seen even if the message is cut.
    check_name(weights, sorted(known, key=lambda w: (w.count("/"), w)), kind="weights")
    return weights if weights in vector else f"{weights}/"


ACTS: dict[str, Callable[..., Tree]] = {
    "mean": vectors.mean,
    "only": vectors.restrict,
    "carry": swap_channels,
    "top": largest_entries,
    "rank": rank,
    "lerp": vectors.interpolate,
}
"""The implementation of every function, by name."""

FUNCTIONS = {name: SIGNATURES[name] for name in ACTS}
"""Every function of expressions, by name."""
