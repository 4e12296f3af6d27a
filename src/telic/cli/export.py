"""`telic export RUN@PHASE --to FORMAT`: an agent, or an edit of it, to take home."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from telic.cli import names, terminal
from telic.core.errors import InputError
from telic.core.names import check_name

EXAMPLE = "telic export demo/seed-0000@5 --to torch"
FORMATS = ("numpy", "torch", "sb3", "onnx", "hf")


@dataclasses.dataclass(frozen=True)
class ExportOptions:
    """Write an agent for other libraries, with a card of what it is and wants.

    numpy: weights and a loader that needs NumPy alone; torch: a state dict and its
    module; sb3: a zip that PPO.load opens; onnx: a graph; hf: weights and their layout
    as a hub has them, of any network.
    """

    agent: Annotated[str, tyro.conf.Positional] = ""
    """RUN@PHASE: the agent at the end of a phase, counted from 0; RUN: of the last."""
    to: str = "numpy"
    """numpy, torch, sb3, onnx or hf."""
    edit: str = ""
    """An expression, as for telic edit: the edited agent is exported, and the change
    beside it. The phase is then what the expression names."""
    episodes: int = 256
    """Episodes of the agent for its card, and of an edit beside its nulls; 0: none."""
    out: Path | None = None
    """The folder to write; default: the run, the phase and the format."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object."""


def run(argv: Sequence[str]) -> int:
    """Export the agent, and say what was written."""
    given = terminal.parse_options(ExportOptions, argv, prog="telic export")
    check_name(given.to, FORMATS, kind="format")
    root = terminal.root_folder(given.root)
    name, at, phase = given.agent.partition("@")
    names.check_runs(root, [name] if name else [], "telic export")
    if at and not phase.isdecimal():
        raise InputError(
            f"{given.agent!r} names no phase", why="phases are numbered", fix=EXAMPLE
        )
    from telic.scale import engine

    engine.prepare()
    from telic.adapters import card, export
    from telic.runs import disk, source

    run_ = source.load(name, root)
    number = int(phase) if at else len(run_.schedule) - 1
    told = card.described(run_, number, edit=given.edit, episodes=given.episodes)
    made = export.exported(told, given.to)
    out = given.out or Path(f"{run_.run.path.parent.name}-{number}-{given.to}")
    if out.exists():
        raise InputError(
            f"{out} exists", why="an export never writes over one", fix="choose --out"
        )
    for file, data in made.items():
        disk.write_file(out / file, data)
    if given.json:
        terminal.say_json({"out": str(out), "files": sorted(made)})
        return 0
    terminal.say(f"{len(made)} files in {out}: {', '.join(sorted(made))}")
    terminal.say(f"read:  {out / 'README.md'}")
    return 0
