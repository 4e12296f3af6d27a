"""Disks that refuse, in this process: every call below a folder fails as they would."""

import builtins
import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def under(root: Path, place: Any) -> bool:
    """Whether a path, or an open file, is in a folder or is the folder."""
    try:
        if isinstance(place, int):
            place = os.readlink(f"/proc/self/fd/{place}")
        path = os.path.abspath(os.fsdecode(place))
    except (OSError, TypeError):
        return False
    return path == str(root) or path.startswith(f"{root}/")


def refuse(number: int, place: Any) -> None:
    raise OSError(
        number, os.strerror(number), place if isinstance(place, str) else None
    )


def patch(
    monkeypatch: pytest.MonkeyPatch, name: str, check: Callable[..., None]
) -> None:
    """Let a function of `os` be asked first."""
    real = getattr(os, name)

    def asked(*args, **kwargs):
        check(*args)
        return real(*args, **kwargs)

    monkeypatch.setattr(os, name, asked)


def full(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No block is left: folders cannot be made, and no write reaches the disk."""

    def check(place, *_):
        if under(root, place):
            refuse(errno.ENOSPC, place)

    for name in ("fsync", "mkdir"):
        patch(monkeypatch, name, check)


def read_only(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be made, changed or removed; all can be read."""

    def check(place, *more):
        if under(root, place):
            refuse(errno.EROFS, place)

    def opened(place, flags, *_):
        if flags & WRITES:
            check(place)

    for name in ("mkdir", "replace", "rename", "unlink", "remove", "rmdir", "truncate"):
        patch(monkeypatch, name, check)
    patch(monkeypatch, "open", opened)
    replace_open(monkeypatch, lambda place, mode: mode.strip("rbt") and check(place))


def failing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names can be listed, as they are still in memory; no file can be read."""

    def check(place, *_):
        if under(root, place) and not os.path.isdir(place):
            refuse(errno.EIO, place)

    for name in ("open", "fsync", "replace", "rename"):
        patch(monkeypatch, name, check)
    replace_open(monkeypatch, lambda place, mode: check(place))


def replace_open(monkeypatch: pytest.MonkeyPatch, check: Callable[..., Any]) -> None:
    """Let `open` be asked first, by either of its names."""
    real = builtins.open

    def asked(file, mode="r", *args, **kwargs):
        if not isinstance(file, int):
            check(file, mode)
        return real(file, mode, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", asked)
    monkeypatch.setattr(io, "open", asked)


def moved(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is moved away at the first write that reaches the disk."""

    def check(place, *_):
        if under(root, place) and root.exists():
            os.rename(root, root.with_name("moved"))

    patch(monkeypatch, "fsync", check)
