"""The contents of a run's small files, with checked types: run.json, manifests, rows.

All other code uses these records and not the raw JSON. A folder of runs may come from
an untrusted source or a failing disk, so a wrong type, a number out of bounds, a
malformed hash or a newer schema raises a `DamagedError` here, not a surprise later.
"""

import dataclasses
import re
from pathlib import Path
from typing import Any, NamedTuple

from telic.core import codec
from telic.core.errors import DamagedError, InputError
from telic.core.typed import fits, short
from telic.runs import disk

SCHEMA = 2
"""The schema of run.json. 1: without `sha256`."""

MANIFEST = 3
"""The schema of manifests. 1: without a chain. Up to 2: of files older than
`telic.runs.artifact`, whose hash is over all their bytes, not the one stated inside."""

SEEDS = 2**32
"""The exclusive upper bound of seeds."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True)
class Record:
    """The form of run.json.

    `sha256` covers plan and seed. The other fields document the origin of the run, and
    nothing depends on them.
    """

    schema: int
    seed: int
    plan: dict[str, Any]
    experiment: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    created: str = ""
    sha256: str = ""


class File(NamedTuple):
    """The expected size and hash of a file.

    Attributes:
        bytes: Its size.
        sha256: The hash stated inside, or for an older file, the hash of its bytes.
    """

    bytes: int
    sha256: str


class Link(NamedTuple):
    """The run, metrics and earlier checkpoint that a checkpoint belongs to.

    Attributes:
        run: The mark of the run: the hash of its plan and seed.
        metrics: The size and hash of the metrics when the checkpoint was written.
        before: The hash of the manifest at the end of the phase before; None if there
            was none.
    """

    run: str
    metrics: File
    before: str | None


class Manifest(NamedTuple):
    """The expected contents of a checkpoint.

    Attributes:
        rollouts: The number of rollouts after which it was written.
        files: Its files by name.
        link: The run that it belongs to; None in schema 1, or if it is not known.
    """

    rollouts: int
    files: dict[str, File]
    link: Link | None


def plan_mark(plan: Any, seed: int) -> str:
    """The hash of a stored plan and a seed, which identifies a run."""
    return disk.sha256(disk.to_json({"plan": plan, "seed": seed}))


def read(path: Path) -> dict[str, Any]:
    """The contents of a run.json as stored, after a check of its types.

    Raises:
        DamagedError: If its form, its schema or its hash is wrong.
    """
    found = disk.read_json(path)
    _check_schema(found, path, SCHEMA)
    try:
        codec.decode(found, Record, what=path.name)
    except InputError as error:
        raise DamagedError(f"{path}: {error.what}", why=error.why) from error
    seed = found["seed"]
    if not 0 <= seed < SEEDS:
        raise DamagedError(f"{path}: seed {seed}", why=f"allowed: 0 to {SEEDS - 1}")
    signed = found["schema"] > 1 or "sha256" in found
    if signed and found.get("sha256") != plan_mark(found["plan"], seed):
        raise DamagedError(
            f"{path} was altered",
            why="its plan and seed have not the hash that it states",
            fix="a changed plan is another run: telic train makes one",
        )
    return found


def read_manifest(path: Path) -> Manifest:
    """The contents of a manifest.

    Raises:
        DamagedError: If its form, its schema or its hash is wrong.
    """
    found = disk.read_json(path)
    schema = _check_schema(found, path, MANIFEST)
    if schema > 1 and found.pop("sha256", None) != disk.sha256(disk.to_json(found)):
        raise DamagedError(f"{path} was altered", why="it has not the hash in it")
    for name, form in (("rollouts", int), ("files", dict[str, dict[str, Any]])):
        if not fits(found.get(name), form):
            raise DamagedError(f"{path} is no manifest", why=f"its {name} are wrong")
    files = {name: _file(one, path) for name, one in found["files"].items()}
    link = None if schema == 1 else _link(found, path)
    return Manifest(found["rollouts"], files, link)


def to_manifest(rollouts: int, files: dict[str, File], link: Link | None) -> bytes:
    """The bytes of a manifest, with a hash over its contents."""
    said: dict[str, Any] = {
        "schema": MANIFEST,
        "rollouts": rollouts,
        "run": link and link.run,
        "metrics": link and link.metrics._asdict(),
        "before": link and link.before,
        "files": {name: one._asdict() for name, one in files.items()},
    }
    return disk.to_json({**said, "sha256": disk.sha256(disk.to_json(said))})


def checked_row(found: dict[str, Any], where: str) -> dict[str, Any]:
    """A row of metrics, checked to have a rollout and numbers, or None for NaN.

    Raises:
        DamagedError: If it is not.
    """
    known = {"rollout": int, "phase": int, "steps": int, "objective": str}
    for name, value in found.items():
        if not fits(value, known.get(name, float | None)):
            raise DamagedError(f"{where}: {name[:40]} = {short(value)}")
    if found.get("rollout", 0) < 1:
        raise DamagedError(f"{where}: not a row", why="it names no rollout")
    return found


def _check_schema(found: dict[str, Any], path: Path, newest: int) -> int:
    """The schema of a file, checked to be one that this version reads."""
    schema = found.get("schema")
    if type(schema) is not int or not 1 <= schema <= newest:
        raise DamagedError(
            f"{path} has schema {short(schema)}",
            why=f"this telic reads schemas up to {newest}",
            fix=f"read it with telic {_writer(found)}",
        )
    return schema


def _writer(found: dict[str, Any]) -> str:
    """The version of telic that wrote a file, if the file states it."""
    versions = found.get("versions")
    named = versions.get("telic") if isinstance(versions, dict) else None
    return short(named) if named else "of the version that wrote it"


def _link(found: dict[str, Any], path: Path) -> Link | None:
    """The link in a manifest of schema 2 or later."""
    run, before = found.get("run"), found.get("before")
    if run is None:
        return None
    if not _is_hash(run) or not (before is None or _is_hash(before)):
        raise DamagedError(f"{path} is no manifest", why="a hash in it is none")
    return Link(run, _file(found.get("metrics"), path), before)


def _file(found: Any, path: Path) -> File:
    """The expected size and hash of one file."""
    if (
        not isinstance(found, dict)
        or set(found) != set(File._fields)
        or not fits(found["bytes"], int)
        or found["bytes"] < 0
        or not _is_hash(found["sha256"])
    ):
        raise DamagedError(
            f"{path} is no manifest", why=f"of a file it says {short(found)}"
        )
    return File(**found)


def _is_hash(value: Any) -> bool:
    """True if a value is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None
