"""The signatures of the functions of expressions, with their help.

To add one: one line here, and its code in `telic.edits.expression.functions`.
"""

from collections.abc import Callable
from typing import NamedTuple

WORDS = ("colour", "weights")
"""The kinds of arguments that are words; all others are evaluated."""

NUMBERS: dict[str, tuple[Callable[[float], bool], str]] = {
    "number": (lambda x: True, ""),
    "share": (lambda x: 0 < x <= 1, "above 0, up to 1"),
    "count": (lambda x: x >= 1 and x == int(x), "1, 2, 3, …"),
}
"""The kinds of arguments that are numbers: a check, and the allowed values in words."""


class Signature(NamedTuple):
    """The signature of a function of expressions.

    Attributes:
        usage: An example of its use.
        about: Its result, in one line.
        arguments: The kind of each argument: `agent`, `vector`, `number`; `share`, a
            number in (0, 1]; `count`, a whole number from 1; `colour`, a word that
            becomes the rows of that colour; `weights`, a word that becomes the prefix
            of some leaves of the vector before it, such as `actor/0`.
        gives: `agent` or `vector`.
        repeats: Whether the last argument may be given several times.
        over_phases: Whether its argument is evaluated for each two successive phases
            (those of the option `phases`) and it is applied to the list of results.
    """

    usage: str
    about: str
    arguments: tuple[str, ...]
    gives: str = "vector"
    repeats: bool = False
    over_phases: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return self.usage.partition("(")[0]

    def kind(self, number: int) -> str | None:
        """The kind of an argument, from 0; None if it takes no such argument."""
        if number < len(self.arguments):
            return self.arguments[number]
        return self.arguments[-1] if self.repeats else None


SIGNATURES: dict[str, Signature] = {
    "mean": Signature(
        "mean(blue - purple, phases=2:17)",
        "mean over all switches between the two, here within phases 2 to 16",
        ("vector",),
        over_phases=True,
    ),
    "only": Signature(
        "only(vector, actor/0, actor/1)",
        "only these parts of a vector, zero elsewhere",
        ("vector", "weights"),
        repeats=True,
    ),
    "carry": Signature(
        "carry(vector, purple, yellow)",
        "the same vector with the input rows of two colours exchanged",
        ("vector", "colour", "colour"),
    ),
    "top": Signature(
        "top(vector, 0.2)",
        "the largest entries of a vector, here a fifth of them, zero elsewhere",
        ("vector", "share"),
    ),
    "rank": Signature(
        "rank(vector, 4)",
        "each kernel of a vector by its 4 strongest directions",
        ("vector", "count"),
    ),
    "lerp": Signature(
        "lerp(agent, agent, 0.5)",
        "the agent on the straight line from one to another, here half way",
        ("agent", "agent", "number"),
        gives="agent",
    ),
}
"""Every function of expressions, by name."""
