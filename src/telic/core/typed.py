"""JSON against the annotations of a dataclass: the one place where types are checked.

A file says what it likes; a field takes what it is annotated with, or the file is
damaged. So the classes themselves are the schema, those of somebody's own world too.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

from telic.core.errors import DamagedError
from telic.core.names import check_name

Config = TypeVar("Config")

MOST = 2**32 - 1
"""The largest whole number in a file: seeds go up to it, and nothing is counted
beyond."""

FLOAT = 3.4e38
"""The largest other number: all that is computed with has 32 bits."""


def build(kind: type[Config], fields: Any, *, what: str = "") -> Config:
    """A dataclass from its fields; lists become tuples.

    A field that its class does not take (`init=False`) is a fact about the class: it
    may be in a file, and must then be what it is.

    Raises:
        DamagedError: If a field is missing, is of another type than its annotation, or
            is a fact and another one.
        InputError: If a field is unknown, or the class refuses a value.

    Example:
        >>> @dataclasses.dataclass
        ... class Point:
        ...     x: float
        ...     tags: tuple[str, ...] = ()
        >>> build(Point, {"x": 1.5, "tags": ["a"]})
        Point(x=1.5, tags=('a',))
        >>> build(Point, {"x": True})
        Traceback (most recent call last):
        telic.core.errors.DamagedError: Point.x = True
          why: it should be of the type float
    """
    name = what or kind.__name__
    if not isinstance(fields, Mapping):
        raise DamagedError(f"{name} is {short(fields)}", why="an object is needed")
    known = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    hints = typing.get_type_hints(kind)
    for field, value in fields.items():
        check_name(field, known, kind=f"field of {name}")
        if not fits(value, hints[field]):
            raise DamagedError(
                f"{name}.{field} = {short(value)}",
                why=f"it should be of the type {_spoken(hints[field])}",
            )
        if not known[field].init and value != known[field].default:
            raise DamagedError(
                f"{name}.{field} = {short(value)}",
                why=f"it is always {known[field].default!r}",
            )
    given = {k: _frozen(v) for k, v in fields.items() if known[k].init}
    try:
        return kind(**given)
    except TypeError as error:
        raise DamagedError(f"{name} lacks a field", why=str(error)) from error
    except (OverflowError, RecursionError) as error:
        raise DamagedError(f"{name} is not possible", why=repr(error)) from error


def fits(value: Any, annotation: Any) -> bool:
    """Whether a value from JSON is of the type of an annotation.

    A whole number may stand for a float, but True is no number, and neither is NaN.

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
    """A value in a message: its first characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"


def _all_fit(values: Any, inside: tuple) -> bool:
    """Whether every entry of a list is of the type that a tuple's annotation gives."""
    if len(inside) == 1 or inside[-1:] == (Ellipsis,):
        return all(fits(value, inside[0]) for value in values)
    return len(values) == len(inside) and all(map(fits, values, inside))


def _number(value: int | float) -> bool:
    """Whether a number is one, and no larger than it may be if it is whole."""
    if isinstance(value, bool):
        return False
    return abs(value) <= (MOST if isinstance(value, int) else FLOAT)  # NaN is not


def _frozen(value: Any) -> Any:
    """Lists as tuples, within tuples too: what a frozen dataclass holds."""
    if isinstance(value, list | tuple):
        return tuple(_frozen(one) for one in value)
    return value


def _spoken(annotation: Any) -> str:
    """An annotation as it is written."""
    return getattr(annotation, "__name__", None) or str(annotation)
