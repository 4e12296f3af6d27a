"""Users' worlds: `FILE.py:NAME` on a command line, and in stored plans.

A plan names such a world `FILE.py:NAME`, without a folder. Reading the plan of an
untrusted run must not run code. So a file is imported only if the user has named it on
a command line; its path and hash are then kept in the user's cache, and a file that has
changed since is refused until it is named again. The imports of a file are not hashed.
"""

import re
from pathlib import Path
from typing import Any

from telic.core.errors import DamagedError, InputError
from telic.runs import cache, disk, imported
from telic.worlds import WORLDS
from telic.worlds.check import check_world

FORM = re.compile(r"[\w.-]{1,100}\.py:[A-Za-z_]\w{0,100}")
"""The form of the name of a user's world in a plan."""


def adopt(text: str) -> str:
    """Import and check the world `FILE.py:NAME`, and record that the user named it.

    Args:
        text: A file and the name of a world in it: a class that can be called without
            arguments.

    Returns:
        The name of the world in `WORLDS` and in plans, without the folder.

    Raises:
        InputError: If there is no such file or name, or it is not a world.
        WorldError: If its code raises, or a step breaks the world's contract.
        DamagedError: If the file cannot be read.
        StorageError: If the user's cache cannot be written.
    """
    file, colon, name = text.rpartition(":")
    path = Path(file).resolve()
    if not colon or not FORM.fullmatch(f"{path.name}:{name}"):
        raise InputError(
            f"--world {text}",
            why="a file and the name of a world in it are needed",
            fix="for example --world my_maze.py:Maze",
        )
    if not path.is_file():
        raise InputError(f"there is no file {file}", why=f"--world {text}")
    data, full = disk.read_file(path), f"{path.name}:{name}"
    kind = imported.world_class(path, data, name)
    check_world(kind())
    kept = {"world": full, "path": str(path), "sha256": disk.sha256(data)}
    disk.write_file(_place(full), disk.to_json(kept))
    WORLDS[full] = kind
    return full


def recall(name: str) -> None:
    """Register a user's world that a plan names, if the user has named its file.

    Does nothing for other names.

    Raises:
        InputError: If the user has not, or its file is missing or has changed.
    """
    if name in WORLDS or not FORM.fullmatch(name):
        return
    kept = _kept(name)
    if not kept:
        raise InputError(
            f"the world {name} is not telic's",
            why="it is code of whoever trained the run, which telic runs only where "
            "you name it",
            fix=f"name its file once: telic world FOLDER/{name}",
        )
    path = Path(str(kept["path"]))
    data = _read(path)
    if data is None or disk.sha256(data) != kept["sha256"]:
        raise InputError(
            f"the world {name} is in {path}, which is gone or has changed",
            why="a run is of the world that it was trained in",
            fix=f"look at the change, then: telic world {path.parent / name}",
        )
    # The bytes that were hashed, as the file may change at any time.
    WORLDS[name] = imported.world_class(path, data, name.partition(":")[2])


def _place(name: str) -> Path:
    """The record of a world in the user's cache, one file for each name."""
    return cache.private("own") / f"{disk.sha256(name.encode())[:32]}.json"


def _kept(name: str) -> dict[str, Any]:
    """The record of a world in the user's cache; empty if there is none."""
    try:
        kept = disk.read_json(_place(name))
    except DamagedError:
        return {}
    fine = set(kept) == {"world", "path", "sha256"} and kept["world"] == name
    return kept if fine else {}


def _read(path: Path) -> bytes | None:
    """The bytes of a file; None if it cannot be read."""
    try:
        return disk.read_file(path)
    except DamagedError:
        return None
