"""The leaderboard on a terminal: a row per locator, and a progress bar before."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from telic.cli.terminal import clean, say, text_table

Listener = Callable[[int, int], None]


@contextlib.contextmanager
def asking(name: str, *, quiet: bool = False) -> Iterator[Listener]:
    """A context with a listener that shows how many pairs a locator has answered."""
    console = Console(stderr=True, quiet=quiet, highlight=False)
    plain = not console.is_terminal
    with Progress(console=console, disable=plain or quiet, transient=True) as bar:
        task = bar.add_task(f"asking {escape(clean(name))}", total=None)

        def listen(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)
            if (
                plain
                and done
                and (done % 10 == 0 or done == total)
                and done not in told
            ):
                told.add(done)
                console.print(f"{clean(name)}: {done} of {total} pairs", markup=False)

        told: set[int] = set()
        yield listen


def show_board(found: Mapping[str, Any]) -> None:
    """Print the board, its legend, its files, and a command to try next."""
    rows = [_cells(row) for row in found["rows"]]
    columns = list(rows[0])
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(_rich(rows, columns, found["locator"]))
    else:
        say(text_table(rows, columns))
    say()
    for line in _caption(found):
        say(clean(line, 1000))


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """The cells of a row: means; the intervals are in the JSON."""
    return {
        "rank": row["rank"],
        "locator": row["locator"],
        **{rung: _mean(found) for rung, found in row["rungs"].items()},
        "mean": _mean(row["mean"]),
        "units": _mean(row["units"]),
        "decoys": _mean(row["decoys"]),
        "seconds": row["seconds"],
        "outcome": row["outcome"],
    }


def _mean(found: Mapping[str, Any] | None) -> float | None:
    """The estimate; None if there is none."""
    return found["estimate"] if found else None


def _rich(rows: list[dict[str, Any]], columns: list[str], own: str) -> Table:
    """The same table for a terminal, the candidate's row in bold."""
    shown = Table(box=None, pad_edge=False, header_style="dim")
    for name in columns:
        left = name in ("locator", "outcome")
        shown.add_column(name, justify="left" if left else "right", no_wrap=left)
    for row in rows:
        short = {**row, "outcome": row["outcome"].partition(":")[0]}  # reason below
        cells = [_text(short[name]) for name in columns]
        shown.add_row(*cells, style="bold" if row["locator"] == own else None)
    return shown


def _text(value: Any) -> str:
    """One cell."""
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else escape(clean(value))


def _caption(found: Mapping[str, Any]) -> list[str]:
    """The lines below the table."""
    seeds, pairs = len(found["seeds"]), found["pairs"]
    board, log = found["files"]
    lines = [
        f"AUROC over weights, by rung, and their mean; chance is {found['chance']}.",
        "units: AUROC over units. decoys: their share of the top; 0 is best. "
        "seconds: the median of a pair.",
        f"Means over {seeds} seed{'s' * (seeds > 1)}, {pairs} pairs in "
        f"{len(found['runs'])} runs; "
        "from 4 seeds on, 95 % intervals are in the file. The oracle sees the truth.",
    ]
    failed = [row for row in found["rows"] if row["rank"] is None]
    why = found["not_isolated_because"]
    return [
        *lines,
        *(f"{row['locator']}: {row['outcome']}" for row in failed),
        *([f"not isolated ({why}): a locator that wants to cheat can"] if why else []),
        "",
        f"board: {board}",
        f"what your locator printed, and where it crashed: {log}",
        "next:  more seeds make intervals: telic score "
        f"{found['locator']} --seeds 10; "
        "the full board: telic study calibrate",
    ]
