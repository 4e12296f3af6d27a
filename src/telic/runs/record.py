"""What a run's small files say, read with checked types: run.json, manifests, rows.

Everything else takes these records and never the bare JSON. A folder of runs may come
from a stranger or from a failing disk, so a wrong type, a number out of bounds, a hash
that is none or a newer schema is a `DamagedError` here, and never a surprise later.
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
"""Of run.json. 1: without `sha256`."""

MANIFEST = 3
"""Of manifests. 1: without a chain. Up to 2: of files before `telic.runs.artifact`,
whose hash was that of all their bytes, and not the one that they state."""

SEEDS = 2**32
"""Seeds are below it."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True)
class Record:
    """The form of run.json.

    `sha256` stands over plan and seed. The other fields are free: they say where the
    run came from, and nothing that is read depends on them.
    """

    schema: int
    seed: int
    plan: dict[str, Any]
    experiment: str = ""
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    created: str = ""
    sha256: str = ""


class File(NamedTuple):
    """What a file should be.

    Attributes:
        bytes: How long it is.
        sha256: Its hash: the one that it states, or that of an older file's bytes.
    """

    bytes: int
    sha256: str


class Link(NamedTuple):
    """What a checkpoint belongs to.

    Attributes:
        run: The mark of the run: the hash of its plan and seed.
        metrics: What the file of metrics held when the checkpoint was taken.
        before: The hash of the manifest at the end of the phase before; None: there
            was none.
    """

    run: str
    metrics: File
    before: str | None


class Manifest(NamedTuple):
    """What a checkpoint should be.

    Attributes:
        rollouts: After how many rollouts it was taken.
        files: Its files by name.
        link: What it belongs to; None in schema 1, or if nobody knew.
    """

    rollouts: int
    files: dict[str, File]
    link: Link | None


def plan_mark(plan: Any, seed: int) -> str:
    """The hash of a stored plan and a seed: by it, files know their run."""
    return disk.sha256(disk.to_json({"plan": plan, "seed": seed}))


def read(path: Path) -> dict[str, Any]:
    """What a run.json holds, as it stands there, once its types are checked.

    Raises:
        DamagedError: If it is not what was written: its form, its schema or its hash.
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
    """What a manifest says.

    Raises:
        DamagedError: If it is not what was written: its form, its schema or its hash.
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
    """The bytes of a manifest, with a hash over all that it says."""
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
    """A row of metrics, if it is one: a rollout and numbers, or None for no number.

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
    """The schema of a file, if this telic reads it."""
    schema = found.get("schema")
    if type(schema) is not int or not 1 <= schema <= newest:
        raise DamagedError(
            f"{path} has schema {short(schema)}",
            why=f"this telic reads schemas up to {newest}",
            fix=f"read it with telic {_writer(found)}",
        )
    return schema


def _writer(found: dict[str, Any]) -> str:
    """The version of telic that wrote a file, as far as the file says."""
    versions = found.get("versions")
    named = versions.get("telic") if isinstance(versions, dict) else None
    return short(named) if named else "of the version that wrote it"


def _link(found: dict[str, Any], path: Path) -> Link | None:
    """The chain in a manifest of schema 2."""
    run, before = found.get("run"), found.get("before")
    if run is None:
        return None
    if not _is_hash(run) or not (before is None or _is_hash(before)):
        raise DamagedError(f"{path} is no manifest", why="a hash in it is none")
    return Link(run, _file(found.get("metrics"), path), before)


def _file(found: Any, path: Path) -> File:
    """What is said about one file."""
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
    """Whether a value is a SHA-256 in hexadecimal."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None
