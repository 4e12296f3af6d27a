"""Type checks of JSON values against annotations."""

import types
import typing
from collections.abc import Mapping
from typing import Any

MOST = 2**32 - 1
"""The largest integer allowed in a file: the largest seed."""

FLOAT = 3.4e38
"""The largest float allowed in a file, as computations have 32 bits."""


def fits(value: Any, annotation: Any) -> bool:
    """True if a value from JSON has the type of an annotation.

    An integer may stand for a float, but True is not a number, and neither is NaN.

    Example:
        >>> fits([1, 2], tuple[int, ...]), fits(None, int | None), fits(True, int)
        (True, True, False)
    """
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return True
    if origin in (typing.Union, types.UnionType):
        return any(fits(value, one) for one in inside)
    if origin is typing.Literal:
        return any(value == one and type(value) is type(one) for one in inside)
    if origin in (tuple, list):
        return isinstance(value, list | tuple) and _all_fit(value, inside)
    if origin in (dict, Mapping):
        return isinstance(value, dict) and all(
            fits(k, inside[0]) and fits(v, inside[1]) for k, v in value.items()
        )
    if annotation is float:
        return isinstance(value, int | float) and _number(value)
    if annotation is int:
        return isinstance(value, int) and _number(value)
    if annotation in (None, type(None)):
        return value is None
    return isinstance(annotation, type) and isinstance(value, annotation)


def short(value: object) -> str:
    """The first characters of a value's `repr`, for a message."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _all_fit(values: Any, inside: tuple) -> bool:
    """True if every entry of a list has the type in a tuple's annotation."""
    if len(inside) == 1 or inside[-1:] == (Ellipsis,):
        return all(fits(value, inside[0]) for value in values)
    return len(values) == len(inside) and all(map(fits, values, inside))


def _number(value: int | float) -> bool:
    """True if a number is not NaN and not too large."""
    if isinstance(value, bool):
        return False
    return abs(value) <= (MOST if isinstance(value, int) else FLOAT)  # NaN is not
