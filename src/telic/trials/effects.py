"""Effects: the results of a trial over seeds, with every verdict computed once.

Tables and figures take an `Effect` of each edit, which always includes its nulls. They
draw effects, and compute nothing.
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
        values: The value of each seed; NaN where a seed lacks the row.
        interval: Their mean and its interval; None if no seed has the row.
    """

    values: Float[np.ndarray, " seeds"]
    interval: Interval | None


class Worst(NamedTuple):
    """The seed in which an edit does worst; no interval shows one that fails.

    Attributes:
        seed: The seed.
        value: Its value of the measure that the verdict is about.
    """

    seed: int
    value: float


class Size(NamedTuple):
    """The size of an edit: medians over seeds, NaN if no seed has it.

    Attributes:
        parameters: The number of entries of the agent that it changes or adds.
        norm: The Euclidean norm of that change.
    """

    parameters: float
    norm: float


@dataclasses.dataclass(frozen=True)
class Effect:
    """One edit of a trial beside its nulls, over seeds.

    Attributes:
        condition: The condition, or the name of the edit.
        measured: Every reported measure, by name.
        size: The size of the edit.
        verdict: Its value over seeds beside that of every null.
        worst: The seed in which it does worst.
        null_values: The strongest null's value of each seed.
        null_sizes: The size of each null, by name.
    """

    condition: Hashable
    measured: Mapping[str, Measured]
    size: Size
    verdict: Verdict
    worst: Worst
    null_values: Float[np.ndarray, " seeds"]
    null_sizes: Mapping[str, Size]

    @property
    def values(self) -> Float[np.ndarray, " seeds"]:
        """The value of each seed, of the measure that the verdict is about."""
        return self.measured[self.verdict.measure].values

    @property
    def null(self) -> NullComparison:
        """The strongest null: the one that comes closest."""
        return self.verdict.strongest


class Reference(NamedTuple):
    """A reference of a trial: the agent without an edit, or the donor.

    Attributes:
        name: `no edit` or `donor`.
        measured: Every reported measure, by name.
        size: The size of the change: 0 for the agent without an edit.
    """

    name: str
    measured: Mapping[str, Measured]
    size: Size


@dataclasses.dataclass(frozen=True)
class Effects:
    """The effects of some edits of a trial, by one measure.

    Attributes:
        measure: The measure of the verdicts.
        references: The agent without an edit and, if there is one, the donor.
        edits: The effect of each edit, in the order of display.
    """

    measure: str
    references: tuple[Reference, ...]
    edits: tuple[Effect, ...]

    def __getitem__(self, condition: Hashable) -> Effect:
        """The effect of one condition.

        Raises:
            InputError: If it was not tried.
        """
        for effect in self.edits:
            if effect.condition == condition:
                return effect
        raise InputError(f"no effect of {condition!r}", why="it was not tried")

    def __contains__(self, condition: Hashable) -> bool:
        """True if a condition was tried."""
        return any(effect.condition == condition for effect in self.edits)

    def select(self, conditions: Iterable[Hashable]) -> "Effects":
        """The effects of some conditions, in the given order.

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
    more: bool = True,
) -> Effects:
    """The effects of some edits of a trial, in order.

    Cost: about 3 milliseconds for each null of each edit.

    Args:
        table: The trial over seeds, with `parameters` and `norm` among its measures.
        conditions: Edits of that table; None: all.
        measure: The measure that they should move, used for the verdicts.
        also: Further measures to report.
        more: Whether they should raise it, rather than lower it.

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
        tuple(_effect(table, each, measure, shown, more) for each in chosen),
    )


def _effect(
    table: Table, edit: Hashable, measure: str, shown: Sequence[str], more: bool
) -> Effect:
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
    found = verdict(table, edit, measure, more=more)
    worst = int(np.nanargmin(values) if more else np.nanargmax(values))
    return Effect(
        edit,
        _measured(table, edit, shown),
        _size(table, edit),
        found,
        Worst(table.seeds[worst], float(values[worst])),
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
    """The size of one row; NaN if the table has none."""
    found = []
    for measure in Size._fields:
        if measure in table.measures:
            values = table.values_of(measure, edit, null)
            present = values[np.isfinite(values)]
        else:
            present = ()
        found.append(float(np.median(present)) if len(present) else np.nan)
    return Size(*found)
