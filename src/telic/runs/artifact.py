"""The one file format: arrays, one JSON object about them, and a SHA-256 over both.

A file is safetensors, which many programs can read. Its metadata has one entry,
`telic`: a JSON object as text.

    {"sha256": …, "kind": "edit", "schema": 1, "versions": {…}, "payload": {…}}

The hash covers the whole file, with 64 zeros in place of the hash itself, which is at
the same offset in every file. So every byte is covered, and equal content gives equal
files. Files are not trusted: sizes, names, types and the hash are checked before an
array is loaded, and only a `TelicError` is raised. There is no pickle.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from telic.core import trees
from telic.core.errors import DamagedError, InputError
from telic.core.numbers import LARGEST
from telic.core.typed import fits, short
from telic.runs import disk, strict
from telic.runs.versions import versions

SCHEMA = 1
"""The schema of the file format; each kind of file defines its payload."""

HEADER = 5 << 20
"""The longest header that is written or read, in bytes, payload included."""

LARGEST_FILE = disk.LIMITS[".safetensors"]

DTYPES = {
    **{f"float{bits}": f"F{bits}" for bits in (16, 32, 64)},
    **{f"int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": f"U{bits}" for bits in (8, 16, 32, 64)},
    "bool": "BOOL",
}
"""The types of numbers in a file: NumPy's names, and those of safetensors."""

KEY = "telic"
_START = b'{"__metadata__":{"telic":"{\\"sha256\\":\\"'
_AT = 8 + len(_START)
"""The offset of the hash in every file."""
_BLANK = "0" * 64

_FORM = {"kind": str, "schema": int, "versions": dict[str, str]}


class Artifact(NamedTuple):
    """The contents of a file.

    Attributes:
        payload: The JSON object about the arrays; tuples have become lists.
        arrays: The arrays, by sorted name.
        sha256: Its hash.
    """

    payload: dict[str, Any]
    arrays: dict[str, np.ndarray]
    sha256: str


