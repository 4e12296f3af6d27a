"""Shifts: a world's boards as no agent of it was trained on, by name.

A world declares its own by a method `shifts(aim)`; those of telic's worlds stand in a
table here. Agents see as much as before and may do the same, so any of them can play.
"""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from telic.core.errors import THEIRS, InputError, TelicError, WorldError, said
from telic.core.typed import short
from telic.worlds.base import World
from telic.worlds.check import check_world
from telic.worlds.keys import Keys
from telic.worlds.shifted_keys import ShiftedKeys

LARGER, WALLED = (7, 8, 10), 8
"""The widths of larger rooms, and of a room with a doorway."""

MOVED, BLURRED = 3, 0.05
"""The step at which keys move, and the share of cells that are misread."""


def keys_shifts(world: Keys, aim: str) -> dict[str, World]:
    """The shifts of Keys; `aim` is the colour that is wanted."""
    same = {f.name: getattr(world, f.name) for f in dataclasses.fields(Keys)}

    def shifted(**changes: Any) -> World:
        return ShiftedKeys(**{**same, **changes})

    return {
        **{f"size {size}": shifted(size=size) for size in LARGER if size > world.size},
        "doorway": shifted(size=WALLED, layout="doorway"),
        "behind the ball": shifted(behind=aim),
        "keys that move": shifted(moved=MOVED),
        "two keys": shifted(doubled=aim),
        "misread cells": shifted(blurred=BLURRED),
    }


SHIFTS: Mapping[type, Callable[[Any, str], dict[str, World]]] = {Keys: keys_shifts}
"""The shifts of worlds of telic, by their class."""


def shifts_of(world: World, aim: str) -> dict[str, World]:
    """The shifted worlds of a world, by name.

    Args:
        world: The world that agents were trained in.
        aim: The goal that is wanted on these boards.

    Raises:
        InputError: If the world declares none, or not worlds by name.
        WorldError: If its `shifts` raises, or a step of one of them.

    Example:
        >>> list(shifts_of(Keys(), "blue"))[:4]
        ['size 7', 'size 8', 'size 10', 'doorway']
    """
    own = getattr(world, "shifts", None)
    if own is not None:
        return _declared(world, own, aim)
    if type(world) not in SHIFTS:
        raise InputError(
            f"{type(world).__name__} declares no boards but its own",
            why="this study plays where agents were not trained",
            fix="give the world a method shifts(aim): worlds by name",
        )
    return SHIFTS[type(world)](world, aim)


def _declared(world: World, own: Callable[[str], Any], aim: str) -> dict[str, World]:
    """What a world of somebody's own says of its other boards."""
    name = type(world).__name__
    try:
        found = dict(own(aim))
    except TelicError:
        raise
    except THEIRS as error:
        raise WorldError(
            f"{name} failed in shifts({aim!r})",
            why=said(error),
            fix="mend the world; --debug shows the line",
        ) from error
    for key, each in found.items():
        if not isinstance(key, str):
            raise InputError(
                f"shifts({aim!r}) of {name} has {short(key)}: {short(each)}",
                why="it must hold worlds by name",
            )
        check_world(each)
    return found
