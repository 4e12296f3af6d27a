"""Worlds of one's own: `FILE.py:NAME` on a command line, and in stored plans.

A plan names such a world `FILE.py:NAME`, without a folder. Reading a plan must never
run code that its owner did not ask for: a run may be a stranger's. So a file is
imported only if the user has named it on a command line, which is kept in the user's
own cache with its place and its hash; a file that has changed since is refused until it
is named again. What a file imports in its turn is not hashed.
"""

import re
from pathlib import Path
from typing import Any

from telic.core.errors import DamagedError, InputError
from telic.runs import cache, disk, imported
from telic.worlds import WORLDS
from telic.worlds.check import check_world

FORM = re.compile(r"[\w.-]{1,100}\.py:[A-Za-z_]\w{0,100}")
"""How a plan names a world of somebody's own."""


def adopt(text: str) -> str:
    """Import and check the world `FILE.py:NAME`, and keep that the user named it.

    Args:
        text: A file and the name of a world in it: a class that can be called without
            arguments.

    Returns:
        The name of the world in `WORLDS` and in plans: without the folder.

    Raises:
        InputError: If there is no such file or name, or it is no world.
        WorldError: If its code raises, or a step gives what it does not promise.
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
    """Register the world of somebody's own that a plan names, if the user named it.

    Other names are left alone.

    Raises:
        InputError: If the user did not, or its file is gone or has changed.
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
    # The very bytes that were hashed: the file may change at any time.
    WORLDS[name] = imported.world_class(path, data, name.partition(":")[2])


def _place(name: str) -> Path:
    """The file in the user's cache that says where a world is: one for each name."""
    return cache.private("own") / f"{disk.sha256(name.encode())[:32]}.json"


def _kept(name: str) -> dict[str, Any]:
    """What the user's cache knows of a world; empty if that is nothing."""
    try:
        kept = disk.read_json(_place(name))
    except DamagedError:
        return {}
    fine = set(kept) == {"world", "path", "sha256"} and kept["world"] == name
    return kept if fine else {}


def _read(path: Path) -> bytes | None:
    """The bytes of a file; None if they cannot be had."""
    try:
        return disk.read_file(path)
    except DamagedError:
        return None
