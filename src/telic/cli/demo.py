"""`telic demo`: a small real study, from nothing to a report, in a few minutes."""

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path

from telic.cli import known
from telic.cli.terminal import (
    clean,
    parse_options,
    root_folder,
    root_option,
    say,
    text_table,
)
from telic.core.names import check_name
from telic.runs import inside

INTRO = """A small agent learns to fetch the {0} key; then the {1} one is wanted, then
{0} again … {2} phases of {3} rollouts, {4} seeds, side by side.
Watch both returns: the one that is wanted rises, the other falls to about 0.1.
"""


@dataclasses.dataclass(frozen=True)
class Demo:
    """A small real study, from nothing to a report, in a few minutes."""

    seeds: str = "0:2"
    """The seeds: `3`, `0,2,5`, or `0:10` for 0 to 9."""
    preset: str = "demo"
    """The settings: demo, or small for a test of the machinery that learns nothing."""
    workers: int | None = None
    """The number of processes, each on its own core; default: one per core."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""


def run(argv: Sequence[str]) -> int:
    """Train, tabulate, report, and say what to try next."""
    given = parse_options(Demo, argv, prog="telic demo")
    began = time.monotonic()
    from telic.cli.train import parse_seeds
    from telic.runs import lock
    from telic.scale import engine
    from telic.scale.local import check_workers

    seeds = parse_seeds(given.seeds)
    check_name(
        given.preset, known.presets(known.EXPERIMENTS, "alternation"), kind="preset"
    )
    check_workers(given.workers)
    name = "demo" if given.preset == "demo" else f"demo-{given.preset}"
    lock.check_named(root_folder(given.root), [f"{name}/seed-{s:04d}" for s in seeds])
    engine.prepare()
    from telic.cli import report
    from telic.cli.execute import execute
    from telic.runs import folder
    from telic.studies import Alternation
    from telic.studies.base import preset

    study = preset(Alternation, given.preset)
    say(INTRO.format(*study.objectives, study.phases, study.period, len(seeds)))
    plan, root = study.plan(), root_folder(given.root)
    runs = [folder.create_run(root, name, seed, plan) for seed in seeds]
    code = execute(runs, root=root, workers=given.workers)
    if code:
        return code
    say("\nnow moving the goals of the last agents, and drawing the page …")
    files = report.write_report(runs, inside.beside_runs(runs[0].path.parent, "report"))
    _tell(runs, files, root, time.monotonic() - began)
    return 0


def _tell(runs: Sequence, files: Sequence[Path], root: Path, seconds: float) -> None:
    """Print the switches in a table, the path of the page, and commands to try next."""
    from telic.studies.alternation import report as build
    from telic.studies.learning import RETURN

    found = build.summary_of(runs)
    ends = found.switches.ends[RETURN]
    say("\nReturn under the wanted colour, in each phase's first and last rollout,")
    say(f"mean over {len(runs)} seeds (points: too few seeds for intervals);")
    say("phases are counted from 0:\n")
    rows = [
        {
            "phase": phase,
            "wants": wanted,
            "first": float(first),
            "last": float(last),
        }
        for phase, (wanted, first, last) in enumerate(
            zip(
                found.runs.wanted,
                ends.first.mean(axis=0),
                ends.last.mean(axis=0),
                strict=True,
            )
        )
    ]
    say(text_table(rows, ["phase", "wants", "first", "last"]))
    _tell_edits(runs)
    where = root_option(root)
    say(f"\n{seconds:.0f} s in all. The page, with figures and episodes:")
    say(f"  {clean(files[0])}")
    say("next:")
    say(f"  telic runs list{where}")
    if text := _expression(runs):
        say(f'  telic edit {runs[0].path.parent.name} "{text}"{where}')
    say(f'  telic compare --where "final_return_blue > 0.9"{where}')
    say(f"  telic train alternation --seeds 0:10{where}    # the whole study")
    say("(without telic on your PATH: python3 start.py VERB …)")


def _tell_edits(runs: Sequence) -> None:
    """Print the effects of the edits on the last agents, beside their nulls."""
    from telic.studies.demo import section

    for board, found in section.by_board(runs).items():
        say(f"\nThe last agents, edited; boards with keys of {board} and one other.")
        say(f"Share of episodes that end with the aim; n = {len(runs)} seeds, means:\n")
        rows = [
            {"edit": each.name, "aim": before.estimate, "which": ""}
            for each in found.references
            if (before := each.measured["aim"].interval)
        ]
        rows += [
            {
                "edit": each.condition,
                "aim": each.verdict.rate.estimate,
                "strongest null": each.null.rate.estimate,
                "which": each.null.null,
            }
            for each in found.edits
        ]
        say(text_table(rows, ["edit", "aim", "strongest null", "which"]))


def _expression(runs: Sequence) -> str:
    """The expression that adds the mean vector, for the user to vary."""
    from telic.studies.demo.edits import MEAN, demo_edits

    made = demo_edits(runs[0].plan())
    return next((each.text for each in made if each.kind == MEAN), "")
