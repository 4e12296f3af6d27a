"""The user's cache folder: private, and refused if others could write to it.

Compiled programs are machine code and the index determines the answers of queries, so
anybody who can write either controls what runs here. Both are in folders of mode 0700
that the user owns. Everything in them can be removed at any time.
"""

import os
import stat
from pathlib import Path

from telic.core.errors import StorageError
from telic.runs.refusal import refusal


def folder() -> Path:
    """The folder of all caches: TELIC_CACHE, else telic in XDG_CACHE_HOME.

    Raises:
        StorageError: If neither is set, and the user has no home.
    """
    if home := os.environ.get("TELIC_CACHE"):
        return Path(home)
    given = Path(
        os.environ.get("XDG_CACHE_HOME", "")
    )  # a relative path is to be ignored, says XDG
    try:
        return (given if given.is_absolute() else Path.home() / ".cache") / "telic"
    except RuntimeError as error:
        fix = "choose a folder for caches: TELIC_CACHE=DIR"
        raise StorageError("there is no home folder", fix=fix) from error


def private(name: str) -> Path:
    """A private folder in the cache, created if it is missing.

    Raises:
        StorageError: If it cannot be created, belongs to another user, or if others may
            write to it or to its parent folder.
    """
    path = folder() / name
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        above, found = path.parent.stat(), path.lstat()
        safe = _ours(found) and not _open(found) and _steady(above)
        if safe and stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)
    except OSError as error:
        raise refusal(error, path, "use") from error
    if not safe:
        raise StorageError(
            f"{path} is not used",
            why="it, or the folder that it is in, can be written by others",
            fix="remove it, or choose another: TELIC_CACHE=DIR",
        )
    return path


def _ours(found: os.stat_result) -> bool:
    """True if it is a real folder owned by the current user."""
    ours = not hasattr(os, "getuid") or found.st_uid == os.getuid()
    return stat.S_ISDIR(found.st_mode) and ours


def _open(found: os.stat_result) -> bool:
    """True if others may write; always False on Windows, which has no such bits."""
    return os.name == "posix" and bool(found.st_mode & 0o022)


def _steady(above: os.stat_result) -> bool:
    """True if no other user can replace our folder."""
    owned = os.name != "posix" or above.st_uid in (0, os.getuid())
    return owned and (not _open(above) or bool(above.st_mode & stat.S_ISVTX))
