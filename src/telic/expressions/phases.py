"""The phases of training that the names in an expression refer to."""

import ast
from collections.abc import Sequence

from telic.core.names import check_name
from telic.expressions.faults import fault, pointing
from telic.expressions.syntax import (
    START,
    AgentName,
    agents,
    end_of,
    function,
    over_phases,
    parse,
    value,
)


def check_expression(text: str, schedule: Sequence[str]) -> None:
    """Raise if an expression cannot be parsed, or names a missing phase.

    Args:
        text: The expression.
        schedule: The objective of each phase.

    Raises:
        ExpressionError: If so, with a caret under the character at fault.

    Example:
        >>> check_expression("blue + 2 * (purple@1 - blue)", ["blue", "purple"])
    """
    tree, bound = parse(text), set[AgentName]()
    for call in over_phases(tree):
        phase_pairs(text, call, schedule)
        bound |= {agent for agent in agents(call) if agent.phase is None}
    for agent in agents(tree):
        if agent.name != START and agent not in bound:
            phase_of(text, agent, schedule)


def phase_of(text: str, agent: AgentName, schedule: Sequence[str]) -> int:
    """The phase of a named agent: the given one, else the objective's last.

    Args:
        text: The expression that names the agent.
        agent: An objective, with or without a phase.
        schedule: The objective of each phase.

    Raises:
        ExpressionError: If no phase trained the objective, or the given one did not.

    Example:
        >>> phase_of("blue", AgentName("blue", 0), ["blue", "purple", "blue"])
        2
    """
    _check_objective(text, agent, schedule)
    name, number = agent.name, agent.phase
    phases = [p for p, trained in enumerate(schedule) if trained == name]
    if number is None:
        return phases[-1]
    if number not in phases:
        what = f"there is no phase {number}"
        if number < len(schedule):
            what = f"phase {number} trained {schedule[number]!r}, not {name!r}"
        listed = f"{name} was trained in phases {_listed(phases)}"
        fix = f"write {name}@{phases[-1]}; phases are counted from 0"
        raise fault(text, agent.phase_at, what, why=listed, fix=fix)
    return number


def phase_pairs(
    text: str, call: ast.Call, schedule: Sequence[str]
) -> list[dict[str, int]]:
    """The phases of two objectives, for each two successive phases of them.

    Args:
        text: The expression that has the call.
        call: The call of a function of one argument, which has two names without a
            phase.
        schedule: The objective of each phase.

    Returns:
        The phase of each objective, for each two successive phases within the call's
        range that trained the two, in either order.

    Raises:
        ExpressionError: If there are not two names, the range is empty or too long, or
            no two successive phases in it trained them.

    Example:
        >>> text = "mean(b - p)"
        >>> phase_pairs(text, parse(text), ["b", "p", "b"])
        [{'b': 0, 'p': 1}, {'p': 1, 'b': 2}]
    """
    names = _two_names(text, call, schedule)
    first, behind = _stretch(text, call, len(schedule))
    found = [
        {schedule[p - 1]: p - 1, schedule[p]: p}
        for p in range(first + 1, behind)
        if {schedule[p - 1], schedule[p]} == set(names)
    ]
    if not found:
        raise fault(
            text,
            call.keywords[0].value.col_offset if call.keywords else call.col_offset,
            f"no two successive phases from {first} to {behind - 1} trained "
            f"{names[0]} and {names[1]}",
            why=f"the phases trained {_listed(schedule[first:behind])}",
        )
    return found


def _check_objective(text: str, agent: AgentName, schedule: Sequence[str]) -> None:
    """Raise unless some phase trained an objective."""
    with pointing(text, agent.at):
        check_name(agent.name, [*dict.fromkeys(schedule), START], kind="objective")


def _two_names(text: str, call: ast.Call, schedule: Sequence[str]) -> list[str]:
    """The two names without a phase in the argument of a function over phases."""
    found = [a for a in agents(call) if a.phase is None and a.name != START]
    for agent in found:
        _check_objective(text, agent, schedule)
    names = list(dict.fromkeys(agent.name for agent in found))
    if len(names) != 2:
        raise fault(
            text,
            call.args[0].col_offset,
            f"{function(call)} needs two objectives, found: {_listed(names) or 'none'}",
            why="names without a phase stand for the agents of successive phases",
            fix=f"example: {function(call)}(blue - purple)",
        )
    return names


def _stretch(text: str, call: ast.Call, count: int) -> tuple[int, int]:
    """The first phase of a call's range, and the one after its last."""
    for option in (keyword.value for keyword in call.keywords):
        parts = str(value(option)).split(":")
        first, behind = map(int, parts)
        if behind > count:
            what, why = f"there are {count} phases", "they are counted from 0"
            fix = f"phases=0:{count} is all"
            raise fault(text, end_of(option) - len(parts[1]), what, why=why, fix=fix)
        if first >= behind:
            what = f"phases={first}:{behind} holds no phase"
            why = "2:17 stands for phases 2 to 16"
            raise fault(text, option.col_offset, what, why=why)
        return first, behind
    return 0, count


def _listed(parts: Sequence[object]) -> str:
    """Items in one line; of many, the first ones and the last."""
    shown = [*parts[:10], "…", parts[-1]] if len(parts) > 12 else parts
    return ", ".join(map(str, shown))
