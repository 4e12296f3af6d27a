"""Arms: the edits of a study by family, and where each stands beside its nulls.

A study tries many edits of one kind (ever more weights, ever larger doses, every subset
of layers). The trial's table knows them by name only; an arm says to which family an
edit belongs, and its place there. What tables and figures show of an arm is a
`Standing`: its own number never comes without that of its nulls.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.trials import Table, Verdict, verdict
from telic.trials.verdict import Against


@dataclasses.dataclass(frozen=True)
class Arm:
    """One edit of a study.

    Attributes:
        edit: Its name in the trial's table.
        group: The family or curve that it belongs to: `layers`, `graft`, `rank`.
        x: Its place on the family's axis, in that axis' unit; None for a category.
    """

    edit: str
    group: str
    x: float | None


class Standing(NamedTuple):
    """Where an arm stands beside its nulls, over seeds.

    Attributes:
        arm: The arm.
        values: What each seed has; NaN where a seed lacks the edit.
        verdict: Its value over seeds, and that of every null.
        null_values: What each seed has of the strongest null.
    """

    arm: Arm
    values: Float[np.ndarray, " seeds"]
    verdict: Verdict
    null_values: Float[np.ndarray, " seeds"]

    @property
    def null(self) -> Against:
        """The strongest null: the one that comes closest."""
        return self.verdict.strongest


def of_group(arms: Iterable[Arm], group: str) -> list[Arm]:
    """The arms of one group, in their order.

    Raises:
        InputError: If there is no such group.

    Example:
        >>> of_group([Arm("rank 1", "rank", 1.0), Arm("all", "layers", None)], "layers")
        [Arm(edit='all', group='layers', x=None)]
    """
    arms = list(arms)
    check_name(group, dict.fromkeys(arm.group for arm in arms), kind="group of arms")
    return [arm for arm in arms if arm.group == group]


def standings(table: Table, arms: Sequence[Arm], measure: str) -> list[Standing]:
    """Where each arm stands, in their order; all are meant to raise the measure.

    Cost: about 3 milliseconds for each null of each arm.

    Args:
        table: The trial over seeds.
        arms: Edits of that table.
        measure: What they are judged by.

    Raises:
        InputError: If the table lacks an edit or the measure, or an edit shares no seed
            with one of its nulls.
    """
    return [_standing(table, arm, measure) for arm in arms]


def _standing(table: Table, arm: Arm, measure: str) -> Standing:
    """Where one arm stands."""
    values = table.values_of(measure, arm.edit)
    for null in table.nulls(arm.edit):
        theirs = table.values_of(measure, arm.edit, null)
        if not np.isfinite(values + theirs).any():
            raise InputError(
                f"no seed has {measure!r} of both {arm.edit!r} and its null {null!r}",
                why="an edit is never shown without its nulls",
                fix="leave this arm out, or try another measure",
            )
    found = verdict(table, arm.edit, measure)
    null_values = table.values_of(measure, arm.edit, found.strongest.null)
    return Standing(arm, values, found, null_values)
