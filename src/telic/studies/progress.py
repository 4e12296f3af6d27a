"""How far a study is with a run: a share of its work and, in words, what it is at."""

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

Tell = Callable[[str, Any], None]
Stop = Callable[[], bool]


@dataclasses.dataclass(frozen=True)
class Stretch:
    """A stretch of a study's work; called with what is done of it, it reports that.

    Attributes:
        tell: Is told `share` and a pair: how much of all is done, 0 to 1, and a text.
        low: The share of the work that lies before the stretch.
        high: The share at its end.
        text: What is counted: `switch 3 of 8, edit`.

    Example:
        >>> Stretch(print, 0.5, 1.0, "switch 2 of 2, edit")(1, 4)
        share (0.625, 'switch 2 of 2, edit 2 of 4')
    """

    tell: Tell
    low: float
    high: float
    text: str

    def __call__(self, done: int, total: int) -> None:
        """Report that so many are done, and that the next one begins."""
        part = min(1.0, done / max(1, total))
        number = min(done + 1, total)
        share = self.low + (self.high - self.low) * part
        self.tell("share", (share, f"{self.text} {number} of {total}"))

    def counting(self, stop: Stop, total: int) -> Stop:
        """`stop`, which is asked after each of `total` pieces of work, and counted."""
        calls = itertools.count(1)

        def counted() -> bool:
            self(next(calls), total)
            return stop()

        return counted


def part(tell: Tell, number: int, total: int, text: str) -> Stretch:
    """The stretch of one of several equal parts of a study.

    Args:
        tell: As of `Stretch`.
        number: Which part, from 0.
        total: How many there are.
        text: What a part is, and what is counted in it, with a comma between.

    Example:
        >>> part(print, 2, 8, "switch, edit")(0, 10)
        share (0.25, 'switch 3 of 8, edit 1 of 10')
    """
    whole, counted = text.split(", ")
    words = f"{whole} {number + 1} of {total}, {counted}"
    return Stretch(tell, number / total, (number + 1) / total, words)
