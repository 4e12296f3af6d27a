"""Writing so that nothing is lost: temp file, fsync, rename, fsync of the folder."""

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from telic.core.errors import DamagedError
from telic.runs.refusal import refusal

LIMITS = {".json": 5 << 20, ".safetensors": 256 << 20, ".jsonl": 1 << 30}
"""The largest file of each kind that is read, in bytes."""


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a refusal of the disk into a `StorageError` that names the path."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` in a file and wait until the disk has it; not atomic."""
    with open(path, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step: afterwards it is the old one or the new one."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        write_bytes(temporary, data)
        os.replace(temporary, path)
        sync_folder(path.parent)


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder of files appear in one step, complete, or not at all."""
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        for name, data in files.items():
            write_bytes(temporary / name, data)
        sync_folder(temporary)
        shutil.rmtree(folder, ignore_errors=True)
        os.rename(temporary, folder)
        sync_folder(folder.parent)


def sweep(folder: Path) -> None:
    """Remove what a killed process left half-written. Only its lock's holder may."""
    for left in folder.glob(".*.tmp"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_file(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        DamagedError: If it is missing, unreadable or larger than its kind may be.
    """
    try:
        size, limit = path.stat().st_size, LIMITS.get(path.suffix, 1 << 20)
        if size > limit:
            raise DamagedError(f"{path} has {size} bytes", why=f"at most {limit}")
        return path.read_bytes()
    except OSError as error:
        raise DamagedError(f"cannot read {path}", why=str(error.strerror)) from error


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        DamagedError: If the file is missing, or is not a JSON object.
    """
    return parse_json(read_file(path), path)


def parse_json(data: bytes, path: Path) -> dict[str, Any]:
    """A JSON object from bytes that were read from `path`."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedError(f"{path} is not JSON", why=str(error)) from error
    if not isinstance(value, dict):
        raise DamagedError(f"{path} is not a JSON object")
    return value


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """JSON in UTF-8, keys in their order, a newline at the end; NaN is refused."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
