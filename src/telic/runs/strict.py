"""JSON as telic writes it: anything more lenient is refused.

Python's parser accepts NaN, repeated names (the last wins), integers of 4,300 digits
and lone surrogates. telic writes none of them, and each has caused a traceback far from
the file at fault.
"""

import json
from typing import Any

DEEPEST = 32
"""The deepest nesting of lists and objects."""


def parse_strictly(data: bytes) -> Any:
    """The value of some JSON.

    Raises:
        ValueError: If they are not JSON in UTF-8; or if they hold a number that is not
            finite or beyond 64 bits, a name twice in one object, a lone surrogate, or
            lists nested more than 32 deep.

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
    """A number from JSON, checked to be finite."""
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _whole(text: str) -> int:
    """An integer from JSON, checked to fit 64 bits."""
    if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
        raise ValueError(f"the number {text[:40]} is too large")
    return int(text)


def _constant(text: str) -> None:
    """Refuse NaN and Infinity, which are not JSON."""
    raise ValueError(f"{text} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, checked to have each name once."""
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
    """Raise for lone surrogates, and for nesting that is too deep."""
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
