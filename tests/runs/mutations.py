"""Ways to change a file: of its bytes, and of what a JSON object says."""

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
from safetensors.numpy import save

from telic.runs import artifact

DEEP: Any = "x"
for _ in range(40):
    DEEP = [DEEP]

VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2, 1.5, -0.0, 2**31, 2**32, 2**63, 10**30, 10**4000),
    *(1e6, 1e7, 1e308, float("nan"), float("inf"), float("-inf")),
    *("", "x", "0", "keys", "evil:World-v0", "\ud800", "\x00", "../../x", "a" * 5000),
    *([], {}, [[]], [None], {"a": {}}, [1, 2], ["blue", 10**9], DEEP),
)
"""What a value is replaced by."""


def forged(
    kind: Any, payload: Any, arrays: dict[str, np.ndarray], **more: Any
) -> bytes:
    """A file whose header says what one likes, under the right hash."""
    said = {"kind": kind, "schema": 1, "versions": {}, "payload": payload, **more}
    blank = "0" * 64
    text = f'{{"sha256":"{blank}",' + to_text(said).decode("utf-8", "replace")[1:]
    data = save(arrays, {"telic": text})
    return data.replace(blank.encode(), artifact._sha256(data).encode(), 1)


def of_bytes(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """Other bytes: flipped, cut, zeroed, lengthened, or spliced with another file's."""
    while True:
        found = _of_bytes(data, others, rng)
        if found != data:
            return found


def _of_bytes(data: bytes, others: Sequence[bytes], rng: random.Random) -> bytes:
    """One try; it may change nothing."""
    # Half of all changes fall into the beginning, where headers are.
    most = min(len(data), 400) if rng.random() < 0.5 else len(data)
    at, kind, other = rng.randrange(most), rng.randrange(7), rng.choice(others)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    if kind == 1:
        return data[:at]
    if kind == 2:
        count = rng.choice((1, 8, 64, 4096))
        return data[:at] + bytes(len(data[at : at + count])) + data[at + count :]
    if kind == 3:
        return data + rng.choice((b"\n", b"\x00", b"{}\n", rng.randbytes(9), other))
    if kind == 4:
        return data[:at] + other[at:]
    if kind == 5:
        return data[:at] + rng.randbytes(8) + data[at + 8 :]
    return rng.choice((other, b"", data[:at] + data[at:] * 2))


def of_value(value: Any, rng: random.Random) -> Any:
    """The same JSON value with one thing in it changed, added, renamed or left out."""
    found = copy.deepcopy(value)
    places = list(_places(found))
    holder, key = rng.choice(places)
    kind = rng.randrange(10)
    if kind == 0:
        del holder[key]
    elif kind == 1 and isinstance(holder, dict):
        holder[rng.choice(("", "x", "\ud800", key.upper()))] = holder.pop(key)
    elif kind == 2 and isinstance(holder, dict):
        holder["added"] = rng.choice(VALUES)
    elif kind == 3:
        other, name = rng.choice(places)
        holder[key] = copy.deepcopy(other[name])
    elif kind == 4 and type(holder[key]) in (int, float):
        holder[key] = holder[key] * rng.choice((-1, 2, 0.5, 1e9)) + rng.choice((0, 1))
    else:
        holder[key] = copy.deepcopy(rng.choice(VALUES))
    return found


def to_text(value: Any) -> bytes:
    """JSON as a stranger may write it: NaN, halves of characters and all."""
    return _text(value).encode("utf-8", "surrogatepass")


def _text(value: Any) -> str:
    """What `json.dumps` gives; it refuses whole numbers of 4,000 digits by default."""
    if isinstance(value, dict):
        inside = (f"{json.dumps(k)}: {_text(v)}" for k, v in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    if type(value) is int and abs(value) > 10**100:
        return "1" + "0" * 4400
    return json.dumps(value)


def _places(value: Any) -> Any:
    """Every (list or object, index or name) in a value."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from _places(value[key])
