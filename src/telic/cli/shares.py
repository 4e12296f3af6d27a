"""Progress of a study's work on many runs: what each is at, and the time left."""

import time
from typing import Any

from telic.cli.meter import Meter, clock
from telic.cli.terminal import clean
from telic.runs.folder import Run

OFTEN = 0.1
"""How much must be done between two lines of a run where there is no terminal."""

SELDOM = 60.0
"""After how many seconds there is one in any case."""


class Shares:
    """A listener for `carry_all` that shows the share of each run's work.

    Args:
        runs: The runs.
        quiet: Print nothing but errors.
    """

    def __init__(self, runs: list[Run], *, quiet: bool = False) -> None:
        """Nothing is drawn before the block is entered."""
        self.meter = Meter(runs, quiet=quiet)
        self.began: dict[str, float] = {}
        self.told: dict[str, tuple[float, float]] = {}

    def __enter__(self) -> "Shares":
        """Begin to draw."""
        self.meter.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        """Leave the bars as they stand."""
        self.meter.__exit__(*error)

    def __call__(self, path: str, kind: str, value: Any) -> None:
        """Take one message of `carry_all`."""
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
        elif kind == "end":
            self.meter.end(path)
            if self.meter.plain:
                done, total = len(self.meter.ended), len(self.meter.names)
                self.meter.line(f"{done}/{total}  {self.meter.names[path]}: done")

    def _share(self, path: str, share: float, text: str) -> None:
        """So much of a run's work is done."""
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
