"""Queries of runs by a condition like SQL's WHERE, with bounded cost.

A condition that `telic.runs.condition` has checked runs on a table in memory with only
the columns that it names, can only read, and is limited in depth, length and time.
"""

import re
import sqlite3
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from telic.core.errors import InputError
from telic.runs import condition, index
from telic.runs.metrics import Row
from telic.runs.root import root_folder

SECONDS = 5.0
"""The longest a query may take."""

_LIMITS = {
    sqlite3.SQLITE_LIMIT_LENGTH: 1_000_000,
    sqlite3.SQLITE_LIMIT_SQL_LENGTH: 40_000,
    sqlite3.SQLITE_LIMIT_EXPR_DEPTH: 100,
    sqlite3.SQLITE_LIMIT_COMPOUND_SELECT: 1,
    sqlite3.SQLITE_LIMIT_FUNCTION_ARG: 20,
    sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH: 100,
    sqlite3.SQLITE_LIMIT_ATTACHED: 0,
}
_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}


def query_runs(
    root: str | Path | None = None,
    where: str = "1",
    *,
    order: str = "run",
    limit: int = 10_000,
) -> list[Row]:
    """The runs under a root that satisfy a condition, one row each.

    Args:
        root: The folder of experiments, whose index is brought up to date first. None:
            the command line's default, $TELIC_ROOT or telic_runs.
        where: A condition over the columns of `telic runs show`, as in SQL's WHERE.
        order: The column to sort by, followed by `desc` for the largest first.
        limit: The most rows to return.

    Raises:
        InputError: If the condition is malformed, names an unknown column or function,
            or takes longer than 5 seconds.
    """
    return choose(index.refresh(root_folder(root)).rows, where, order=order)[:limit]


def choose(rows: Sequence[Row], where: str, *, order: str = "run") -> list[Row]:
    """The rows that satisfy a condition, sorted by a column; see `query_runs`.

    Example:
        >>> rows = [{"run": "a", "seed": 0}, {"run": "b", "seed": 1}]
        >>> choose(rows, "seed >= 0 and run <> 'c'", order="seed desc")
        [{'run': 'b', 'seed': 1}, {'run': 'a', 'seed': 0}]
    """
    if not rows:
        return []
    known = {name.lower(): name for name in rows[0]}
    column, falling = _order(order, known)
    text, used = condition.checked_condition(where, known)
    found = [rows[number] for number in _numbers(rows, text, used, where)]
    return sorted(found, key=lambda row: _rank(row[column]), reverse=falling)


def _order(order: str, known: Mapping[str, str]) -> tuple[str, bool]:
    """The column to sort by, and True if the largest comes first."""
    match = re.fullmatch(r"\s*(\w{1,64})(?:\s+(asc|desc))?\s*", order, re.I | re.A)
    if not match:
        raise InputError(
            f"cannot sort by {condition.brief(order)}",
            why="a column, and `desc` behind it for the largest first",
            fix='example: --order "final_return_blue desc"',
        )
    return condition.checked_column(match[1], known), (match[2] or "").lower() == "desc"


def _numbers(
    rows: Sequence[Row], text: str, used: Sequence[str], where: str
) -> list[int]:
    """The indices of the rows that satisfy a checked condition."""
    names = ['"#" INTEGER PRIMARY KEY', *(f'"{name}"' for name in used)]
    slots = ", ".join("?" * len(names))
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE TABLE runs ({', '.join(names)})")
        values = ([i, *(row[n] for n in used)] for i, row in enumerate(rows))
        db.executemany(f"INSERT INTO runs VALUES ({slots})", values)
        _watch(db)
        try:
            found = db.execute(f'SELECT "#" FROM runs WHERE ({text}\n)')
            return [number for (number,) in found]
        except (sqlite3.Error, sqlite3.Warning, ValueError, MemoryError) as error:
            long = f"it took longer than {SECONDS:g} seconds"
            why = {"interrupted": long}.get(str(error), str(error))
            raise condition.refused(where, why) from error


def _watch(db: sqlite3.Connection) -> None:
    """Restrict a connection to reading, within limits of size and time."""
    until = time.monotonic() + SECONDS

    def allow(action: int, first: str | None, second: str | None, *_: object) -> int:
        fine = action in _ALLOWED
        if action == sqlite3.SQLITE_READ:
            fine = first == "runs"
        if action == sqlite3.SQLITE_FUNCTION:
            fine = second in (*condition.FUNCTIONS, "like", "glob")
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    for kind, most in _LIMITS.items():
        db.setlimit(kind, most)
    db.execute("PRAGMA trusted_schema=0")
    db.execute("PRAGMA query_only=1")
    db.set_authorizer(allow)
    db.set_progress_handler(lambda: time.monotonic() > until, 100)


def _rank(value: Any) -> tuple[int, Any]:
    """The sort key of a value in a column: None first, then numbers, then text."""
    if value is None:
        return 0, 0
    return (2, value) if isinstance(value, str) else (1, value)
