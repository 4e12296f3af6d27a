"""The only door to the disk: nothing is followed, nothing is half-written.

A folder of runs may come from a stranger. So a file is opened without following a link
and without waiting, it must be an ordinary file, and no more of it is read than its
kind may have. What is written appears under a random temporary name that did not exist,
is waited for, and is then renamed: afterwards there is the old one or the new one.
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
"""The form of a temporary name; nothing else is ever swept."""

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
    """Turn a refusal of the disk into a `StorageError` that names the path."""
    try:
        yield
    except OSError as error:
        raise refusal(error, path) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Put `data` in a new file and wait until the disk has it; not atomic."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
    with open(os.open(path, flags, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, data: bytes) -> None:
    """Replace a file in one step: afterwards it is the old one or the new one."""
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
    """Add `data` at the end of a file and wait until the disk has it."""
    with writing(path), _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT) as handle:
        _write(handle, data)
        os.fsync(handle)


def truncate_file(path: Path, size: int) -> None:
    """Keep the first `size` bytes of a file, and wait until the disk has it so."""
    with writing(path), _opened(path, os.O_WRONLY) as handle:
        if os.fstat(handle).st_size != size:
            os.ftruncate(handle, size)
            os.fsync(handle)


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make a folder of files appear in one step, complete, or not at all."""
    with writing(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary(folder)
        temporary.mkdir()
        for name, data in files.items():
            write_bytes(temporary / name, data)
        sync_folder(temporary)
        shutil.rmtree(folder, ignore_errors=True)  # of a link it does nothing
        os.rename(temporary, folder)
        sync_folder(folder.parent)


def sweep(folder: Path) -> None:
    """Remove what a killed process left half-written. Only its lock's holder may."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        left = [entry for entry in entries if TEMPORARY.fullmatch(entry.name)]
        for entry in left:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                Path(entry.path).unlink(missing_ok=True)


def aside(path: Path) -> Path:
    """Rename what is damaged to NAME.damaged, in the place of an earlier such one."""
    other = path.with_name(f"{path.name}.damaged")
    with writing(other):
        if other.is_dir() and not other.is_symlink():
            shutil.rmtree(other)
        else:
            other.unlink(missing_ok=True)
        path.rename(other)
    return other


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_file(path: Path, *, size: int | None = None, most: int | None = None) -> bytes:
    """The bytes of a file.

    Args:
        path: Where it is; a link there is not followed.
        size: How many bytes it should have, where that is known.
        most: How many it may have, where its name does not say.

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
    """Up to `count` bytes of a file from a place in it.

    Raises:
        DamagedError: If it is missing, unreadable or no ordinary file.
    """
    with _reading(path) as handle:
        os.lseek(handle, start, os.SEEK_SET)
        return _read(handle, count)


def size(path: Path) -> int:
    """How many bytes a file has.

    Raises:
        DamagedError: If it is missing, unreadable or no ordinary file.
    """
    with _reading(path) as handle:
        return os.fstat(handle).st_size


def measure(path: Path, size: int | None = None) -> tuple[int, str]:
    """The number of bytes in a file and their SHA-256; or of its first `size` bytes.

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
        DamagedError: If it is none, or one that telic never writes
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
    """JSON in UTF-8, keys in their order, a newline at the end; NaN is refused."""
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def sha256(data: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _temporary(path: Path) -> Path:
    """A name beside a path that nobody can have guessed."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")


@contextlib.contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    """The handle of an ordinary file; an OSError if something else is there."""
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
    """A handle to read from; what is wrong with the file is a `DamagedError`."""
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
    """Up to so many bytes from a handle."""
    blocks, left = [], most
    while left and (block := os.read(handle, min(_BLOCK, left))):
        blocks.append(block)
        left -= len(block)
    return b"".join(blocks)


def _write(handle: int, data: bytes) -> None:
    """All of some bytes: a nearly full disk may take them in parts."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
