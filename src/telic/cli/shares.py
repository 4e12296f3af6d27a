"""Progress of a study's work on many runs: a bar for each, or plain lines."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from telic.cli.terminal import clean
from telic.runs.folder import Run


class Shares:
    """A listener for `carry_all` that shows the share of each run's work.

    Args:
        runs: The runs.
        quiet: Print nothing but errors.
    """

    def __init__(self, runs: list[Run], *, quiet: bool = False) -> None:
        """Nothing is drawn before the block is entered."""
        self.console = Console(stderr=True, quiet=quiet, highlight=False)
        self.plain = not self.console.is_terminal
        self.names = {str(run.path): run.name for run in runs}
        self.tasks: dict[str, TaskID] = {}
        self.done = 0
        self.progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeRemainingColumn(compact=True),
            console=self.console,
            disable=self.plain or quiet,
        )

    def __enter__(self) -> "Shares":
        """Begin to draw."""
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bars as they stand."""
        self.progress.stop()

    def __call__(self, path: str, kind: str, value: Any) -> None:
        """Take one message of `carry_all`."""
        name = clean(self.names.get(path, path))
        if kind == "start":
            self.tasks[path] = self.progress.add_task(escape(name), total=1.0)
        elif kind == "share" and path in self.tasks:
            self.progress.update(self.tasks[path], completed=value)
        elif kind == "notice":
            self.console.print(escape(f"note: {clean(value)}"))
        elif kind == "end":
            self.done += 1
            self.progress.update(self.tasks[path], completed=1.0)
            if self.plain:
                total = len(self.names)
                self.console.print(escape(f"{self.done}/{total}  {name}: done"))
