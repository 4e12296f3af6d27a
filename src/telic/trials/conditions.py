"""Conditions: identities of the edits of a trial, independent of captions.

A study tries many edits of one kind: ever more weights, ever larger doses, every subset
of layers. A condition has the kind and the position of an edit. Captions are made from
conditions at the end, so a caption can change without breaking a look-up.
"""

from collections.abc import Hashable, Iterable
from typing import NamedTuple

from telic.core.errors import InputError
from telic.core.names import check_name


class Condition(NamedTuple):
    """One condition of a study.

    Attributes:
        group: The kind of edit, or the curve, that it belongs to: `layers`, `graft`.
        value: Its position on the group's axis, in the axis's unit; or the name of a
            category.
    """

    group: str
    value: str | int | float


def of_group(conditions: Iterable[Hashable], group: str) -> list[Condition]:
    """The conditions of one group, in order.

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
    """The position of a condition on its group's axis.

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
