"""The functions of expressions: what each is given, and what it does.

They are plain functions of trees; what is wrong with an argument is found, with its
place in the text, before they are called. To add one: one line in `FUNCTIONS`.
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

WORDS = ("colour", "weights")
"""The kinds of arguments that are words; all others are worked out."""

NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "number": (lambda x: True, ""),
    "share": (lambda x: 0 < x <= 1, "above 0, up to 1"),
    "count": (lambda x: x >= 1 and x == int(x), "1, 2, 3, …"),
}
"""The kinds of arguments that are numbers: which are allowed, and that in words."""


class Function(NamedTuple):
    """A function of expressions.

    Attributes:
        act: What it does with its arguments.
        usage: An example of its use.
        arguments: The kind of each argument: `agent`, `vector`, `number`; `share`, a
            number in (0, 1]; `count`, a whole number from 1; `colour`, a word that
            becomes the rows of that colour; `weights`, a word that becomes the prefix
            of some leaves of the vector before it.
        gives: `agent` or `vector`.
        repeats: Whether the last argument may be given several times.
        over_phases: Whether its argument is worked out for each two successive phases
            (those of the option `phases`) and `act` takes the list of all.
    """

    act: Callable[..., Tree]
    usage: str
    arguments: tuple[str, ...]
    gives: str = "vector"
    repeats: bool = False
    over_phases: bool = False

    def kind(self, number: int) -> str | None:
        """The kind of an argument, from 0; None if it takes no such argument."""
        if number < len(self.arguments):
            return self.arguments[number]
        return self.arguments[-1] if self.repeats else None


def top(vector: Tree, share: float) -> Tree:
    """A vector's largest entries over all leaves together, and zeros elsewhere.

    Of equal entries those of earlier leaves (by path) and rows are kept.

    Example:
        >>> import jax.numpy as jnp
        >>> top({"a": jnp.array([1.0, -3.0, 2.0, 1.0])}, 0.75)["a"].tolist()
        [1.0, -3.0, 2.0, 0.0]
    """
    zeros = trees.scale(vector, 0.0)
    return Graft(vector, graft.top(zeros, vector, share))(zeros)


def rank(vector: Tree, count: float) -> Tree:
    """The best approximation of each kernel of a vector by a number of directions.

    Biases stay as they are.

    Example:
        >>> import jax.numpy as jnp
        >>> rank({"a": jnp.diag(jnp.array([3.0, 1.0]))}, 1.0)["a"].round(5).tolist()
        [[3.0, 0.0], [0.0, 0.0]]
    """
    return LowRank(vector, int(count))(trees.scale(vector, 0.0))


def prefix(weights: str, vector: Arrays) -> str:
    """The prefix of the leaves for which a word such as `actor.0` stands.

    Raises:
        InputError: If it stands for no leaf; the message holds the nearest word.

    Example:
        >>> import numpy as np
        >>> prefix("actor.0", {"actor/0/bias": np.ones(1)})
        'actor/0/'
    """
    parts = [path.split("/") for path in vector]
    known = {".".join(p[:depth]) for p in parts for depth in range(1, len(p) + 1)}
    # The short words first, so that they are seen even where the message is cut.
    check_name(weights, sorted(known, key=lambda w: (w.count("."), w)), kind="weights")
    path = weights.replace(".", "/")
    return path if path in vector else f"{path}/"


FUNCTIONS: dict[str, Function] = {
    "mean": Function(
        vectors.mean,
        "mean(blue - purple, phases=2:17)",
        ("vector",),
        over_phases=True,
    ),
    "only": Function(
        vectors.only,
        "only(vector, actor.0, actor.1)",
        ("vector", "weights"),
        repeats=True,
    ),
    "carry": Function(
        vectors.carry, "carry(vector, purple, yellow)", ("vector", "colour", "colour")
    ),
    "top": Function(top, "top(vector, 0.2)", ("vector", "share")),
    "rank": Function(rank, "rank(vector, 4)", ("vector", "count")),
    "lerp": Function(
        vectors.interpolate,
        "lerp(agent, agent, 0.5)",
        ("agent", "agent", "number"),
        gives="agent",
    ),
}
"""Every function of expressions, by name."""
