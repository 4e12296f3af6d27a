"""Reading safetensors from a file that may be anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load

from telic.core import trees
from telic.core.errors import DamagedError
from telic.core.numbers import LARGEST
from telic.core.typed import fits
from telic.runs import disk

HEADER = 1 << 20
"""The longest header that is read, in bytes: one of thousands of arrays."""


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays in a file, by sorted name, and its header.

    Raises:
        DamagedError: If it is not safetensors, or cannot be read.
    """
    return parse(disk.read_file(path), path)


def parse(data: bytes, path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The same of bytes that were read from `path`.

    Raises:
        DamagedError: If they are not safetensors.
    """
    about = header(data, path).get("__metadata__", {})
    if not fits(about, dict[str, str]):
        raise DamagedError(f"{path} is not safetensors", why="its header is no text")
    try:
        found = load(data)
    except (SafetensorError, ArithmeticError, LookupError, MemoryError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
    except (TypeError, ValueError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
    # `load` gives them in an order of chance, and a sum over leaves, such as the norm
    # of an agent, depends on their order in its last bit.
    return {name: found[name] for name in sorted(found)}, about


def header(data: bytes, path: Path) -> dict[str, Any]:
    """What bytes say of the arrays in them, by name, before any array is loaded.

    Raises:
        DamagedError: If they are not safetensors.
    """
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(HEADER, len(data) - 8):
        raise DamagedError(
            f"{path} is not safetensors", why=f"a header of {size} bytes"
        )
    return disk.parse_json(data[8 : 8 + size], path)


def check_numbers(
    arrays: Mapping[str, np.ndarray], path: Path, *, largest: float = LARGEST
) -> None:
    """Raise if an array holds what is no number, or none that can be meant.

    Raises:
        DamagedError: It names the first such array.
    """
    odd = trees.unsound(arrays, largest)
    if odd is not None:
        bound = f", or are beyond {largest:g}" if largest < float("inf") else ""
        raise DamagedError(f"{path}: the numbers of {odd[:80]!r} are not finite{bound}")
