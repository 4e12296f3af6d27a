"""JSON as telic writes it, and no other: what else a parser lets pass is refused.

Python's own reads NaN, takes the last of two equal names, makes whole numbers of 4,300
digits and halves of characters. None of them is ever written here, and each has ended
as a traceback far from the file that it came from.
"""

import json
from typing import Any

DEEPEST = 32
"""How deep lists and objects may lie in one another."""


def parse_strictly(data: bytes) -> Any:
    """The value that bytes stand for.

    Raises:
        ValueError: If they are not JSON in UTF-8; or if they hold a number that is not
            finite or beyond 64 bits, a name twice in one object, half a character, or
            lists more than 32 deep.

    Example:
        >>> parse_strictly(b'{"a": [1, 2.5, null]}')
        {'a': [1, 2.5, None]}
        >>> parse_strictly(b'{"a": NaN}')
        Traceback (most recent call last):
        ValueError: NaN is no number
    """
    try:
        value = _DECODER.decode(data.decode())
    except RecursionError as error:
        raise ValueError("lists too deep in one another") from error
    if b"\\u" in data or data.count(b"[") + data.count(b"{") > DEEPEST:
        _check_form(value)
    return value


def _finite(text: str) -> float:
    """A number of JSON that is one."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _whole(text: str) -> int:
    """A whole number of 64 bits."""
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"the number {text[:40]} is too large")
    return int(text)


def _constant(text: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(f"{text} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object that has each name once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found


_DECODER = json.JSONDecoder(
    parse_float=_finite,
    parse_int=_whole,
    parse_constant=_constant,
    object_pairs_hook=_object,
)


def _check_form(value: Any) -> None:
    """Raise if something is half a character, or lies too deep."""
    here = [value]
    for _ in range(DEEPEST):
        for text in (x for x in here if isinstance(x, str)):
            text.encode()
        inside = [x for x in here if isinstance(x, list | dict)]
        here = [
            y for x in inside for y in (x if isinstance(x, list) else [*x, *x.values()])
        ]
        if not here:
            return
    raise ValueError(f"it is more than {DEEPEST} lists deep")
