"""Worlds of one's own: `FILE.py:NAME` on a command line, and in stored plans.

A plan names such a world `FILE.py:NAME`, without a folder. Reading a plan must never
run code that its owner did not ask for: a run may be a stranger's. So a file is
imported only if the user has named it on a command line, which is kept in the user's
own cache with its place and its hash; a file that has changed since is refused until it
is named again.
"""

import hashlib
import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from telic.core.errors import InputError, StorageError, TelicError
from telic.runs import cache
from telic.worlds import WORLDS, World

FORM = re.compile(r"[\w.-]{1,100}\.py:[A-Za-z_]\w{0,100}")
"""How a plan names a world of somebody's own."""

KNOWN = "worlds.json"
"""The file in the user's cache that says which files were named."""


def adopt(text: str) -> str:
    """Import the world that `FILE.py:NAME` names, and keep that the user named it.

    Args:
        text: A file and the name of a world in it: a class that can be called without
            arguments, or an instance of one.

    Returns:
        The name of the world in `WORLDS` and in plans: without the folder.

    Raises:
        InputError: If there is no such file or name, or it is no world.
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
    register(path, name)
    _keep(f"{path.name}:{name}", path)
    return f"{path.name}:{name}"


def known(name: str) -> bool:
    """Whether a world of somebody's own is registered, or can be, from the cache.

    Raises:
        InputError: If the user named it once, and its file is gone or has changed.
    """
    if name in WORLDS or not FORM.fullmatch(name):
        return name in WORLDS
    kept = _kept().get(name)
    if not isinstance(kept, dict) or set(kept) != {"path", "sha256"}:
        raise InputError(
            f"the world {name} is not telic's",
            why="it is code of whoever trained the run, which telic runs only where "
            "you name it",
            fix=f"name its file once: telic world FOLDER/{name}",
        )
    path = Path(str(kept["path"]))
    if not path.is_file() or _sha(path) != kept["sha256"]:
        raise InputError(
            f"the world {name} is in {path}, which is gone or has changed",
            why="a run is of the world that it was trained in",
            fix=f"look at the change, then: telic world {path.parent / name}",
        )
    register(path, name.partition(":")[2])
    return True


def register(path: Path, name: str) -> None:
    """Import a file, and put a world of it into `WORLDS`.

    Raises:
        InputError: If the file fails, or has no such world.
    """
    module = _imported(path)
    found = getattr(module, name, None)
    if found is None:
        names = [n for n, kind in vars(module).items() if isinstance(kind, type)]
        raise InputError(
            f"{path.name} has no {name!r}", why=f"its classes are {', '.join(names)}"
        )
    WORLDS[f"{path.name}:{name}"] = _kind(found, f"{path.name}:{name}")


def _kind(found: Any, name: str) -> type:
    """The class of a world that can be made without arguments."""
    kind = found if isinstance(found, type) else type(found)
    try:
        made = kind()
    except TypeError as error:
        raise InputError(
            f"the world {name} cannot be made",
            why=str(error),
            fix="give every field of it a default",
        ) from error
    if not isinstance(made, World):
        missing = [
            part
            for part in ("events", "actions", "encoding", "limit", "observation")
            if not hasattr(made, part)
        ]
        raise InputError(
            f"{name} is no world",
            why=f"it has no {', '.join(missing)}",
            fix="see examples/own_world.py, or subclass telic.GymWorld",
        )
    return kind


def _imported(path: Path) -> ModuleType:
    """A file as a module; its folder is where it finds its own imports."""
    name = f"telic_own_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        spec.loader.exec_module(module)
    except TelicError:  # the file says itself what it lacks
        del sys.modules[name]
        raise
    except Exception as error:
        del sys.modules[name]
        raise InputError(
            f"{path.name} cannot be imported", why=f"{type(error).__name__}: {error}"
        ) from error
    return module


def _keep(name: str, path: Path) -> None:
    """Note in the user's cache where a world is."""
    file = cache.private("own") / KNOWN
    told = {**_kept(), name: {"path": str(path), "sha256": _sha(path)}}
    fresh = file.with_suffix(f".{os.getpid()}")
    try:
        fresh.write_text(json.dumps(told, indent=1), encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise StorageError(f"cannot write {file}", why=str(error)) from error


def _kept() -> dict[str, Any]:
    """What the user's cache knows."""
    try:
        told = json.loads((cache.private("own") / KNOWN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _sha(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
