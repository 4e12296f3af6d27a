"""The index: one row per run, for lists and queries.

It is a cache in the user's cache folder, not among the runs, which may be shared or
untrusted. `refresh` reads the folders whose files have changed, so runs that were
copied in or removed are noticed, and a lost or damaged index is rebuilt. If it cannot
be stored, it is built in memory, with a note. An unreadable run loses only its own row.
"""

import json
import math
import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from telic.core.errors import StorageError, TelicError
from telic.runs import cache, codec, disk
from telic.runs.folder import Run, survey
from telic.runs.metrics import Row

SCHEMA = 6
LONGEST = 200
"""The longest text in a row, in characters."""
WIDEST = 500
"""The most columns of one run."""
MOST = 2_000
"""The most columns of all runs together."""


class IndexEntry(NamedTuple):
    """The entry of a run in the index.

    Attributes:
        signature: A text that changes whenever the run's files change.
        row: The columns for queries.
        notes: Sentences on columns left out.
    """

    signature: str
    row: Row
    notes: list[str]


class Index(NamedTuple):
    """The rows of all runs of a root, by name, with notes for the user."""

    rows: list[Row]
    notes: list[str]


def refresh(root: Path, *, anew: bool = False) -> Index:
    """The index of a root, brought up to date with its folders.

    Args:
        root: The folder of experiments.
        anew: Whether to rebuild it from scratch.

    Returns:
        A row for every run that can be read, all with the same names, and a sentence
        for whatever was left out.
    """
    runs, notes = survey(root)
    known = {} if anew else _load(root)
    found: dict[str, IndexEntry] = {}
    for run in runs:
        try:
            found[run.name] = _entry(run, known.get(run.name))
        # One bad folder must not keep the others from being listed.
        except Exception as error:
            notes.append(f"{run.name} is left out: {_first_line(error)}")
    if found != known:
        notes += _keep(root, found)
    notes += [note for entry in found.values() for note in entry.notes]
    rows, note = _even([entry.row for entry in found.values()])
    return Index(rows, [*notes, *note])


def index_path(root: Path) -> Path:
    """The file of a root's index; its folder may not exist yet."""
    mark = disk.sha256(os.fsencode(os.path.realpath(root)))[:16]
    return cache.folder() / "index" / f"{mark}.jsonl"


def describe_run(run: Run) -> Row:
    """A run as one flat row, with the columns for queries.

    `final_return_O` is the return under objective O in the last rollout of the last
    phase that trained on O, or of the run if none did; `final_rate_E` is the rate of
    event E in the very last rollout. Settings have their own names: `learning_rate`,
    `width`, `view`. Runs of one plan have the same `plan`. Settings do not override
    these columns.

    Raises:
        DamagedError: If its plan or its metrics are damaged.
        InputError: If a name in its plan is unknown.
    """
    record = run.record()
    plan = record["plan"]
    followed = run.plan()  # raises for a plan that telic could not follow
    policy, rows = codec.encode(followed.policy), run.latest()
    settings = {
        key: value if isinstance(value, int | float | str) else json.dumps(value)
        for part in (plan["world"], policy, plan["hyper"], plan["sizes"])
        for key, value in part.items()
        if value is not None and key != "name"
    }
    own = {
        "run": run.name,
        "experiment": run.path.parent.name,
        "seed": record["seed"],
        "status": run.status(),
        "rollouts": rows[-1]["rollout"] if rows else 0,
        "steps": rows[-1]["steps"] if rows else 0,
        "phases": rows[-1]["phase"] + 1 if rows else 0,
        "created": record.get("created"),
        "plan": disk.sha256(disk.to_json(plan))[:8],
        "world": plan["world"]["name"],
        "policy": policy["name"],
    }
    return own | settings | own | _outcome(rows)


def fit_row(row: Mapping[str, Any]) -> tuple[Row, list[str]]:
    """The part of a row that a query can hold, and the names of the rest.

    Values are numbers, short texts or None; names are letters, digits and underscores,
    and differ in more than their case. A hyphen, as in the objective `thrift-5`,
    becomes an underscore, as SQL would read it as a minus.

    Example:
        >>> fit_row({"seed": 1, "length": [], "return_A": 0.5, "return_a": 0.25})
        ({'seed': 1, 'return_A': 0.5}, ['length', 'return_a'])
        >>> fit_row({"return_thrift-5": 2.0})
        ({'return_thrift_5': 2.0}, [])
    """
    kept: Row = {}
    dropped, seen = [], set()
    for given, value in row.items():
        name = given.replace("-", "_")
        plain = name.isascii() and name.isidentifier() and len(name) < 64
        if not plain or name.lower() in seen or len(kept) >= WIDEST or _odd(value):
            dropped.append(given)
            continue
        seen.add(name.lower())
        kept[name] = _short(value) if isinstance(value, str) else value
    return kept, dropped


