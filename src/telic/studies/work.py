"""Work: progress of a study on a run, as text and fraction, and requests to stop."""

import dataclasses
from collections.abc import Callable
from typing import Any


class StoppedError(Exception):
    """The user asked to stop; unfinished work is discarded."""


@dataclasses.dataclass(frozen=True)
class Work:
    """A stretch of a study's work; calling it reports the progress within the stretch.

    Attributes:
        report: Called with `share` and a pair: the fraction of the whole work that is
            done, and a text.
        should_stop: Returns True once the user has asked to stop.
        low: The fraction of the work that lies before the stretch.
        high: The fraction at its end.
        text: The words before the count: `switch 3 of 8, edit`.

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
        """Report that `done` of `total` pieces are complete and the next one begins.

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
        """The stretch between two fractions of this one."""
        width = self.high - self.low
        return dataclasses.replace(
            self, low=self.low + low * width, high=self.low + high * width, text=text
        )

    def part(self, number: int, total: int, text: str) -> "Work":
        """One of several equal parts.

        Args:
            number: The index of the part, from 0.
            total: The number of parts.
            text: The name of a part and the name of the pieces in it, separated by a
                comma: `switch, edit`.
        """
        whole, _, counted = text.partition(", ")
        words = f"{whole} {number + 1} of {total}, {counted}"
        return self.stretch(number / total, (number + 1) / total, words)

    def counting(self, total: int) -> Callable[[], bool]:
        """A function to call after each of `total` pieces; it reports, returns False.

        It serves as the stop callback of training loops: a stop is a `StoppedError`.
        """
        done = iter(range(1, 2**62))

        def counted() -> bool:
            self(next(done), total)
            return False

        return counted
