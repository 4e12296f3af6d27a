"""Spaces of observations and actions, from the words of a Stable-Baselines3 file."""

import ast
import re
from collections.abc import Mapping
from typing import Any

from telic.core.errors import InputError


def kind(space: Any, *, what: str) -> str:
    """The name of a space's class, such as `Box`.

    Raises:
        InputError: If the file does not tell.
    """
    named = space.get(":type:", "") if isinstance(space, Mapping) else ""
    found = re.fullmatch(r"<class 'gym(?:nasium)?\.spaces\.\w+\.(\w+)'>", str(named))
    if not found:
        raise InputError(
            f"{what} does not tell its spaces", why=f"it has {named!r:.80}"
        )
    return found[1]


def shape(space: Mapping[str, Any], *, what: str) -> tuple[int, ...]:
    """The shape of a `Box`."""
    return tuple(int(n) for n in _list(space, ("shape", "_shape"), what))


def count(space: Mapping[str, Any], *, what: str) -> int:
    """The number of actions of a `Discrete`, counted from 0.

    Raises:
        InputError: If they are counted from another number.
    """
    if str(space.get("start", 0)) != "0":
        raise InputError(
            f"{what} counts its actions from {space['start']}", why="telic does from 0"
        )
    try:
        return int(space["n"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{what} does not tell its number of actions") from error


def bounds(space: Mapping[str, Any], *, what: str) -> tuple[tuple[float, float], ...]:
    """The least and the greatest value of each number of a `Box` of one axis."""
    size, ends = shape(space, what=what), []
    if len(size) != 1:
        raise InputError(
            f"{what} acts by arrays of the shape {size}", why="telic's agents by a row"
        )
    for side in ("low", "high"):
        words = str(space.get(side, "")).strip("[] \n").split()
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) == 1:
            values = values * size[0]
        if len(values) != size[0]:  # NumPy shortens long arrays in print
            raise InputError(
                f"{what} does not tell the {side} end of its actions", why=f"{words}"
            )
        ends.append(values)
    return tuple(zip(*ends, strict=True))


def _list(space: Mapping[str, Any], names: tuple[str, ...], what: str) -> list[Any]:
    """A list in the file, which is one or the text of one."""
    for name in names:
        if name in space:
            given = space[name]
            try:
                found = ast.literal_eval(given) if isinstance(given, str) else given
            except (ValueError, SyntaxError) as error:
                raise InputError(f"{what}: {name} is {given!r:.80}") from error
            return list(found)
    raise InputError(f"{what} does not tell the shape of a space")
