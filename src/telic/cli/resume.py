"""`telic resume [RUN …]`: resume runs that were stopped or killed, bit for bit."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import terminal
from telic.core.errors import TelicError
from telic.runs import lock


@dataclasses.dataclass(frozen=True)
class Resume:
    """Resume runs that were stopped or killed, bit for bit."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Runs or experiments by name; none: all that are not complete."""
    workers: int | None = None
    """The number of processes, each on its own core; default: one per core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Resume runs, and print the outcome."""
    given = terminal.parse_options(Resume, argv, prog="telic resume")
    root = terminal.root_folder(given.root)
    lock.check_named(root, given.runs)
    from telic.scale import engine

    engine.prepare()
    from telic.cli.execute import execute
    from telic.runs import folder

    named = folder.resolve(root, list(given.runs)) or _readable(root)
    chosen = [run for run in named if run.status() != "complete"]
    if not named and not given.json:
        terminal.say(f"nothing to resume: there are no runs in {terminal.clean(root)}")
        return 0
    if not chosen and not given.json:
        many = len(named) != 1
        which = f"all {len(named)} runs are" if many else f"{named[0].name} is"
        terminal.say(f"nothing to resume in {terminal.clean(root)}: {which} complete")
        return 0
    return execute(chosen, root=root, workers=given.workers, as_json=given.json)


def _readable(root: Path) -> list[Any]:
    """Every readable run: a damaged one must not stop the others."""
    from telic.runs import folder

    runs, notes = folder.survey(root)
    found = []
    for run in runs:
        try:
            run.status()
            found.append(run)
        except TelicError as error:
            notes.append(f"{run.name} is left out: {error.what}")
    terminal.remark(notes)
    return found
