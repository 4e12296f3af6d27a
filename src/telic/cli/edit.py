"""`telic edit RUN EXPRESSION`: edit an agent by an expression, try it beside nulls."""

import dataclasses
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli.terminal import clean, parse, root_folder, say, say_json, table
from telic.core.errors import InputError

EXAMPLE = 'telic edit demo "purple + 1.5 * mean(blue - purple)"'
SHOWN = ("wall", "bump", "ball", "timeout", "length")


@dataclasses.dataclass(frozen=True)
class Edit:
    """Edit agents by an expression, such as `purple@23 + 1.5 * mean(blue - purple)`.

    A name is the agent at the end of the last phase that trained it, NAME@N that of
    phase N, counted from 0. Functions: mean, only, carry, top, rank, lerp.
    """

    what: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """A run or an experiment (then every seed), and the expression."""
    episodes: int = 512
    """Episodes of each agent, the same boards for all."""
    board: tuple[str, ...] = ()
    """Colours of the keys on every board; default: those of the run's own world."""
    save: Path | None = None
    """Keep the edit in this file; of one run only."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print one JSON object a row, with all measures."""


def run(argv: Sequence[str]) -> int:
    """Try the edit on every run named, and tell what it does beside its nulls."""
    given = parse(Edit, argv, prog="telic edit")
    if len(given.what) != 2:
        raise InputError(
            f"{len(given.what)} arguments", why="a run and an expression", fix=EXAMPLE
        )
    if not 1 <= given.episodes <= 100_000:
        raise InputError(f"--episodes {given.episodes}", why="allowed: 1 to 100,000")
    from telic.scale import engine

    engine.prepare()
    from telic.runs import folder
    from telic.studies.wish import attempt

    name, text = given.what
    runs = folder.resolve(root_folder(given.root), [name])
    if given.save and len(runs) > 1:
        raise InputError(
            f"--save with {len(runs)} runs",
            why="an edit is of one agent",
            fix=f"name one: {runs[0].name}",
        )
    try_on = functools.partial(
        attempt, text=text, episodes=given.episodes, colours=given.board
    )
    results = {r.seed(): try_on(r) for r in runs}
    if given.json:
        for seed, rows in results.items():
            for row in rows:
                say_json({"seed": seed, **row._asdict()})
    else:
        _tell(runs, results, text, given)
    if given.save:
        _save(given.save, runs[0], text, quiet=given.json)
    return 0


def _tell(runs: Sequence[Any], results: dict, text: str, given: Edit) -> None:
    """The table: one run with intervals over episodes, many with those over seeds."""
    from telic.trials import tabulate

    found = tabulate({seed: [rows] for seed, rows in results.items()})
    columns, counted = _columns(runs[0].plan(), given.board, found.measures)
    rows = []
    for edit, null in found.rows:
        cells: dict[str, Any] = {"agent": _row(edit, null, text)}
        for measure in columns:
            values = found.values_of(measure, edit, null)
            cells[measure.removeprefix("pick_")] = float(values.mean())
        rows.append(cells)
    say(f"{clean(text)}\n")
    say(table(rows, ["agent", *(c.removeprefix("pick_") for c in columns)]))
    seeds = len(found.seeds)
    count = f"{seeds} seed{'s' * (seeds > 1)}"
    say(f"\nrates per episode; n = {count}, {given.episodes} episodes each")
    for measure in counted:
        _interval(found, text, measure, given.episodes)


def _columns(
    plan: Any, board: Sequence[str], measures: Sequence[str]
) -> tuple[list[str], list[str]]:
    """What is shown of every agent, and what of it has a line with an interval."""
    from telic.worlds import Keys

    world = plan.world
    if not isinstance(world, Keys):
        ends = [f"return_{objective.name}" for objective in plan.objectives]
        return [*world.events, "length", *ends], ends
    colours = dict.fromkeys((*board, *world.colours, *world.third))
    picks = [f"pick_{colour}" for colour in colours]
    others = [name for name in SHOWN if name in measures]
    return [*picks, *others], picks[: len(board or world.colours)]


def _row(edit: str, null: str, text: str) -> str:
    """The name of a row."""
    if null:
        return f"  null: {null}"
    return "edited" if edit == text else edit


def _interval(found: Any, text: str, measure: str, episodes: int) -> None:
    """One rate with its interval: over seeds, or over the episodes of one agent."""
    from telic.stats import wilson
    from telic.trials import verdict

    values = found.values_of(measure, text)
    if len(values) == 1 and not measure.startswith("pick_"):
        return  # no rate: one agent's mean says nothing of other seeds
    if len(values) == 1:
        counted = wilson(round(float(values[0]) * episodes), episodes)
        say(f"{measure}: {counted} episodes of one agent: says nothing of other seeds")
        return
    before = found.values_of(measure, "no edit").mean()
    ruled = verdict(found, text, measure, more=bool(values.mean() >= before))
    say(f"{measure}: {ruled.rate}, before {before:.2f}; {ruled.words}")


def _save(path: Path, run: Any, text: str, *, quiet: bool) -> None:
    """Keep the edit of one run."""
    from telic.runs import edit_file
    from telic.studies.wish import wish

    made = wish(run, text)
    edit_file.write(path, made.edit, made.agent)
    if not quiet:
        say(f"\nkept in {clean(path)}: {path.stat().st_size / 1024:.0f} KiB")
