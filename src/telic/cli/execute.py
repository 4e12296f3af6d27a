"""Train runs with a progress display, and print where they are and what is next."""

from collections.abc import Sequence
from pathlib import Path

from telic.cli.progress import Bars, relative_path
from telic.cli.terminal import (
    clean,
    remark,
    root_option,
    say,
    say_json,
    text_table,
    word,
)
from telic.core.errors import TelicError
from telic.runs import index, lock
from telic.runs.folder import Run
from telic.runs.metrics import Row
from telic.scale.local import Outcome, carry_all


def execute(
    runs: Sequence[Run],
    *,
    root: Path,
    workers: int | None,
    as_json: bool = False,
    quiet: bool = False,
) -> int:
    """Train runs to their ends; return the exit code.

    Args:
        runs: The runs; complete ones cost nothing.
        root: The folder of experiments they are in.
        workers: The number of processes; None: one per core.
        as_json: Print one JSON object instead of tables.
        quiet: Print nothing at all.

    Returns:
        The exit code: that of the first error, else 128 + the signal that stopped them,
        else 0.
    """
    paths = [run.path for run in runs]
    lock.check_free(paths)
    with Bars(list(runs), quiet=as_json or quiet) as bars:
        outcome = carry_all(paths, workers=workers, listen=bars)
    _remark(root)
    if as_json:
        say_json(_as_json(runs, outcome))
    elif not quiet:
        _tell(runs, root, outcome)
    if outcome.failed:
        return next(iter(outcome.failed.values())).code
    return 128 + outcome.stopped if outcome.stopped else 0


def runs_table(runs: Sequence[Run]) -> str:
    """A table of runs: status, progress, and final returns."""
    rows = [_row(run) for run in runs]
    finals = [name for name in rows[0] if name.startswith("final_return_")]
    short = {name: name.removeprefix("final_") for name in finals}
    lines = [
        {
            **{name: row.get(name) for name in ("run", "status", "phases", "steps")},
            **{short[name]: row.get(name) for name in finals},
        }
        for row in rows
    ]
    return text_table(lines, ["run", "status", "phases", "steps", *short.values()])


def _tell(runs: Sequence[Run], root: Path, outcome: Outcome) -> None:
    """Print the results, their folder, and commands to try next."""
    seen = [run for run in runs if _row(run).get("rollouts")]
    if seen:
        say()
        say(runs_table(seen))
        say("(return_C: at the end of the last phase that wanted C; n = 1 seed a row)")
    for path, error in outcome.failed.items():
        say(f"\n{clean(Path(path).name)} failed: {_one_line(error)}")
    experiment, where = word(runs[0].path.parent.name), root_option(root)
    say(f"\nin {clean(relative_path(runs[0].path.parent))}")
    if outcome.stopped or outcome.failed:
        say(f"go on:  telic resume {experiment}{where}")
    else:
        say(f"next:   telic report {experiment}{where}")
        wanted = runs[0].plan().schedule[0].objective.replace("-", "_")
        say(f'        telic compare --where "final_return_{wanted} > 0.9"{where}')


def _remark(root: Path) -> None:
    """Bring the index up to date; a failure must not hide the outcome of the runs."""
    try:
        remark(index.refresh(root).notes)
    except OSError as error:
        remark([f"cannot read {root}: {error.strerror}"])


def _row(run: Run) -> Row:
    """A run as one row; only its name if it is missing or damaged."""
    try:
        return index.describe_run(run)
    except (TelicError, OSError, KeyError, TypeError, ValueError):
        return {"run": run.name, "status": "cannot be read"}


def _as_json(runs: Sequence[Run], outcome: Outcome) -> dict[str, object]:
    """The outcome for programs."""
    return {
        "stopped": bool(outcome.stopped),
        "failed": {path: error.what for path, error in outcome.failed.items()},
        "runs": [{**_row(run), "path": str(run.path)} for run in runs],
    }


def _one_line(error: TelicError) -> str:
    """An error in one line."""
    return clean(
        " – ".join(part for part in (error.what, error.why, error.fix) if part)
    )
