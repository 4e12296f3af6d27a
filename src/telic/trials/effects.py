"""Effects: what a trial says of its edits, over seeds, each verdict computed once.

What tables and figures show of an edit is an `Effect`: its own number never comes
without those of its nulls. They draw effects, and compute nothing.
"""

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.stats import Interval
from telic.trials.table import Table
from telic.trials.trial import DONOR, UNEDITED
from telic.trials.verdict import NullComparison, Verdict, verdict


class Measured(NamedTuple):
    """One measure of one row of a trial, over seeds.

    Attributes:
        values: What each seed has; NaN where a seed lacks the row.
        interval: Their mean and its interval; None if no seed has the row.
    """

    values: Float[np.ndarray, " seeds"]
    interval: Interval | None


class Size(NamedTuple):
    """How large an edit is: medians over seeds, NaN if no seed has it.

    Attributes:
        parameters: How many entries of the agent it changes or adds.
        norm: The Euclidean norm of that change.
    """

    parameters: float
    norm: float


@dataclasses.dataclass(frozen=True)
class Effect:
    """One edit of a trial beside its nulls, over seeds.

    Attributes:
        condition: What was done.
        measured: Every measure that is shown of it, by name.
        size: How large the edit is.
        verdict: Its value over seeds beside that of every null.
        null_values: What each seed has of the strongest null.
        null_sizes: How large each null is, by its name.
    """

    condition: Hashable
    measured: Mapping[str, Measured]
    size: Size
    verdict: Verdict
    null_values: Float[np.ndarray, " seeds"]
    null_sizes: Mapping[str, Size]

    @property
    def values(self) -> Float[np.ndarray, " seeds"]:
        """What each seed has of the measure that the verdict is about."""
        return self.measured[self.verdict.measure].values

    @property
    def null(self) -> NullComparison:
        """The strongest null: the one that comes closest."""
        return self.verdict.strongest


class Reference(NamedTuple):
    """The agent without an edit, or the donor: what edits are compared with.

    Attributes:
        name: `no edit` or `donor`.
        measured: Every measure that is shown of it, by name.
        size: How large the change is: 0 for the agent without an edit.
    """

    name: str
    measured: Mapping[str, Measured]
    size: Size


@dataclasses.dataclass(frozen=True)
class Effects:
    """What a trial says of some edits, by one measure.

    Attributes:
        measure: What the edits are judged by.
        references: The agent without an edit and, if there is one, the donor.
        edits: The effect of each edit, in the order in which they are shown.
    """

    measure: str
    references: tuple[Reference, ...]
    edits: tuple[Effect, ...]

    def __getitem__(self, condition: Hashable) -> Effect:
        """The effect of one condition.

        Raises:
            InputError: If there is none of it.
        """
        for effect in self.edits:
            if effect.condition == condition:
                return effect
        raise InputError(f"no effect of {condition!r}", why="it was not tried")

    def __contains__(self, condition: Hashable) -> bool:
        """Whether a condition was tried."""
        return any(effect.condition == condition for effect in self.edits)

    def select(self, conditions: Iterable[Hashable]) -> "Effects":
        """The effects of some conditions, in the order of those.

        Raises:
            InputError: If one of them was not tried.
        """
        return dataclasses.replace(self, edits=tuple(self[c] for c in conditions))


def effects(
    table: Table,
    conditions: Sequence[Hashable] | None = None,
    *,
    measure: str,
    also: Iterable[str] = (),
) -> Effects:
    """The effects of some edits of a trial, in their order.

    Cost: about 3 milliseconds for each null of each edit.

    Args:
        table: The trial over seeds, with `parameters` and `norm` among its measures.
        conditions: Edits of that table; None: all.
        measure: What they are to raise, and are judged by.
        also: Further measures that are shown of them.

    Raises:
        InputError: If the table lacks an edit or a measure, or an edit shares no seed
            with one of its nulls.
    """
    shown = tuple(dict.fromkeys((measure, *also)))
    chosen = table.edits if conditions is None else conditions
    return Effects(
        measure,
        tuple(
            Reference(name, _measured(table, name, shown), _size(table, name))
            for name in (UNEDITED, DONOR)
            if (name, "") in table.rows
        ),
        tuple(_effect(table, each, measure, shown) for each in chosen),
    )


def _effect(table: Table, edit: Hashable, measure: str, shown: Sequence[str]) -> Effect:
    """The effect of one edit."""
    values = table.values_of(measure, edit)
    nulls = table.nulls(edit)
    for null in nulls:
        if not np.isfinite(values + table.values_of(measure, edit, null)).any():
            raise InputError(
                f"no seed has {measure!r} of both {edit!r} and its null {null!r}",
                why="an edit is never shown without its nulls",
                fix="leave this edit out, or try another measure",
            )
    found = verdict(table, edit, measure)
    return Effect(
        edit,
        _measured(table, edit, shown),
        _size(table, edit),
        found,
        table.values_of(measure, edit, found.strongest.null),
        {null: _size(table, edit, null) for null in nulls},
    )


def _measured(
    table: Table, edit: Hashable, shown: Sequence[str]
) -> dict[str, Measured]:
    """Some measures of one row."""
    found = {}
    for measure in shown:
        values = table.values_of(measure, edit)
        present = np.isfinite(values).any()
        found[measure] = Measured(
            values, table.interval(measure, edit) if present else None
        )
    return found


def _size(table: Table, edit: Hashable, null: str = "") -> Size:
    """The size of one row, if its trial tells it."""
    found = []
    for measure in Size._fields:
        if measure in table.measures:
            values = table.values_of(measure, edit, null)
            present = values[np.isfinite(values)]
        else:
            present = ()
        found.append(float(np.median(present)) if len(present) else np.nan)
    return Size(*found)
