"""`telic want RUN[@PHASE]`: what an agent wants, as far as its choices tell."""

import dataclasses
import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import tyro

from telic.cli import names, terminal
from telic.core.errors import InputError

EXAMPLE = "telic want demo/seed-0000@5"


@dataclasses.dataclass(frozen=True)
class WantOptions:
    """Say what agents want: the weights over events that explain their choices.

    Worlds in JAX only, as every action is tried from the same state. Nothing is
    trained, and no reward is looked at.
    """

    agent: Annotated[str, tyro.conf.Positional] = ""
    """RUN@PHASE: the agent at the end of a phase, counted from 0; RUN: of the last; an
    experiment: of every seed."""
    edit: str = ""
    """An expression, as for telic edit: the agent that it makes is asked."""
    estimator: str = ""
    """exact: in all states of some boards, for agents without memory in Keys; forked:
    in states that the agent visits, in any world in JAX; default: the first that
    applies."""
    states: int = 256
    """The states of forked."""
    draws: int = 16
    """The ways in which the agent goes on from each action there."""
    boards: int = 32
    """The boards of exact."""
    out: Path | None = None
    """The folder to write the page to; default: want in the experiment's folder, where
    each page takes the place of the last."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object an agent, and nothing else."""


def run(argv: Sequence[str]) -> int:
    """Ask the agents, write their page, and say what was found."""
    given = terminal.parse_options(WantOptions, argv, prog="telic want")
    root = terminal.root_folder(given.root)
    name, at, phase = given.agent.partition("@")
    names.check_runs(root, [name] if name else [], "telic want")
    if at and not phase.isdecimal():
        raise InputError(
            f"{given.agent!r} names no phase", why="phases are numbered", fix=EXAMPLE
        )
    from telic.scale import engine

    engine.prepare()
    from telic.render.files import files
    from telic.runs import disk, folder, inside
    from telic.runs.source import RunSource
    from telic.studies import want
    from telic.studies.want import page

    settings = want.Settings(
        estimator=given.estimator,
        states=given.states,
        draws=given.draws,
        boards=given.boards,
    )
    number = int(phase) if at else None
    runs = folder.resolve(root, [name])
    asked = [
        want.ask(RunSource(each), settings, phase=number, edit=given.edit)
        for each in runs
    ]
    out = given.out or inside.beside_runs(runs[0].path.parent, "want")
    command = shlex.join(["telic", "want", *argv])
    for file, text in files(page.page(asked, command=command)).items():
        disk.write_file(out / file, text.encode())
    if given.json:
        for each in asked:
            terminal.say_json(
                {
                    "agent": each.name,
                    "weights": each.want.weights,
                    "haste": each.want.haste,
                    "explained": finite(each.want.fit.explained),
                    "shuffled": finite(each.want.shuffled),
                    "estimator": each.estimator,
                }
            )
        return 0
    for line in page.findings(asked):
        terminal.say(terminal.clean(line, 1000))
    terminal.say(f"\nopen:  {out / 'report.html'}")
    return 0


def finite(value: float) -> float | None:
    """A number as JSON has it: none for NaN."""
    return value if math.isfinite(value) else None
