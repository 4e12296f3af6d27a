"""How far a study is with a run, in words and as a fraction, and whether to stop."""

import dataclasses
from collections.abc import Callable
from typing import Any


class StoppedError(Exception):
    """The user asked to stop: what is not done is left, and nothing is kept of it."""


@dataclasses.dataclass(frozen=True)
class Work:
    """A stretch of a study's work; called with what is done of it, it reports that.

    Attributes:
        report: Called with `share` and a pair: the fraction of all that is done, and a
            text.
        should_stop: Whether the user asked to stop.
        low: The fraction of the work that lies before the stretch.
        high: The fraction at its end.
        text: What is counted: `switch 3 of 8, edit`.

    Example:
        >>> work = Work(print, lambda: False)
        >>> work.part(1, 2, "switch, edit")(1, 4)
        share (0.625, 'switch 2 of 2, edit 2 of 4')
    """

    report: Callable[[str, Any], None]
    should_stop: Callable[[], bool]
    low: float = 0.0
    high: float = 1.0
    text: str = ""

    def __call__(self, done: int, total: int) -> None:
        """Report that so many pieces are done, and that the next one begins.

        Raises:
            StoppedError: If the user asked to stop.
        """
        if self.should_stop():
            raise StoppedError
        part = min(1.0, done / max(1, total))
        number = min(done + 1, total)
        share = self.low + (self.high - self.low) * part
        self.report("share", (share, f"{self.text} {number} of {total}".strip()))

    def stretch(self, low: float, high: float, text: str) -> "Work":
        """A stretch within this one, from one fraction of it to another."""
        width = self.high - self.low
        return dataclasses.replace(
            self, low=self.low + low * width, high=self.low + high * width, text=text
        )

    def part(self, number: int, total: int, text: str) -> "Work":
        """One of several equal parts.

        Args:
            number: Which part, from 0.
            total: How many there are.
            text: What a part is, and what is counted in it, with a comma between.
        """
        whole, _, counted = text.partition(", ")
        words = f"{whole} {number + 1} of {total}, {counted}"
        return self.stretch(number / total, (number + 1) / total, words)

    def counting(self, total: int) -> Callable[[], bool]:
        """A function to call after each of `total` pieces; it reports, and is False.

        It is what training loops ask whether to stop; they stop by `StoppedError`.
        """
        done = iter(range(1, 2**62))

        def counted() -> bool:
            self(next(done), total)
            return False

        return counted