def _outcome(rows: list[Row]) -> Row:
    """The results of a run: its final returns, rates and length of an episode."""
    last = rows[-1] if rows else {}
    # First all objectives at the end of the run, including those never trained.
    found = {f"final_{k}": v for k, v in last.items() if k.startswith("return_")}
    for row in rows:
        found[f"final_return_{row['objective']}"] = row[f"return_{row['objective']}"]
    if rows:
        rates = {k: v for k, v in rows[-1].items() if k.startswith("rate_")}
        found |= {f"final_{name}": value for name, value in rates.items()}
        found["final_length"] = rows[-1]["length"]
    return found


def _entry(run: Run, known: IndexEntry | None) -> IndexEntry:
    """The entry of a run; the known one if nothing has changed."""
    signature = _signature(run)
    if known and known.signature == signature:
        return known
    row, dropped = fit_row(describe_run(run))
    if not dropped:
        return IndexEntry(signature, row, [])
    names = ", ".join(_short(name)[:40] for name in dropped[:5])
    more = " …" if len(dropped) > 5 else ""
    return IndexEntry(
        signature, row, [f"{run.name}: no value to ask for: {names}{more}"]
    )


def _odd(value: Any) -> bool:
    """True if SQL cannot hold the value."""
    if isinstance(value, float):
        return not math.isfinite(value)
    if isinstance(value, int):
        return not -(2**63) <= value < 2**63
    return not (value is None or isinstance(value, str))


def _short(text: str) -> str:
    """Text of at most `LONGEST` characters; lone surrogates become `?`."""
    return text[:LONGEST].encode(errors="replace").decode()


def _even(rows: list[Row]) -> tuple[list[Row], list[str]]:
    """Rows that all have the same columns, and a note if some columns are left out.

    Columns that differ in case are merged; the most frequent columns are kept.
    """
    names = {name.lower(): name for row in reversed(rows) for name in reversed(row)}
    counts = Counter(names[name.lower()] for row in rows for name in row)
    kept = {name for name, _ in counts.most_common(MOST)}
    order = [name for name in counts if name in kept]
    folded = [{names[k.lower()]: v for k, v in row.items()} for row in rows]
    more = f"{len(counts) - MOST} names that few runs have are left out"
    return (
        [{name: row.get(name) for name in order} for row in folded],
        [f"{more}: at most {MOST}"] if len(counts) > MOST else [],
    )


def _signature(run: Run) -> str:
    """A text that changes whenever the run's files change.

    It has the ctime and the inode, which programs cannot set, so that a replaced file
    of the same size and modification time is noticed.
    """
    marks: list[Any] = []
    for path in (run.path / "run.json", run.metrics):
        found = path.stat() if path.exists() else None
        marks += (
            [found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino]
            if found
            else [None]
        )
    return json.dumps([*marks, [c.path.name for c in run.checkpoints]])


def _load(root: Path) -> dict[str, IndexEntry]:
    """The stored entries; none if the file is missing, damaged or of another schema."""
    try:
        cache.private("index")
        head, _, body = disk.read_file(index_path(root)).partition(b"\n")
        if json.loads(head) != _head(body):
            return {}
        return {
            name: IndexEntry(*rest)
            for name, *rest in map(json.loads, body.split(b"\n"))
        }
    except (TelicError, ValueError, TypeError, RecursionError):
        return {}


def _keep(root: Path, entries: Mapping[str, IndexEntry]) -> list[str]:
    """Store the index; return a sentence if that fails."""
    try:
        lines = [json.dumps([name, *entry]) for name, entry in entries.items()]
        body = "\n".join(lines).encode()
        cache.private("index")
        head = json.dumps(_head(body)).encode()
        disk.write_file(index_path(root), head + b"\n" + body)
    except StorageError as error:
        return [f"the index is not kept: {error.what}: {error.why or error.fix}"]
    return []


def _head(body: bytes) -> dict[str, Any]:
    """The first line: the schema and the hash of the rest."""
    return {"schema": SCHEMA, "sha256": disk.sha256(body)}


def _first_line(error: Exception) -> str:
    """The first line of an error, after its type if it is not telic's own."""
    line = next(iter(str(error).splitlines()), "")
    return line if isinstance(error, TelicError) else f"{type(error).__name__}: {line}"
