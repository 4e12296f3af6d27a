"""The index: one row a run in SQLite, for lists and queries.

It is a cache. `refresh` reads the folders whose files have changed since, so runs that
were copied in, or removed, are seen at once, and a lost or damaged index is made anew.
"""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from telic.core.errors import TelicError
from telic.runs import disk, metrics
from telic.runs.folder import Run, find
from telic.runs.metrics import Row

FILE = "index.db"
SCHEMA = 2


def refresh(root: Path, *, anew: bool = False) -> tuple[int, list[str]]:
    """Bring the index of a root up to date with its folders.

    Args:
        root: The folder of experiments.
        anew: Forget what is in the index first.

    Returns:
        How many runs are in it, and a sentence for every folder that cannot be read.

    Raises:
        StorageError: If the disk refuses.
    """
    path, runs = root / FILE, find(root)
    if not runs and not path.exists():
        return 0, []
    try:
        if anew:
            _remove(path)
        return _refresh(path, runs)
    except sqlite3.DatabaseError:
        _remove(path)
        return _refresh(path, runs)


def columns(path: Path) -> list[str]:
    """The columns of the table `runs`, in order."""
    with closing(_connect(path)) as db:
        return [row[1] for row in db.execute("PRAGMA table_info(runs)")]


def describe(run: Run) -> Row:
    """A run as one flat row: names and numbers that a query can ask for.

    `final_return_O` is the return under objective O in the last rollout of the last
    phase that trained on O, or of the run if none did; `final_rate_E` that of the very
    last rollout. Settings are under their own names: `learning_rate`, `width`, `view`.
    """
    record = run.record()
    plan = record.get("plan", {})
    rows = metrics.read(run.metrics) if run.metrics.exists() else []
    settings = {
        key: value if isinstance(value, int | float | str) else json.dumps(value)
        for part in ("world", "network", "hyper", "sizes")
        for key, value in plan.get(part, {}).items()
        if value is not None and key != "name"
    }
    return {
        "run": run.name,
        "experiment": run.path.parent.name,
        "seed": record.get("seed"),
        "status": run.status(),
        "rollouts": rows[-1]["rollout"] if rows else 0,
        "steps": rows[-1]["steps"] if rows else 0,
        "phases": len({row["phase"] for row in rows}),
        "created": record.get("created"),
        "world": plan.get("world", {}).get("name"),
        **settings,
        **_outcome(rows),
    }


def _outcome(rows: list[Row]) -> Row:
    """What a run came to: its final returns and rates, and the seconds it took."""
    last = rows[-1] if rows else {}
    # Of objectives that were never trained, what the run has of them at its end.
    found = {f"final_{k}": v for k, v in last.items() if k.startswith("return_")}
    for row in rows:
        found[f"final_return_{row['objective']}"] = row[f"return_{row['objective']}"]
    if rows:
        rates = {k: v for k, v in rows[-1].items() if k.startswith("rate_")}
        found |= {f"final_{name}": value for name, value in rates.items()}
        found["final_length"] = rows[-1]["length"]
    return found


def _refresh(path: Path, runs: list[Run]) -> tuple[int, list[str]]:
    """Read what has changed, and write the table anew if anything has."""
    with disk.writing(path), closing(_connect(path)) as db, db:
        db.execute(
            "CREATE TABLE IF NOT EXISTS cache"
            " (run TEXT PRIMARY KEY, signature TEXT, row TEXT)"
        )
        known = dict(db.execute("SELECT run, signature FROM cache"))
        fresh = {run.name: _signature(run) for run in runs}
        for name in known.keys() - fresh.keys():
            db.execute("DELETE FROM cache WHERE run = ?", [name])
        notes = []
        for run in runs:
            if known.get(run.name) != fresh[run.name]:
                notes += _store(db, run, fresh[run.name])
        if known != fresh:
            _write_table(db)
        return db.execute("SELECT count(*) FROM cache").fetchone()[0], notes


def _store(db: sqlite3.Connection, run: Run, signature: str) -> list[str]:
    """Put one run into the cache; a sentence if it cannot be read."""
    try:
        row = describe(run)
    except (TelicError, KeyError, TypeError, ValueError, AttributeError) as error:
        db.execute("DELETE FROM cache WHERE run = ?", [run.name])
        return [f"{run.name} is left out: {str(error).splitlines()[0]}"]
    values = [run.name, signature, json.dumps(row)]
    db.execute("INSERT OR REPLACE INTO cache VALUES (?, ?, ?)", values)
    return []


def _write_table(db: sqlite3.Connection) -> None:
    """The table `runs`: a column for every name that any run has."""
    rows = [json.loads(row) for (row,) in db.execute("SELECT row FROM cache")]
    names = list(dict.fromkeys(name for row in rows for name in row if _plain(name)))
    db.execute("DROP TABLE IF EXISTS runs")
    if not names:
        return
    quoted = ", ".join(f'"{name}"' for name in names)
    db.execute(f"CREATE TABLE runs ({quoted})")
    slots = ", ".join("?" * len(names))
    for row in rows:
        db.execute(f"INSERT INTO runs VALUES ({slots})", [row.get(n) for n in names])


def _plain(name: str) -> bool:
    """Whether a name from a file may become a column: letters, digits, underscores."""
    return name.isascii() and name.isidentifier() and len(name) < 64


def _signature(run: Run) -> str:
    """What changes when a run has something new to tell."""
    marks: list[Any] = [SCHEMA]
    for path in (run.path / "run.json", run.metrics):
        stat = path.stat() if path.exists() else None
        marks += [stat.st_mtime_ns, stat.st_size] if stat else [None]
    return json.dumps([*marks, [c.path.name for c in run.checkpoints]])


def _connect(path: Path) -> sqlite3.Connection:
    """A connection that waits for other writers."""
    db = sqlite3.connect(path, timeout=10)
    db.execute("PRAGMA journal_mode=WAL")
    return db


def _remove(path: Path) -> None:
    """Remove the index and what SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
