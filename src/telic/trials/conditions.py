"""Conditions: what was done to an agent, told apart by what it is and not by a caption.

A study tries many edits of one kind: ever more weights, ever larger doses, every subset
of layers. A condition names the kind and its place there. Captions are made of
conditions when something is shown, so a caption may change without a result going
missing.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from telic.core.errors import InputError
from telic.core.names import check_name


class Condition(NamedTuple):
    """One condition of a study.

    Attributes:
        group: The kind of edit, or the curve, that it belongs to: `layers`, `graft`.
        value: Its place on the group's axis, in that axis' unit; or the name of a
            category.
    """

    group: str
    value: str | int | float


def of_group(conditions: Iterable[Hashable], group: str) -> list[Condition]:
    """The conditions of one group, in their order.

    Raises:
        InputError: If there is no such group.

    Example:
        >>> of_group([Condition("rank", 1.0), Condition("layers", "0")], "layers")
        [Condition(group='layers', value='0')]
    """
    found = [each for each in conditions if isinstance(each, Condition)]
    check_name(group, dict.fromkeys(each.group for each in found), kind="group")
    return [each for each in found if each.group == group]


def place(condition: Hashable) -> float:
    """The place of a condition on its group's axis.

    Raises:
        InputError: If it is a category.

    Example:
        >>> place(Condition("rank", 4.0))
        4.0
    """
    value = condition.value if isinstance(condition, Condition) else None
    if isinstance(value, int | float):
        return float(value)
    raise InputError(
        f"the condition {condition!r} has no place on an axis",
        why="a curve is drawn over an axis",
        fix="draw categories as bars",
    )
