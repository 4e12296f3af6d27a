"""All access to the disk: links are not followed, writes are atomic and durable.

A folder of runs may come from an untrusted source. So files are opened without
following links and without blocking, they must be ordinary files, and no more is read
than their kind may have. New content is written to a random temporary name, synced, and
then renamed, so that a crash leaves either the old file or the new one.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from telic.core.errors import DamagedError
from telic.runs import strict
from telic.runs.refusal import refusal

LIMITS = {".json": 5 << 20, ".safetensors": 256 << 20, ".jsonl": 1 << 30}
"""The largest file of each kind that is read, in bytes."""

TEMPORARY = re.compile(r"\..+\.[0-9]+\.[0-9a-f]{8}\.tmp")
"""The form of a temporary name; `sweep` removes nothing else."""

# Windows has neither links that matter here nor some of these flags.
_PLAIN = (
    getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_BLOCK = 1 << 20


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """A block that turns an OSError into a `StorageError` that names the path."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to a new file and sync it; not atomic."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
    with open(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Replace a file atomically by one with this content, and sync it."""
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(path)
        try:
            write_bytes(temporary, data)
            os.replace(temporary, path)
        except OSError:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        sync_folder(path.parent)


def append_file(path: Path, data: bytes) -> None:
    """Append `data` to a file and sync it."""
    with writing(path), _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as handle:
        _write(handle, data)
        os.fsync(handle)


def truncate_file(path: Path, size: int) -> None:
    """Truncate a file to its first `size` bytes and sync it."""
    with writing(path), _opened(path, os.O_WRONLY) as handle:
        if os.fstat(handle).st_size != size:
            os.ftruncate(handle, size)
            os.fsync(handle)


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Create a folder of files atomically."""
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(folder)
        temporary.mkdir()
        for name, data in files.items():
            write_bytes(temporary / name, data)
        sync_folder(temporary)
        shutil.rmtree(folder, ignore_errors=True)  # does nothing to a link
        os.rename(temporary, folder)
        sync_folder(folder.parent)


def sweep(folder: Path) -> None:
    """Remove temporary files of a killed process. The caller must hold the lock."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        left = [entry for entry in entries if TEMPORARY.fullmatch(entry.name)]
        for entry in left:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)


def aside(path: Path) -> Path:
    """Rename a damaged path to NAME.damaged, replacing an earlier one; return it."""
    other = path.with_name(f"{path.name}.damaged")
    with writing(other):
        if other.is_dir() and not other.is_symlink():
            shutil.rmtree(other)
        else:
            other.unlink(missing_ok=True)
        path.rename(other)
    return other


def sync_folder(folder: Path) -> None:
    """Sync the entries of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_file(path: Path, *, size: int | None = None, most: int | None = None) -> bytes:
    """The bytes of a file.

    Args:
        path: The file; a link is not followed.
        size: The exact size in bytes, if known.
        most: The largest size, if the suffix does not imply it.

    Raises:
        DamagedError: If it is missing, unreadable, no ordinary file, larger than its
            kind may be, or of another size.
    """
    limit = LIMITS.get(path.suffix, 1 << 20) if most is None else most
    with _reading(path) as handle:
        found = os.fstat(handle).st_size
        if size is not None and found != size:
            raise DamagedError(
                f"{path} has {found} bytes", why=f"it should have {size}"
            )
        data = b"" if found > limit else _read(handle, limit + 1)
        if max(found, len(data)) > limit:
            raise DamagedError(f"{path} has {found} bytes", why=f"at most {limit}")
        return data


def read_part(path: Path, start: int, count: int) -> bytes:
    """Up to `count` bytes of a file from an offset.

    Raises:
        DamagedError: If it is missing, unreadable or no ordinary file.
    """
    with _reading(path) as handle:
        os.lseek(handle, start, os.SEEK_SET)
        return _read(handle, count)


def size(path: Path) -> int:
    """The size of a file in bytes.

    Raises:
        DamagedError: If it is missing, unreadable or no ordinary file.
    """
    with _reading(path) as handle:
        return os.fstat(handle).st_size


def size_and_hash(path: Path, size: int | None = None) -> tuple[int, str]:
    """The size and SHA-256 of a file, or of its first `size` bytes.

    Raises:
        DamagedError: If it has fewer, is missing, unreadable or no ordinary file.
    """
    sha, done = hashlib.sha256(), 0
    with _reading(path) as handle:
        while block := os.read(
            handle, _BLOCK if size is None else min(_BLOCK, size - done)
        ):
            sha.update(block)
            done += len(block)
    if size is not None and done != size:
        raise DamagedError(f"{path} has {done} bytes", why=f"{size} were written")
    return done, sha.hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        DamagedError: If the file is missing, or is not a JSON object.
    """
    return parse_json(read_file(path), path)


def parse_json(data: bytes, path: Path) -> dict[str, Any]:
    """A JSON object from bytes that were read from `path`.

    Raises:
        DamagedError: If it is not one, or not one that telic would write
            (`strict.parse_strictly`).
    """
    try:
        value = strict.parse_strictly(data)
    except ValueError as error:
        raise DamagedError(f"{path} is not JSON", why=str(error)) from error
    if not isinstance(value, dict):
        raise DamagedError(f"{path} is not a JSON object")
    return value


def to_json(value: object, *, indent: int | None = 2) -> bytes:
    """JSON in UTF-8, keys in the given order, with a final newline; NaN is refused."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _temporary(path: Path) -> Path:
    """An unpredictable name beside a path."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """A context with the handle of an ordinary file; OSError for anything else."""
    if not getattr(os, "O_NOFOLLOW", 0) and path.is_symlink():
        raise OSError(errno.ELOOP, "a link")
    handle = os.open(path, flags | _PLAIN, 0o666)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[int]:
    """A context with a handle to read from; any failure is a `DamagedError`."""
    try:
        with _opened(path, os.O_RDONLY) as handle:
            yield handle
    except MemoryError as error:
        raise DamagedError(f"cannot read {path}", why="it does not fit") from error
    except (OSError, ValueError) as error:
        link = isinstance(error, OSError) and error.errno == errno.ELOOP
        why = "it is a link, and links are not followed" if link else str(error)
        raise DamagedError(f"cannot read {path}", why=why) from error


def _read(handle: int, most: int) -> bytes:
    """Up to `most` bytes from a handle."""
    blocks, left = [], most
    while left and (block := os.read(handle, min(_BLOCK, left))):
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


def _write(handle: int, data: bytes) -> None:
    """Write all of some bytes: a nearly full disk may accept them in parts."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
