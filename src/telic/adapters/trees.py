"""Trees of arrays in files of the JAX world: safetensors, and flax's msgpack."""

import importlib
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from telic.core.errors import DamagedError, InputError


def safetensors_tree(data: bytes, *, what: str) -> dict[str, np.ndarray]:
    """The arrays of a safetensors file.

    Raises:
        DamagedError: If it is cut off or altered.
    """
    try:
        return load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise DamagedError(
            f"{what} is no safetensors file", why=str(error)[:200]
        ) from error


def msgpack_tree(data: bytes, *, what: str) -> dict[str, Any]:
    """The tree in a file by `flax.serialization.to_bytes`.

    Raises:
        InputError: If msgpack, which reads it, is not installed.
        DamagedError: If it is cut off or altered.
    """
    try:
        msgpack = importlib.import_module("msgpack")
    except ImportError as error:
        raise InputError(
            f"{what} seems to be flax's",
            why="msgpack is not installed",
            fix="pip install msgpack, or save the tree as safetensors",
        ) from error

    def extended(code: int, packed: bytes) -> Any:
        if code != 1:
            raise ValueError(f"an entry of the kind {code}")
        shape, type_, content = msgpack.unpackb(packed, raw=True)
        if type_ not in (b"float32", b"float64", b"float16", b"int32", b"int64"):
            raise ValueError(f"numbers of the type {type_!r}")
        return np.frombuffer(content, np.dtype(type_.decode())).reshape(shape)

    try:
        found = msgpack.unpackb(
            data, ext_hook=extended, raw=False, strict_map_key=False
        )
    except Exception as error:  # msgpack has many of its own
        raise DamagedError(
            f"{what} is no tree by flax's to_bytes", why=str(error)[:200]
        ) from error
    if not isinstance(found, dict):
        raise DamagedError(f"{what} holds no tree")
    return found
