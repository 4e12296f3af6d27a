"""A value as a pickle: the inverse of `telic.adapters.pickled.contents`.

Other libraries read nothing else. The opcodes are put together here from plain values
and records of calls, so that what a file would make its reader call is what stands in
the code that writes it.
"""

import struct
from collections.abc import Mapping
from typing import Any

from telic.adapters.pickled import Called, Global, Persistent

_CONSTANTS: dict[Any, bytes] = {None: b"N", True: b"\x88", False: b"\x89"}


def to_pickle(value: Any) -> bytes:
    """A pickle, of protocol 2.

    Args:
        value: Numbers, text, bytes, lists, tuples and dicts of them; `Global`, `Called`
            and `Persistent`.

    Example:
        >>> from telic.adapters.pickled import contents
        >>> value = {"a": [1, 2.5, (True, None)], "b": 2**40}
        >>> contents(to_pickle(value), (), what="it")[0] == value
        True
    """
    return b"\x80\x02" + _opcodes(value) + b"."


def _opcodes(value: Any) -> bytes:
    """The opcodes that leave a value on the stack."""
    if value is None or isinstance(value, bool):
        return _CONSTANTS[value]
    if isinstance(value, Global):
        module, _, last = value.name.rpartition(".")
        return f"c{module}\n{last}\n".encode()
    if isinstance(value, Persistent):
        return _opcodes(value.key) + b"Q"
    if isinstance(value, Called):
        made = _opcodes(Global(value.name)) + _opcodes(value.given) + b"R"
        if value.items:
            made += b"(" + b"".join(map(_opcodes, _flat(value.items))) + b"u"
        return made if value.state is None else made + _opcodes(value.state) + b"b"
    if isinstance(value, str):
        data = value.encode()
        return b"X" + struct.pack("<I", len(data)) + data
    if isinstance(value, bytes):  # protocol 2 has no bytes: as torch and NumPy do it
        return _opcodes(Called("_codecs.encode", (value.decode("latin1"), "latin1")))
    if isinstance(value, int):
        size = value.bit_length() // 8 + 1
        return b"\x8a" + bytes([size]) + value.to_bytes(size, "little", signed=True)
    if isinstance(value, float):
        return b"G" + struct.pack(">d", value)
    if isinstance(value, tuple):
        return b"(" + b"".join(map(_opcodes, value)) + b"t"
    if isinstance(value, list):
        return b"](" + b"".join(map(_opcodes, value)) + b"e"
    if isinstance(value, Mapping):
        return b"}(" + b"".join(map(_opcodes, _flat(value.items()))) + b"u"
    raise TypeError(f"a {type(value).__name__} is not written")


def _flat(pairs: Any) -> list[Any]:
    """Keys and values in turn."""
    return [one for pair in pairs for one in pair]
