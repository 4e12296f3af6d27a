"""`telic resume [RUN …]`: go on with runs that were stopped or killed, bit for bit."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from telic.cli import terminal


@dataclasses.dataclass(frozen=True)
class Resume:
    """Go on with runs that were stopped or killed, bit for bit."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Runs or experiments by name; none: all that are not complete."""
    workers: int | None = None
    """How many processes, each on a core of its own; default: one a core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object at the end, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Resume, and say what came of it."""
    given = terminal.parse(Resume, argv, prog="telic resume")
    from telic.scale import engine

    engine.prepare()
    from telic.cli.execute import execute
    from telic.runs import folder

    root = terminal.root_folder(given.root)
    named = folder.resolve(root, list(given.runs))
    chosen = named or [r for r in folder.find(root) if r.status() != "complete"]
    if not chosen:
        count = len(folder.find(root))
        terminal.say(f"nothing to resume: all {count} runs in {root} are complete")
        return 0
    return execute(chosen, root=root, workers=given.workers, as_json=given.json)
