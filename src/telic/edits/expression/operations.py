"""The operations of expressions: the kinds that each sign can join.

The value of a part is an agent, a vector or a number. Agents cannot be added or scaled,
as the result would not be an agent that any training could reach.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from telic import vectors
from telic.core import trees
from telic.core.errors import InputError
from telic.core.numbers import LARGEST, check_number
from telic.core.trees import Arrays


class Worth(NamedTuple):
    """The value of a part of an expression.

    Attributes:
        kind: `agent`, `vector` or `number`.
        content: A tree, or the number.
    """

    kind: str
    content: Any


def operate(operation: str, *contents: Arrays | float) -> Worth:
    """The result of an operation.

    Args:
        operation: The kinds, and the sign before or between them: `- vector`,
            `number * vector`.
        *contents: The trees and numbers, in that order.

    Raises:
        InputError: If there is no such operation, or its result is not finite.

    Example:
        >>> operate("number / number", 1.0, 4.0)
        Worth(kind='number', content=0.25)
    """
    if operation not in OPERATIONS:
        raise InputError(
            f"there is no operation {operation!r}",
            why="agent - agent is a vector; agent + vector is an agent; "
            "number * vector is a vector",
            fix="between two agents lies lerp(agent, agent, 0.5)",
        )
    gives, act = OPERATIONS[operation]
    return checked_value(Worth(gives, act(*contents)))


def checked_value(worth: Worth) -> Worth:
    """The value, checked to be finite and not too large.

    Raises:
        InputError: If it is not.

    Example:
        >>> checked_value(Worth("number", 2e6))
        Traceback (most recent call last):
        telic.core.errors.InputError: the number 2e+06 is out of range
          why: allowed: up to 1e+06 in size
    """
    kind, content = worth
    if kind != "number" and not trees.finite(content).all():
        raise InputError(f"the {kind} is not finite", why="a weight became too large")
    if kind == "number":
        check_number(content)
    return worth


def check_divisor(number: float) -> None:
    """Raise unless a number can be a divisor.

    Raises:
        InputError: If it is too close to zero.

    Example:
        >>> check_divisor(-0.5)
    """
    if abs(number) < 1 / LARGEST:
        raise InputError(
            f"division by {number:g}", why=f"allowed: {1 / LARGEST:g} or more in size"
        )


OPERATIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "agent - agent": ("vector", lambda a, b: vectors.task_vector(b, a)),
    "agent + vector": ("agent", vectors.move_along),
    "agent - vector": (
        "agent",
        functools.partial(vectors.move_along, coefficient=-1.0),
    ),
    "vector + vector": ("vector", trees.add),
    "vector - vector": ("vector", lambda a, b: vectors.task_vector(b, a)),
    "number * vector": ("vector", lambda factor, v: trees.scale(v, factor)),
    "vector * number": ("vector", trees.scale),
    "vector / number": ("vector", lambda v, divisor: trees.scale(v, 1 / divisor)),
    "- vector": ("vector", lambda v: trees.scale(v, -1.0)),
    "number + number": ("number", operator.add),
    "number - number": ("number", operator.sub),
    "number * number": ("number", operator.mul),
    "number / number": ("number", operator.truediv),
    "- number": ("number", operator.neg),
}
"""The kind of result and the function of every operation."""
