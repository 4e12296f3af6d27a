"""Which phases of training the names of an expression stand for."""

from collections.abc import Sequence

from telic.core.names import check_name
from telic.expressions.faults import fault, pointing
from telic.expressions.nodes import Call, Name, bare_names

START = "start"
"""The name of the agent before all training; no objective can be meant by it."""


def phase_of(text: str, name: Name, schedule: Sequence[str]) -> int:
    """The phase at the end of which an agent stands: the one given, else the last.

    Args:
        text: The expression in which the name stands.
        name: An objective, with or without a phase.
        schedule: The objective of each phase.

    Raises:
        ExpressionError: If no phase trained the objective, or the given one did not.

    Example:
        >>> phase_of("blue", Name(0, "blue"), ["blue", "purple", "blue"])
        2
    """
    _check_objective(text, name, schedule)
    phases = [p for p, trained in enumerate(schedule) if trained == name.name]
    if name.phase is None:
        return phases[-1]
    number = name.phase.number
    if number not in phases:
        what = f"there is no phase {number}"
        if number < len(schedule):
            what = f"phase {number} trained {schedule[number]!r}, not {name.name!r}"
        listed = f"{name.name} was trained in phases {_listed(phases)}"
        fix = f"write {name.name}@{phases[-1]}; phases are counted from 0"
        raise fault(text, name.phase.at, what, why=listed, fix=fix)
    return number


def pairs(text: str, call: Call, schedule: Sequence[str]) -> list[dict[str, int]]:
    """The phases of two objectives, wherever one was trained right after the other.

    Args:
        text: The expression in which the call stands.
        call: A function of one argument, with two bare names in it.
        schedule: The objective of each phase.

    Returns:
        For each two successive phases within the call's stretch that trained the two
        objectives, in either order: the phase of each.

    Raises:
        ExpressionError: If there are not two names, the stretch is not one, or no two
            successive phases in it trained them.

    Example:
        >>> from telic.expressions.syntax import parse
        >>> text = "mean(b - p)"
        >>> pairs(text, parse(text), ["b", "p", "b"])
        [{'b': 0, 'p': 1}, {'p': 1, 'b': 2}]
    """
    names = _two_names(text, call, schedule)
    first, end = _stretch(text, call, len(schedule))
    found = [
        {schedule[p - 1]: p - 1, schedule[p]: p}
        for p in range(first + 1, end)
        if {schedule[p - 1], schedule[p]} == set(names)
    ]
    if not found:
        raise fault(
            text,
            call.phases[0].at if call.phases else call.at,
            f"no two successive phases from {first} to {end - 1} trained "
            f"{names[0]} and {names[1]}",
            why=f"the phases trained {_listed(schedule[first:end])}",
        )
    return found


def _check_objective(text: str, name: Name, schedule: Sequence[str]) -> None:
    """Raise unless some phase trained an objective."""
    with pointing(text, name.at):
        check_name(name.name, [*dict.fromkeys(schedule), START], kind="objective")


def _two_names(text: str, call: Call, schedule: Sequence[str]) -> list[str]:
    """The two bare names in the argument of a function over phases."""
    found = [n for n in bare_names(call.arguments[0]) if n.name != START]
    for name in found:
        _check_objective(text, name, schedule)
    names = list(dict.fromkeys(name.name for name in found))
    if len(names) != 2:
        raise fault(
            text,
            call.arguments[0].at,
            f"{call.function} needs two objectives, found: {_listed(names) or 'none'}",
            why="names without a phase stand for the agents of successive phases",
            fix=f"example: {call.function}(blue - purple)",
        )
    return names


def _stretch(text: str, call: Call, count: int) -> tuple[int, int]:
    """The first phase of a call's stretch and the one behind its last."""
    if call.phases is None:
        return 0, count
    first, end = call.phases
    if end.number > count:
        what, why = f"there are {count} phases", "they are counted from 0"
        raise fault(text, end.at, what, why=why, fix=f"phases=0:{count} is all")
    if first.number >= end.number:
        raise fault(
            text,
            first.at,
            f"phases={first.number}:{end.number} holds no phase",
            why="2:17 stands for phases 2 to 16",
        )
    return first.number, end.number


def _listed(parts: Sequence[object]) -> str:
    """Some things in one line; of many, the first ones and the last."""
    shown = [*parts[:10], "…", parts[-1]] if len(parts) > 12 else parts
    return ", ".join(map(str, shown))
