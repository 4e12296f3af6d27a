"""A file of tensors as `torch.save` writes it, without torch.

It is a zip of stored entries: `data.pkl`, which names the tensors, and the bytes of
each. `torch.load(..., weights_only=True)` reads it.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.adapters.pickle_write import to_pickle
from telic.adapters.pickled import Called, Global, Persistent
from telic.adapters.torch_file import ORDERED, TENSOR

TOP = "archive"
"""The folder in the zip; torch takes any."""


def to_torch(value: Any) -> bytes:
    """The bytes of a file by `torch.save`.

    Args:
        value: Arrays in dicts, with plain values beside them; arrays are stored as
            32-bit floats.

    Example:
        >>> from telic.adapters.torch_file import tensors
        >>> data = to_torch({"w": np.arange(4.0).reshape(2, 2)})
        >>> tensors(data, what="it")["w"].tolist()
        [[0.0, 1.0], [2.0, 3.0]]
    """
    storages: list[bytes] = []
    entries = {
        "data.pkl": to_pickle(_described(value, storages)),
        "byteorder": b"little",
        **{f"data/{number}": data for number, data in enumerate(storages)},
        "version": b"3\n",
    }
    return zipped({f"{TOP}/{name}": data for name, data in entries.items()})


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """A zip of some entries, stored and not packed; equal entries give equal bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, data in entries.items():
            archive.writestr(zipfile.ZipInfo(name), data)  # dated 1980, always
    return file.getvalue()


def _described(value: Any, storages: list[bytes]) -> Any:
    """A value whose arrays are calls that make tensors of storages."""
    if isinstance(value, Mapping):
        return {key: _described(inside, storages) for key, inside in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_described(inside, storages) for inside in value)
    if not isinstance(value, np.ndarray):
        return value
    array = np.ascontiguousarray(value, "<f4")
    key = str(len(storages))
    storages.append(array.tobytes())
    kind = Global("torch.FloatStorage")
    strides = tuple(step // array.itemsize for step in array.strides)
    return Called(
        TENSOR,
        (
            Persistent(("storage", kind, key, "cpu", array.size)),
            0,
            array.shape,
            strides,
            False,
            Called(ORDERED, ()),
        ),
    )
