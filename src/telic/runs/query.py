"""Asking for runs with SQL's WHERE, safely: read-only, watched, and limited in time."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from telic.core.errors import InputError
from telic.core.names import nearest
from telic.runs import index
from telic.runs.folder import root_folder
from telic.runs.metrics import Row

SECONDS = 5.0
"""The longest a query may take."""

_ALLOWED = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION}
_DENIED = {"load_extension", "randomblob", "zeroblob", "readfile", "writefile"}


def select(
    root: str | Path | None = None,
    where: str = "1",
    *,
    order: str = "run",
    limit: int = 10_000,
) -> list[Row]:
    """The rows of the index for which a condition holds.

    Args:
        root: The folder of experiments; its index is brought up to date first. None:
            that of the command line, $TELIC_ROOT or telic_runs.
        where: A condition as in SQL's WHERE, over the columns of `telic runs show`.
        order: What to sort by, as in SQL's ORDER BY.
        limit: At most so many rows.

    Raises:
        InputError: If the condition is not one, names an unknown column, does anything
            but read, or takes longer than 5 seconds.
    """
    root = root_folder(root)
    index.refresh(root)
    path = root / index.FILE
    if not path.exists() or not index.columns(path):
        return []
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        _watch(db)
        text = (
            f"SELECT * FROM runs WHERE ({where}\n) ORDER BY {order}\n LIMIT {limit:d}"
        )
        try:
            return [dict(row) for row in db.execute(text)]
        except (sqlite3.Error, sqlite3.Warning, ValueError, UnicodeError) as error:
            raise _explained(error, where, path) from error


def _watch(db: sqlite3.Connection) -> None:
    """Let a connection only read, and only for so long."""
    until = time.monotonic() + SECONDS

    def allow(action: int, first: str | None, second: str | None, *_: object) -> int:
        fine = action in _ALLOWED and second not in _DENIED
        if action == sqlite3.SQLITE_READ:
            fine = first == "runs"
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    db.execute("PRAGMA query_only=1")
    db.set_authorizer(allow)
    db.set_progress_handler(lambda: time.monotonic() > until, 10_000)


def _explained(error: Exception, where: str, path: Path) -> InputError:
    """What is wrong with a condition, with the nearest column."""
    text = str(error)
    column = re.match(r"no such column: (.+)", text)
    known = index.columns(path)
    if column:
        near = nearest(column[1], known)
        fix = (
            f"did you mean {near!r}?" if near else f"columns: {', '.join(known[:12])} …"
        )
        return InputError(f"there is no column {column[1]!r}", fix=fix)
    reasons = {
        "interrupted": f"it took longer than {SECONDS:g} seconds",
        "not authorized": "a condition may only read the table of runs",
    }
    return InputError(
        f"cannot use the condition {where!r}",
        why=reasons.get(text, text),
        fix="""example: --where "seed < 5 and final_return_blue > 0.9" """.strip(),
    )