def write(
    path: Path, kind: str, payload: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> str:
    """Write a file atomically; return its hash.

    Args:
        path: The file; an existing one is replaced.
        kind: The kind of file: "edit", "locus".
        payload: JSON: text, finite numbers, lists, objects.
        arrays: Real numbers, integers or flags, by name.

    Raises:
        InputError: If the payload is not JSON, an array is of another type, or the
            file would be too large to be read.
        StorageError: If the file cannot be written.
    """
    data = to_bytes(kind, payload, arrays)
    disk.write_file(path, data)
    return stated_hash(data)


def read(
    path: Path, kind: str, old: Callable[[bytes, Path], "Artifact"] | None = None
) -> Artifact:
    """The contents of a file of a given kind.

    Args:
        path: The file.
        kind: The expected kind.
        old: The reader for files of that kind that are older than this format.

    Raises:
        DamagedError: If its form or its hash is wrong.
        InputError: If it is an intact file of another kind.
    """
    data = disk.read_file(path, most=LARGEST_FILE)
    if old is not None and not is_artifact(data):
        return old(data, path)
    return from_bytes(data, path, kind)


def to_bytes(
    kind: str, payload: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: As `write`.

    Example:
        >>> data = to_bytes("locus", {"method": "snr"}, {"a": np.ones(2)})
        >>> from_bytes(data, Path("a.locus"), "locus").payload
        {'method': 'snr'}
    """
    about = {"sha256": _BLANK, "kind": kind, "schema": SCHEMA, "versions": versions()}
    leaves, places = _laid_out(kind, arrays)
    try:
        text = _text({**about, "payload": dict(payload)})
        strict.parse_strictly(text.encode())  # `from_bytes` must be able to read it
        header = _text({"__metadata__": {KEY: text}, **places}).encode()
    except (RecursionError, TypeError, ValueError) as error:
        why = f"{type(error).__name__}: {error}"[:200]
        raise InputError(f"this is no payload of kind {kind}", why=why) from error
    header += b" " * (-len(header) % 8)
    size = 8 + len(header) + sum(leaf.nbytes for leaf in leaves)
    if len(header) > HEADER or size > LARGEST_FILE:
        raise InputError(
            f"a file of kind {kind} of {size} bytes, {len(header)} of them its header",
            why=f"at most {LARGEST_FILE} and {HEADER}",
        )
    start = len(header).to_bytes(8, "little") + header
    # Views, so that large arrays are copied only once, into the result.
    bodies = [leaf.reshape(-1).view(np.uint8).data for leaf in leaves]
    sha = _sha256(start, *bodies).encode()
    return b"".join((start[:_AT], sha, start[_AT + len(_BLANK) :], *bodies))


def from_bytes(
    data: bytes,
    path: Path,
    kind: str,
    names: Collection[str] | None = None,
    header: int = HEADER,
) -> Artifact:
    """The contents of a file of a given kind, from its bytes.

    Args:
        data: The bytes.
        path: The file that they are from, for messages.
        kind: The expected kind.
        names: The allowed arrays, if any other is to be refused before it is loaded.
        header: The longest header that is read, in bytes.

    Raises:
        DamagedError: If the form or the hash is wrong.
        InputError: If they are an intact file of another kind.
    """
    _check_size(data, path, header)
    if not is_artifact(data):
        raise DamagedError(f"{path} is not a file that telic wrote")
    if stated_hash(data) != _sha256(data):
        raise DamagedError(
            f"{path} was altered", why="its content has not the hash in its header"
        )
    found = _header(data, path)
    about = _about(found, path)
    if about["kind"] != kind:
        raise InputError(f"{path} is of kind {short(about['kind'])}, not {kind!r}")
    _check_types(found, path)
    odd = [] if names is None else sorted(found.keys() - {*names, "__metadata__"})
    if odd:
        why = f"it has {len(odd)} other arrays, {odd[0][:60]!r} among them"
        raise DamagedError(f"{path} is not of the form that is due", why=why)
    return Artifact(about["payload"], _load(data, path), stated_hash(data))


def is_artifact(data: bytes) -> bool:
    """True if bytes begin as every file written by `write` does."""
    return data[8:_AT] == _START


def stated_hash(data: bytes) -> str:
    """The hash that the bytes of a file state."""
    return data[_AT : _AT + len(_BLANK)].decode("ascii", "replace")


def read_plain(data: bytes, path: Path) -> tuple[dict[str, str], dict[str, np.ndarray]]:
    """The metadata and arrays of any safetensors, without a check of a hash.

    Raises:
        DamagedError: If the bytes are not safetensors of numbers.
    """
    header = _header(data, path)
    about = header.get("__metadata__", {})
    if not fits(about, dict[str, str]):
        raise DamagedError(f"{path} is not safetensors", why="its header is no text")
    _check_types(header, path)
    return about, _load(data, path)


def check_numbers(
    arrays: Mapping[str, np.ndarray], path: Path, *, largest: float = LARGEST
) -> None:
    """Raise if an array holds a number that is not finite or is too large.

    Raises:
        DamagedError: If it does; it names the first such array.
    """
    odd = trees.unsound(arrays, largest)
    if odd is not None:
        bound = f", or are beyond {largest:g}" if largest < float("inf") else ""
        raise DamagedError(f"{path}: the numbers of {odd[:80]!r} are not finite{bound}")


def _text(value: Any) -> str:
    """JSON without spaces; NaN is refused."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))


def _laid_out(
    kind: str, arrays: Mapping[str, np.ndarray]
) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Arrays in the order in which they are stored, with the header entry of each."""
    leaves, places, end = [], {}, 0
    flat = {name: np.asarray(leaf, order="C") for name, leaf in arrays.items()}
    # By falling item size, so that every array is aligned to its item size.
    for name in sorted(flat, key=lambda name: (-flat[name].itemsize, name)):
        leaf = flat[name].astype(flat[name].dtype.newbyteorder("<"), copy=False)
        if leaf.dtype.name not in DTYPES or name == "__metadata__":
            raise InputError(
                f"the array {name[:80]!r} of {leaf.dtype} in a file of kind {kind}",
                why=f"allowed: {', '.join(DTYPES)}",
            )
        places[name] = {
            "dtype": DTYPES[leaf.dtype.name],
            "shape": list(leaf.shape),
            "data_offsets": [end, end := end + leaf.nbytes],
        }
        leaves.append(leaf)
    return leaves, places


def _sha256(data: bytes, *more: memoryview) -> str:
    """The hash of a file with zeros where its hash is."""
    view, sha = memoryview(data), hashlib.sha256()
    for part in (view[:_AT], _BLANK.encode(), view[_AT + len(_BLANK) :], *more):
        sha.update(part)
    return sha.hexdigest()


def _check_size(data: bytes, path: Path, most: int = HEADER) -> int:
    """The size of a safetensors header, checked to be possible."""
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(most, len(data) - 8):
        raise DamagedError(
            f"{path} is not safetensors", why=f"a header of {size} bytes"
        )
    return size


def _header(data: bytes, path: Path) -> dict[str, Any]:
    """The header of safetensors: the arrays by name, before any is loaded."""
    return disk.parse_json(data[8 : 8 + _check_size(data, path)], path)


def _about(header: dict[str, Any], path: Path) -> dict[str, Any]:
    """The JSON object in a header, checked to have the form given by `to_bytes`."""
    found = header["__metadata__"]
    if set(found) != {KEY}:
        raise DamagedError(f"{path} is not a file that telic wrote")
    about = disk.parse_json(found[KEY].encode(), path)
    for name, form in (*_FORM.items(), ("payload", dict)):
        if not fits(about.get(name), form):
            raise DamagedError(f"{path} is not a file that telic wrote", why=name)
    if about["schema"] != SCHEMA:
        raise DamagedError(
            f"{path} has schema {about['schema']}, and this telic reads {SCHEMA}",
            fix=f"read it with telic {about['versions'].get('telic', 'that wrote it')}",
        )
    return about


def _check_types(header: Mapping[str, Any], path: Path) -> None:
    """Raise unless all arrays are of allowed types."""
    for name, leaf in header.items():
        dtype = leaf.get("dtype") if isinstance(leaf, dict) else leaf
        if name != "__metadata__" and dtype not in DTYPES.values():
            raise DamagedError(
                f"{path}: the array {name[:80]!r} is of type {short(dtype)}",
                why=f"allowed: {', '.join(DTYPES.values())}",
            )


def _load(data: bytes, path: Path) -> dict[str, np.ndarray]:
    """The arrays, by sorted name."""
    try:
        found = load(data)
    except (SafetensorError, ArithmeticError, LookupError, MemoryError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
    except (TypeError, ValueError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
    # The order of `load` is arbitrary, and the last bit of a sum over leaves, such as
    # the norm of an agent, depends on the order.
    return {name: found[name] for name in sorted(found)}
