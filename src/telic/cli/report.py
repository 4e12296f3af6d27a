"""`telic report RUN …`: one HTML page that opens offline, its tables and figures."""

import dataclasses
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli import names
from telic.cli.terminal import clean, parse_options, root_folder, say, say_json
from telic.runs import inside


@dataclasses.dataclass(frozen=True)
class ReportOptions:
    """Make a page of one experiment: report.html, its tables, and its figures."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """An experiment, or some of its runs, by name."""
    out: Path | None = None
    """The folder to write to; default: `report` in the experiment's folder."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object: where everything is."""


def run(argv: Sequence[str]) -> int:
    """Write the page, and say where it is."""
    given = parse_options(ReportOptions, argv, prog="telic report")
    names.check_runs(root_folder(given.root), given.runs, "telic report")
    from telic.scale import engine

    engine.prepare()
    from telic.runs import folder

    runs = folder.resolve(root_folder(given.root), list(given.runs))
    out = given.out or inside.beside_runs(runs[0].path.parent, "report")
    files = write_report(runs, out)
    if given.json:
        say_json({"files": [str(path) for path in files]})
        return 0
    say(f"{len(files)} files in {clean(out)}")
    say(f"open:  {clean(files[0])}")
    return 0


def write_report(runs: Sequence[Any], out: Path) -> list[Path]:
    """Write the page of some runs, its tables in Markdown, and its figures.

    Returns:
        The files, the page first.
    """
    from telic.render.files import files
    from telic.runs import disk
    from telic.studies.alternation.report import report_files
    from telic.studies.landing import page, summary

    plan, command = runs[0].plan(), train_command(runs)
    if len({phase.objective for phase in plan.schedule}) > 1:
        texts = report_files(runs, command=command)
    else:
        learned = summary.summarise(summary.measure(*runs))
        name, steps = runs[0].path.parent.name, plan.rollout.batch
        texts = files(page.page(learned, name=name, steps=steps, command=command))
    for name, text in texts.items():
        disk.write_file(out / name, text.encode())
    return [out / name for name in texts]


def train_command(runs: Sequence[Any]) -> str:
    """The command that makes the same runs again.

    A plan that is a preset's own is named so; otherwise its stored form is pointed to.
    """
    from telic.studies import EXPERIMENTS
    from telic.studies.base import preset as start

    plan = runs[0].plan()
    seeds = ",".join(str(run.seed()) for run in runs)
    for study, kind in EXPERIMENTS.items():
        for preset in kind.presets:
            if start(kind, preset).plan() == plan:
                return f"telic train {study} --preset {preset} --seeds {seeds}"
    name = shlex.quote(runs[0].path.parent.name)
    return f"telic train alternation --name {name} …  # settings: {name}/*/run.json"
