"""A zip file from a stranger, opened within limits.

A zip states the size of every entry before it is unpacked, and a CRC-32 of what comes
out. An entry is only unpacked if all stated sizes are within the limits, never beyond
its own, and a wrong CRC is an error.
"""

import io
import zipfile
import zlib
from collections.abc import Mapping

from telic.core.errors import DamagedError

ENTRIES, UNPACKED = 10_000, 1 << 30
"""The most entries of a zip, and the most bytes that it may hold when unpacked."""


def unpacked(data: bytes, *, what: str) -> Mapping[str, bytes]:
    """The entries of a zip by name, unpacked.

    Args:
        data: The bytes of the zip.
        what: The file, for messages.

    Raises:
        DamagedError: If it is no zip, cut off, altered, encrypted or too large, or
            holds a name twice.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check(entries, what)
            return {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        ValueError,
        EOFError,
        OSError,
    ) as error:
        raise DamagedError(
            f"{what} is no zip that can be unpacked",
            why=f"{type(error).__name__}: {error}"[:200],
            fix="copy the file again; it may be cut off or altered",
        ) from error


def has(data: bytes, name: str, *, what: str) -> bool:
    """True if a zip has an entry of this name.

    Raises:
        DamagedError: If it is no zip.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return name in archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise DamagedError(f"{what} is no whole zip", why=str(error)[:200]) from error


def is_zip(data: bytes) -> bool:
    """True if the bytes begin as a zip with entries does."""
    return data.startswith(b"PK\x03\x04")


def _check(entries: list[zipfile.ZipInfo], what: str) -> None:
    """Raise unless the entries are within the limits, each with a name of its own."""
    size, names = (
        sum(entry.file_size for entry in entries),
        {e.filename for e in entries},
    )
    if len(entries) > ENTRIES or size > UNPACKED:
        raise DamagedError(
            f"{what} states {len(entries):,} entries of {size:,} bytes in all",
            why=f"at most {ENTRIES:,} entries and {UNPACKED:,} bytes are unpacked",
        )
    if min((entry.header_offset for entry in entries), default=0):
        # Python's reader finds a whole zip within one that is cut off.
        raise DamagedError(
            f"{what} is no zip that can be unpacked",
            why="bytes stand before its first entry",
            fix="copy the file again; it may be cut off",
        )
    if len(names) < len(entries):
        raise DamagedError(f"{what} holds an entry twice", why="each has its own name")
