"""`telic runs list|show|verify|reindex`: runs on disk, and checks of them."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

from telic.cli.terminal import (
    clean,
    parse_options,
    remark,
    root_folder,
    root_option,
    say,
    say_json,
    shortened,
    text_table,
    word,
)
from telic.core.errors import DamagedError, InputError, TelicError
from telic.core.names import lookup

HELP = """usage: telic runs list|show|verify|reindex [RUN …] [--root DIR] [--json]

  list      every run: how far it is and what it reached
  show      all that a query can ask of a run
  verify    read all of each run and compare every hash
  reindex   rebuild the index from the folders"""


@dataclasses.dataclass(frozen=True)
class Which:
    """The runs to list, show, verify or index."""

    runs: Annotated[tuple[str, ...], tyro.conf.Positional] = ()
    """Runs or experiments by name; none: all."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print JSON, one object a line."""


def run(argv: Sequence[str]) -> int:
    """Run one of the four actions."""
    if not argv or argv[0] in ("-h", "--help"):
        print(HELP)
        return 0 if argv else 2
    if argv[0].startswith("-"):
        raise InputError(
            f"{argv[0]} before an action",
            why="what to do comes first, then its options",
            fix=HELP.splitlines()[0],
        )
    act = lookup(argv[0], ACTIONS, kind="action")
    which = parse_options(Which, argv[1:], prog=f"telic runs {argv[0]}")
    return act(root_folder(which.root), list(which.runs), which.json)


def _rows(root: Path, names: list[str]) -> list[dict]:
    """The rows of the index for some runs, or for all.

    Raises:
        TelicError: If a named run cannot be read, or none of those found can.
    """
    from telic.runs import folder, index

    found = index.refresh(root)
    remark(found.notes)
    if not names:
        return found.rows
    known = {row["run"]: row for row in found.rows}
    own, rows, unread = set(folder.find(root)), [], None
    for run in folder.resolve(root, names):
        try:
            listed = known.get(run.name) if run in own else None
            rows.append(listed or index.fit_row(index.describe_run(run))[0])
        except TelicError as error:
            if run.path.parent.name not in names:
                raise
            unread = error  # go on with the other runs of the experiment
            if run not in own:
                remark([f"{run.name} is left out: {error.what}"])
    if unread and not rows:
        raise unread
    return rows


def _list(root: Path, names: list[str], as_json: bool) -> int:
    """Print one line per run."""
    rows = _rows(root, names)
    if as_json:
        for row in rows:
            say_json(row)
        return 0
    if not rows:
        say(f"no runs in {clean(root)}\nnext: telic train alternation --seeds 0:10")
        return 0
    finals = [name for name in rows[0] if name.startswith("final_return_")]
    columns = ["run", "status", "phases", "steps", *finals, "created"]
    say(
        text_table(
            [{k: shortened(row.get(k)) for k in columns} for row in rows], columns
        )
    )
    last = word(rows[-1]["run"])
    shown = f"telic runs show {last}{root_option(root)}"
    say(f"\n{len(rows)} runs in {clean(root)}; next: {shown}")
    return 0


def _show(root: Path, names: list[str], as_json: bool) -> int:
    """Print all columns of each run."""
    if not names:
        raise InputError("which run?", fix="telic runs show RUN; see: telic runs list")
    for row in _rows(root, names):
        if as_json:
            say_json(row)
            continue
        for name, value in row.items():
            if value is not None:
                say(f"{name:24} {clean(shortened(value))}")
        say()
    return 0


def _verify(root: Path, names: list[str], as_json: bool) -> int:
    """Verify every run's folder; the exit code is 3 if anything is damaged."""
    from telic.runs import folder
    from telic.runs.verify import verify

    runs, notes = folder.survey(root)
    if not runs and not notes:
        raise InputError(
            f"no runs in {root}",
            why="so nothing was verified",
            fix="name their folder: --root DIR",
        )
    bad = 0
    for one in folder.resolve(root, names) if names else runs:
        proof = verify(one)
        problems = [*proof.problems, *_results(one)]
        bad += bool(problems)
        if as_json:
            found = proof._asdict() | {"damaged": problems}
            del found["problems"]
            say_json({"run": one.name, **found})
            continue
        state = "sound" if not problems else f"{len(problems)} DAMAGED"
        old = f" (schema 1: arrays only, in {proof.unchained})" * bool(proof.unchained)
        seen = f"; last manifest {proof.sha256}" * bool(proof.sha256)
        say(f"{clean(one.name)}: {proof.checkpoints} checkpoints, {state}{old}{seen}")
        for problem in problems:
            say(f"  {clean(problem)}")
    remark(notes)
    return DamagedError.code if bad or (notes and not names) else 0


def _results(one: Any) -> list[str]:
    """A line for each damaged result of a study that a run holds."""
    from telic.studies import results

    problems = []
    try:
        paths = results.kept(one)
    except TelicError:
        return []  # the run cannot be opened, which was reported
    for path in paths:
        try:
            results.checked_rows(one, path)
        except TelicError as error:
            problems.append(f"{error.what} ({error.why})")
    return problems


def _reindex(root: Path, names: list[str], as_json: bool) -> int:
    """Discard the index and read every folder."""
    from telic.runs import index

    found = index.refresh(root, anew=True)
    if as_json:
        say_json({"runs": len(found.rows), "notes": found.notes})
        return 0
    remark(found.notes)
    say(f"{len(found.rows)} runs in {clean(root)}; index: {index.index_path(root)}")
    return 0


ACTIONS: dict[str, Callable[[Path, list[str], bool], int]] = {
    "list": _list,
    "show": _show,
    "verify": _verify,
    "reindex": _reindex,
}
"""The actions on runs, by name."""
