"""The tensors of a file by `torch.save`, read without torch.

Since torch 1.6 such a file is a zip: `data.pkl` describes the tensors, and every
storage is an entry of bytes. Before, it was a row of pickles with the storages behind
them. The pickles are read as data (`telic.adapters.pickled`).

Reference:
    PyTorch, "Serialization semantics", the formats of `torch.save`.
"""

import math
from collections.abc import Mapping
from typing import Any

import ml_dtypes
import numpy as np

from telic.adapters import archive
from telic.adapters.pickled import Called, Global, Persistent, contents
from telic.core.errors import DamagedError, InputError

STORAGES: dict[str, np.dtype] = {
    "Float": np.dtype("<f4"),
    "Double": np.dtype("<f8"),
    "Half": np.dtype("<f2"),
    "BFloat16": np.dtype(ml_dtypes.bfloat16),
    "Long": np.dtype("<i8"),
    "Int": np.dtype("<i4"),
    "Short": np.dtype("<i2"),
    "Char": np.dtype("i1"),
    "Byte": np.dtype("u1"),
    "Bool": np.dtype("?"),
}
"""The types of numbers by the name of a storage."""

TENSOR = "torch._utils._rebuild_tensor_v2"
PARAMETER = "torch._utils._rebuild_parameter"
ORDERED = "collections.OrderedDict"

NAMES = frozenset(
    (ORDERED, TENSOR, PARAMETER, *(f"torch.{name}Storage" for name in STORAGES))
)
"""The names that a file of tensors refers to."""

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
"""What a file of before torch 1.6 begins with."""


def tensors(data: bytes, *, what: str) -> dict[str, np.ndarray]:
    """The tensors of a file by their names, nested names joined by dots.

    Args:
        data: The bytes of the file.
        what: The file, for messages.

    Raises:
        InputError: If it holds anything but tensors, numbers and text in dicts.
        DamagedError: If it is cut off or altered.
    """
    value, storages = (_zipped if archive.is_zip(data) else _legacy)(data, what)
    found: dict[str, np.ndarray] = {}
    try:
        _collect(value, "", storages, what, found, set())
    except RecursionError as error:
        raise DamagedError(f"{what} is nested too deeply") from error
    if not found:
        raise InputError(f"{what} holds no tensor", why="an agent has weights")
    return found


def _zipped(data: bytes, what: str) -> tuple[Any, Mapping[str, bytes]]:
    """The description and the storages of a file since torch 1.6."""
    entries = archive.unpacked(data, what=what)
    described = [name for name in entries if name.endswith("/data.pkl")]
    if len(described) != 1:
        raise InputError(
            f"{what} is a zip without one data.pkl",
            why="torch.save writes one",
            fix="give the file of torch.save itself, not a folder around it",
        )
    top = described[0].removesuffix("data.pkl")
    if entries.get(f"{top}byteorder", b"little") != b"little":
        raise InputError(f"{what} was written by a big-endian machine")
    value, _ = contents(entries[described[0]], NAMES, what=what)
    start = f"{top}data/"
    return value, {
        name.removeprefix(start): held
        for name, held in entries.items()
        if name.startswith(start)
    }


def _legacy(data: bytes, what: str) -> tuple[Any, Mapping[str, bytes]]:
    """The description and the storages of a file of before torch 1.6."""
    parts, rest = [], data
    for _ in range(5):  # magic number, protocol, machine, value, keys of the storages
        part, end = contents(rest, NAMES, what=what)
        parts.append(part)
        rest = rest[end:]
        if parts[0] != _MAGIC or parts[1:2] not in ([], [_PROTOCOL]):
            raise InputError(
                f"{what} is no file of torch.save",
                why="it is a pickle of something else",
                fix="save the state dict: torch.save(model.state_dict(), PATH)",
            )
    if not isinstance(parts[2], dict) or not parts[2].get("little_endian", True):
        raise InputError(f"{what} was written by a big-endian machine")
    widths = {s.key[2]: _type(s.key[1], what).itemsize for s in _stored(parts[3])}
    found = {}
    for key in parts[4]:
        size = 8 + int.from_bytes(rest[:8], "little") * widths.get(key, 1)
        if len(rest) < size:
            raise DamagedError(f"{what} is cut off in storage {key!r}")
        found[key], rest = rest[8:size], rest[size:]
    return parts[3], found


def _stored(value: Any) -> list[Persistent]:
    """Every reference to a storage in a value."""
    if isinstance(value, Persistent):
        return [value]
    if isinstance(value, Called):
        value = [*value.given, *(pair[1] for pair in value.items)]
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list | tuple):
        return []
    return [found for one in inside for found in _stored(one)]


def _collect(
    value: Any,
    name: str,
    storages: Mapping[str, bytes],
    what: str,
    found: dict[str, np.ndarray],
    met: set[int],
) -> None:
    """Put every tensor of a value into `found`.

    A container that is met twice is refused: references to references are a bomb, or a
    circle.
    """
    if isinstance(value, Called) and value.name == PARAMETER:
        value = value.given[0] if value.given else None
    if isinstance(value, Called) and value.name == TENSOR:
        found[name] = _tensor(value, storages, f"{what}, {name}")
        return
    if isinstance(value, list | dict | Called):
        if id(value) in met:
            raise InputError(f"{what} holds a container twice", why="weights do not")
        met.add(id(value))
    if isinstance(value, Called) and value.name == ORDERED:
        value = dict(value.items)
    if isinstance(value, list | tuple) and not isinstance(value, Global | Persistent):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        for key, inside in value.items():
            _collect(
                inside,
                f"{name}.{key}" if name else str(key),
                storages,
                what,
                found,
                met,
            )
        return
    if not isinstance(value, str | bytes | int | float | bool | None):
        raise InputError(
            f"{what} holds a {type(value).__name__} at {name!r}",
            why="a file of weights holds tensors, numbers and text",
            fix="save the state dict: torch.save(model.state_dict(), PATH)",
        )


def _tensor(made: Called, storages: Mapping[str, bytes], where: str) -> np.ndarray:
    """One tensor, a copy of the part of its storage that it shows."""
    try:
        stored, offset, shape, strides = made.given[:4]
        kind, key = stored.key[1:3]
        type_, data = _type(kind, where), storages[key]
        if not all(isinstance(n, int) and n >= 0 for n in (offset, *shape, *strides)):
            raise ValueError(f"offset {offset}, shape {shape}, strides {strides}")
        count = len(data) // type_.itemsize
        last = offset + sum((n - 1) * s for n, s in zip(shape, strides, strict=True))
        if (math.prod(shape) and last >= count) or math.prod(shape) > count:
            raise ValueError(f"{shape} numbers from {offset} on, of {count}")
        flat = np.frombuffer(data, type_, count)[offset:]
        steps = tuple(s * type_.itemsize for s in strides)
        found = np.lib.stride_tricks.as_strided(flat, shape, steps, writeable=False)
    except InputError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedError(
            f"{where}: no tensor", why=f"{type(error).__name__}: {error}"[:200]
        ) from error
    return np.array(found)


def _type(kind: Any, where: str) -> np.dtype:
    """The type of the numbers of a storage."""
    name = kind.name if isinstance(kind, Global) else str(kind)
    short = name.removeprefix("torch.").removesuffix("Storage")
    if short not in STORAGES:
        raise InputError(
            f"{where}: numbers of the kind {name[:40]!r}",
            why=f"known: {list(STORAGES)}",
        )
    return STORAGES[short]
