"""Progress of a study on many runs: the current step, and the time left."""

import time
from typing import Any

from telic.cli.meter import Meter, clock
from telic.cli.terminal import clean
from telic.runs.folder import Run

OFTEN = 0.1
"""The progress between two printed lines of a run, without a terminal."""

SELDOM = 60.0
"""The most seconds between two printed lines."""


class Shares:
    """A listener for `carry_all` that shows the fraction of each run's work.

    Args:
        runs: The runs.
        quiet: Print nothing but errors.
    """

    def __init__(self, runs: list[Run], *, quiet: bool = False) -> None:
        """Prepare the meter; nothing is drawn before the block is entered."""
        self.meter = Meter(runs, quiet=quiet)
        self.began: dict[str, float] = {}
        self.told: dict[str, tuple[float, float]] = {}
        self.stopped: set[str] = set()

    def __enter__(self) -> "Shares":
        """Start drawing."""
        self.meter.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Stop drawing."""
        self.meter.__exit__(*error)

    def __call__(self, path: str, kind: str, value: Any) -> None:
        """Show one message of `carry_all`."""
        if kind == "start":
            self.began[path] = time.monotonic()
            self.meter.at(path, 0.0, "compiling …")
        elif kind == "share":
            share, text = value if isinstance(value, tuple) else (value, "")
            self._share(path, share, clean(text))
        elif kind == "notice":
            self.meter.line(f"note: {clean(value)}")
        elif kind == "error":
            self.meter.line(f"{self.meter.names.get(path, path)} failed")
        elif kind == "stopped":
            self.stopped.add(path)
            self.meter.line(f"{self.meter.names.get(path, path)}: stopped")
        elif kind == "end" and path not in self.stopped:
            self.meter.end(path)
            if self.meter.plain:
                done, total = len(self.meter.ended), len(self.meter.names)
                self.meter.line(f"{done}/{total}  {self.meter.names[path]}: done")

    def _share(self, path: str, share: float, text: str) -> None:
        """Show the fraction of a run's work that is done."""
        now = time.monotonic()
        taken = now - self.began.get(path, now)
        left = taken * (1 - share) / share if 0 < share < 1 else None
        self.meter.at(path, share, text, left)
        last, when = self.told.get(path, (-1.0, now))
        if self.meter.plain and (share - last >= OFTEN or now - when >= SELDOM):
            self.told[path] = (share, now)
            more = "" if left is None else f"  {clock(left)} left"
            name = self.meter.names.get(path, path)
            self.meter.line(f"{name}: {100 * share:.0f} %  {text}{more}")
