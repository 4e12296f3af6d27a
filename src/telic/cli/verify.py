"""`telic verify RUN`: repeat the certificate of an imported run."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from telic.cli import names, terminal
from telic.core.errors import DamagedError


@dataclasses.dataclass(frozen=True)
class VerifyOptions:
    """Compute again what the certificate of an import says, and compare.

    Weights must be the same, outputs equal up to rounding, returns within each other's
    intervals.
    """

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Imported runs, or their experiments."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object a run."""


def run(argv: Sequence[str]) -> int:
    """Verify the runs; an error names the first that differs."""
    given = terminal.parse_options(VerifyOptions, argv, prog="telic verify")
    root = terminal.root_folder(given.root)
    names.check_runs(root, given.runs, "telic verify")
    from telic.scale import engine

    engine.prepare()
    from telic.adapters import certificate
    from telic.runs import folder, inside

    wrong = []
    for each in folder.resolve(root, list(given.runs)):
        held = certificate.read(each.path / inside.CERTIFICATE)
        found = certificate.compared(each, held)
        wrong += [f"{each.name}, {what}" for what, _, same in found if not same]
        if given.json:
            rows = [
                dict(zip(("what", "found", "same"), row, strict=True)) for row in found
            ]
            terminal.say_json({"run": each.name, "rows": rows})
            continue
        terminal.say(f"{each.name}: {len(found)} comparisons")
        for what, told, same in found:
            terminal.say(f"  {'same   ' if same else 'DIFFERS'}  {what}: {told}")
    if wrong:
        raise DamagedError(
            f"{len(wrong)} differ from the certificate: {', '.join(wrong[:4])}",
            why="the run, its certificate or a simulator is another one",
            fix="import the file again under another --name, and compare",
        )
    return 0
