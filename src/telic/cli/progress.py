"""Progress of many runs: a bar for each that is running, or plain lines.

A bar shows the phase, the return under every objective, steps a second and the time
left. Where the output is not a terminal, one line a phase says the same.
"""

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from telic.cli.terminal import clean
from telic.core.errors import TelicError
from telic.runs.folder import Run
from telic.runs.metrics import Row


class Bars:
    """A listener for `carry_all` that shows how far each run is.

    Args:
        runs: The runs, in the order of the work.
        quiet: Print nothing but errors.
    """

    def __init__(self, runs: list[Run], *, quiet: bool = False) -> None:
        """Nothing is drawn before the block is entered."""
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self.plain = not self.console.is_terminal
        self.names = {str(run.path): run.path.name for run in runs}
        self.totals = {str(run.path): run.plan().rollouts for run in runs}
        self.tasks: dict[str, TaskID] = {}
        self.speeds: dict[str, float] = {}
        self.began = time.monotonic()
        self.first: dict[str, int] = {}
        self.progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[text]}"),
            TimeRemainingColumn(compact=True),
            console=self.console,
            disable=self.plain or quiet,
        )

    def __enter__(self) -> "Bars":
        """Begin to draw."""
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the bars as they stand."""
        self.progress.stop()

    def __call__(self, path: str, kind: str, value: Any) -> None:
        """Take one message of `carry_all`."""
        if kind == "start":
            self._start(path)
        elif kind == "row":
            self._row(path, *value)
        elif kind == "notice":
            self._line(f"note: {clean(value)}")
        elif kind == "error":
            self._error(path, value)
        elif kind == "end" and path in self.tasks:
            self.progress.update(self.tasks[path], visible=len(self.tasks) < 20)

    def _start(self, path: str) -> None:
        """A run begins or goes on."""
        if self.plain:
            self._line(
                f"{self.names[path]}: compiling, then {self.totals[path]} rollouts"
            )
        self.tasks[path] = self.progress.add_task(
            self.names[path], total=self.totals[path], text="compiling …"
        )

    def _row(self, path: str, row: Row, seconds: float) -> None:
        """A rollout is done."""
        done, total = row["rollout"], self.totals[path]
        self.first.setdefault(path, done)
        per_rollout = row["steps"] / done
        if done > self.first[path]:  # the first one holds the compilation
            now: float = per_rollout / seconds
            self.speeds[path] = 0.9 * self.speeds.get(path, now) + 0.1 * now
        text = describe(row, self.speeds.get(path))
        self.progress.update(self.tasks[path], completed=done, text=escape(text))
        starting = done == self.first[path]
        if self.plain and (starting or _ends_phase(row, total) or done == total):
            speed = self.speeds.get(path)
            left = _clock((total - done) * per_rollout / speed) if speed else ""
            self._line(f"{self.names[path]}: {done}/{total}  {text}  {left}".rstrip())

    def _error(self, path: str, error: TelicError) -> None:
        """A run has failed; the others go on."""
        self._line(f"{self.names.get(path, path)} failed: {clean(error.what)}")

    def _line(self, text: str) -> None:
        """One line above the bars, or on its own."""
        self.console.print(escape(text), soft_wrap=True)
        sys.stderr.flush()


def describe(row: Row, speed: float | None = None, *, phases: int) -> str:
    """A rollout in one line: phase, wanted objective, returns, steps a second.

    Example:
        >>> describe({"phase": 2, "objective": "blue", "return_blue": 0.5}, phases=24)
        'phase 2 of 0-23 wants blue | return blue +0.50'
    """
    returns = "  ".join(
        f"{name.removeprefix('return_')} {'–' if value is None else f'{value:+.2f}'}"
        for name, value in row.items()
        if name.startswith("return_")
    )
    pace = f" | {speed / 1000:.1f} k steps/s" if speed else ""
    where = f"phase {row['phase']} of 0-{phases - 1}"
    return f"{where} wants {row['objective']} | return {returns}{pace}"


def _ends_phase(row: Row, total: int) -> bool:
    """Whether a row is a good one to print: about forty lines a run at most."""
    return row["rollout"] % max(1, total // 24) == 0


def _clock(seconds: float) -> str:
    """Time left, in words."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"


def relative(path: Path) -> str:
    """A path as the user would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
