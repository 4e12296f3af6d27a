"""Reading safetensors from a file that may be anything."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load

from telic.core.errors import DamagedError
from telic.runs import disk


def read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The arrays in a file, by sorted name, and its header.

    Raises:
        DamagedError: If it is not safetensors.
        StorageError: If the disk refuses.
    """
    data = disk.read_file(path)
    try:
        arrays = dict(sorted(load(data).items()))
        with safe_open(path, "numpy") as opened:
            return arrays, opened.metadata() or {}
    except (SafetensorError, ValueError, KeyError, OSError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
