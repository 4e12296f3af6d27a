"""Progress of training many runs: phase, returns, steps a second, time left.

If the output is not a terminal, occasional lines report the same.
"""

from pathlib import Path
from typing import Any

from telic.cli.meter import Meter, clock
from telic.cli.terminal import clean
from telic.core.errors import TelicError
from telic.runs.folder import Run
from telic.runs.metrics import Row


class Bars:
    """A listener for `carry_all` that shows the progress of each run.

    Args:
        runs: The runs, in the order of the work.
        quiet: Print nothing but errors.
    """

    def __init__(self, runs: list[Run], *, quiet: bool = False) -> None:
        """Prepare the meter; nothing is drawn before the block is entered."""
        self.meter = Meter(runs, quiet=quiet)
        plans = {str(run.path): run.plan() for run in runs}
        self.totals = {path: plan.total_rollouts for path, plan in plans.items()}
        self.phases = {path: len(plan.schedule) for path, plan in plans.items()}
        self.speeds: dict[str, float] = {}
        self.first: dict[str, int] = {}

    def __enter__(self) -> "Bars":
        """Start drawing."""
        self.meter.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop drawing."""
        self.meter.__exit__(*error)

    def __call__(self, path: str, kind: str, value: Any) -> None:
        """Show one message of `carry_all`."""
        if kind == "start":
            self._start(path)
        elif kind == "row":
            self._row(path, *value)
        elif kind == "notice":
            self.meter.line(f"note: {clean(value)}")
        elif kind == "error":
            self._error(path, value)
        elif kind == "end":
            self.meter.end(path)

    def _start(self, path: str) -> None:
        """Show that a run begins or resumes."""
        if self.meter.plain:
            name, total = self.meter.names[path], self.totals[path]
            self.meter.line(f"{name}: compiling, then {total} rollouts")
        self.meter.at(path, 0.0, "compiling …")

    def _row(self, path: str, row: Row, seconds: float) -> None:
        """Show a finished rollout."""
        done, total = row["rollout"], self.totals[path]
        self.first.setdefault(path, done)
        per_rollout = row["steps"] / done
        if done > self.first[path]:  # the first one includes compilation
            now: float = per_rollout / seconds
            self.speeds[path] = 0.9 * self.speeds.get(path, now) + 0.1 * now
        speed = self.speeds.get(path)
        text = rollout_line(row, speed, phases=self.phases[path])
        left = (total - done) * per_rollout / speed if speed else None
        self.meter.at(path, done / total, text, left)
        starting = done == self.first[path]
        if self.meter.plain and (starting or _ends_phase(row, total) or done == total):
            more = f"  {clock(left)} left" if left is not None else ""
            self.meter.line(f"{self.meter.names[path]}: {done}/{total}  {text}{more}")

    def _error(self, path: str, error: TelicError) -> None:
        """Show that a run has failed."""
        name = self.meter.names.get(path, path)
        self.meter.line(f"{name} failed: {clean(error.what)}")


def rollout_line(row: Row, speed: float | None = None, *, phases: int) -> str:
    """A rollout in one line: phase, objective, returns, steps a second.

    Phases are counted from 0, as in expressions, reports and stored metrics.

    Example:
        >>> row = {"phase": 2, "objective": "blue", "return_blue": 0.5}
        >>> rollout_line(row, phases=24)
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
    """True for about 24 evenly spaced rollouts of a run, which are printed."""
    return row["rollout"] % max(1, total // 24) == 0


def relative_path(path: Path) -> str:
    """A path as the user would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
