"""A progress meter: one bar for all runs and one for each, or plain lines.

Every run is shown from the start, as waiting. The remaining time is printed before the
text, so that a narrow terminal cuts the text and not the time. If the output is not a
terminal, occasional lines report the same.
"""

import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn

from telic.cli.terminal import clean
from telic.runs.folder import Run

BAR = 14
"""Width of a bar, in characters."""

MOST = 20
"""The most runs with a bar each; if there are more, only running ones have one."""

ALL = ""
"""The key of the bar of all runs, beside the paths of the runs."""


class Meter:
    """A display of the progress of runs.

    Args:
        runs: The runs, in the order of the work.
        quiet: Print nothing except the text given to `line`.
    """

    def __init__(self, runs: Sequence[Run], *, quiet: bool = False) -> None:
        """Prepare the bars; nothing is drawn before the block is entered."""
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self.plain = not self.console.is_terminal
        one = len({run.path.parent for run in runs}) == 1
        self.names = {
            str(run.path): clean(run.path.name if one else run.name) for run in runs
        }
        self.shares = dict.fromkeys(self.names, 0.0)
        self.before: dict[str, float] = {}  # progress at the first report
        self.ended: set[str] = set()
        self.began = time.monotonic()
        self.progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=BAR),
            TextColumn("{task.fields[left]}"),
            TextColumn("{task.fields[text]}"),
            console=self.console,
            disable=self.plain or quiet,
        )
        several = len(self.names) > 1
        self.bars = {
            path: self.progress.add_task(
                escape(name), total=1.0, left="", text="", visible=visible
            )
            for path, name, visible in (
                (ALL, f"{len(self.names)} runs", several),
                *((p, n, len(self.names) <= MOST) for p, n in self.names.items()),
            )
        }
        for path in self.names:
            self.progress.update(self.bars[path], text="waiting")

    def __enter__(self) -> "Meter":
        """Begin to draw."""
        self.began = time.monotonic()
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop drawing, and print the total time if all runs are done."""
        self.progress.stop()
        if self.ended == set(self.names):
            count = f"{len(self.ended)} run{'s' * (len(self.ended) != 1)}"
            self.line(f"done: {count} in {clock(time.monotonic() - self.began)}")

    def at(self, path: str, share: float, text: str, left: float | None = None) -> None:
        """Show the progress of a run.

        Args:
            path: The run's folder.
            share: The fraction of its work that is done, 0 to 1.
            text: A description of the current step.
            left: The remaining seconds; None: not known.
        """
        if path not in self.bars:
            return
        self.shares[path] = share
        if share > 0:
            self.before.setdefault(path, share)
        self._draw(path, share, text, left)
        whole, count = sum(self.shares.values()), len(self.names)
        new = (whole - sum(self.before.values())) / count
        ended = f"{len(self.ended)} of {count} done"
        seconds = time.monotonic() - self.began
        more = (
            seconds * (1 - whole / count) / new if new > 0 and whole < count else None
        )
        self._draw(ALL, whole / count, ended, more)

    def end(self, path: str) -> None:
        """Mark a run as done."""
        self.ended.add(path)
        self.at(path, 1.0, "done")
        if len(self.names) > MOST and path in self.bars:
            self.progress.update(self.bars[path], visible=False)

    def line(self, text: str) -> None:
        """Print one line, above the bars if there are any."""
        self.console.print(escape(text), soft_wrap=True)
        sys.stderr.flush()

    def _draw(self, path: str, share: float, text: str, left: float | None) -> None:
        """Set one bar; its text is cut at the edge of the terminal."""
        time_left = "" if left is None else f"{clock(left)} left"
        widths = [len(name) for name in self.names.values()]
        room = self.console.width - max(widths) - BAR - max(16, len(time_left)) - 4
        cut = text if len(text) <= room else f"{text[: max(0, room - 1)]}…"
        self.progress.update(
            self.bars[path],
            completed=share,
            text=escape(cut),
            left=time_left,
            visible=path != ALL or len(self.names) > 1,
        )


def clock(seconds: float) -> str:
    """A duration in words.

    Example:
        >>> clock(312.0), clock(7.4)
        ('5 min 12 s', '7 s')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
