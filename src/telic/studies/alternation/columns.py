"""Metrics as columns: the table of one run, and the runs of a study side by side.

A run writes one row a rollout (`telic.runs.metrics`); statistics want columns. Seeds of
one study share a schedule, so their rows stand beside each other, and a number is found
at (seed, rollout). Runs that do not share one are refused here, at the door.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from telic.core.errors import InputError
from telic.worlds import World, success_of

Row = Mapping[str, Any]
Columns = dict[str, np.ndarray]

COUNTS = ("rollout", "phase", "steps", "episodes")
SCHEDULE = ("rollout", "phase", "steps", "objective")
"""The columns that the schedule alone decides: equal for every seed of a study."""


@dataclasses.dataclass(frozen=True)
class Runs:
    """The runs of one study side by side.

    Attributes:
        seeds: The seed of each run, in ascending order.
        steps: Steps of the world taken by the end of each rollout.
        phase: The phase of each rollout, from 0.
        objective: The name of the objective trained in each rollout.
        columns: Every other column, by name; NaN where no episode was completed.
        world: The world of all runs, which says what their events mean.
    """

    seeds: tuple[int, ...]
    steps: Int[np.ndarray, " rollouts"]
    phase: Int[np.ndarray, " rollouts"]
    objective: Shaped[np.ndarray, " rollouts"]
    columns: dict[str, Float[np.ndarray, "seeds rollouts"]]
    world: World

    @property
    def objectives(self) -> tuple[str, ...]:
        """The objectives that were trained, in the order of their first phases."""
        return tuple(dict.fromkeys(self.objective.tolist()))

    @functools.cached_property
    def starts(self) -> Int[np.ndarray, " phases"]:
        """The index of the first rollout of each phase."""
        return np.flatnonzero(np.diff(self.phase, prepend=self.phase[0] - 1))

    @functools.cached_property
    def ends(self) -> Int[np.ndarray, " phases"]:
        """The index of the last rollout of each phase."""
        return np.append(self.starts[1:], len(self.phase)) - 1

    @property
    def wanted(self) -> tuple[str, ...]:
        """The objective of each phase."""
        return tuple(self.objective[self.starts].tolist())

    @functools.cached_property
    def successes(self) -> dict[str, str]:
        """The event of success of each objective; none unless each has one of its own.

        Without their rates, events are none either.
        """
        found = {name: success_of(self.world, name) for name in self.objectives}
        told = {n: e for n, e in found.items() if e and f"rate_{e}" in self.columns}
        return told if len(set(told.values())) == len(found) else {}

    def column(self, name: str) -> Float[np.ndarray, "seeds rollouts"]:
        """A column by its name; all NaN if no run has it."""
        absent = np.full((len(self.seeds), len(self.phase)), np.nan)
        return self.columns.get(name, absent)


def columns_of(rows: Sequence[Row]) -> Columns:
    """The columns of one run: counts as integers, names as text, the rest as floats.

    Args:
        rows: One flat row a rollout, in order, all with the same keys.

    Returns:
        One array (rollouts,) for each key; a None becomes NaN.

    Raises:
        InputError: If there are no rows, their keys differ, or a value is not a number.

    Example:
        >>> columns_of([{"rollout": 1, "return_blue": None, "objective": "blue"}])
        {'rollout': array([1]), 'return_blue': array([nan]),
         'objective': array(['blue'], dtype='<U4')}
    """
    if not rows:
        raise InputError(
            "a run has no rows", why="it has not finished a rollout", fix="leave it out"
        )
    for number, row in enumerate(rows, start=1):
        if odd := set(row) ^ set(rows[0]):
            raise InputError(
                f"row {number} and row 1 differ in {', '.join(sorted(odd))}",
                why="every rollout of a run reports the same columns",
            )
    return {name: _column(name, [row[name] for row in rows]) for name in rows[0]}


def gather(tables: Mapping[int, Columns], world: World) -> Runs:
    """The runs of one study, by seed, if they follow the same schedule.

    Raises:
        InputError: If there is no run, a column is missing in one of them, or two
            differ in schedule or length.
    """
    if not tables:
        raise InputError("there are no runs", why="a study needs at least one seed")
    seeds = sorted(tables)
    first = tables[seeds[0]]
    for seed in seeds:
        _check(seed, tables[seed], seeds[0], first)
    return Runs(
        seeds=tuple(seeds),
        **{name: first[name] for name in ("steps", "phase", "objective")},
        columns={
            name: np.stack([tables[seed][name] for seed in seeds]).astype(np.float64)
            for name in first
            if name not in SCHEDULE
        },
        world=world,
    )


def _column(name: str, values: list[Any]) -> np.ndarray:
    if all(isinstance(value, str) for value in values):
        return np.array(values)
    try:
        kind = np.int64 if name in COUNTS else np.float64
        return np.array(values, dtype=kind)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"column {name!r} holds something that is not a number",
            why=str(error),
            fix="check metrics.jsonl, or leave the run out",
        ) from error


def _check(seed: int, columns: Columns, other: int, expected: Columns) -> None:
    """Raise unless a run has the columns and the schedule that are expected."""
    odd = (set(columns) ^ set(expected)) | (set(SCHEDULE) - set(columns))
    if odd:
        raise InputError(
            f"seeds {seed} and {other} do not both have {', '.join(sorted(odd))}",
            why="all runs of a study report the same columns",
        )
    for name in SCHEDULE:
        if not np.array_equal(columns[name], expected[name]):
            raise InputError(
                f"seeds {seed} and {other} differ in {name!r} "
                f"({len(columns[name])} and {len(expected[name])} rollouts)",
                why="runs can be compared only rollout by rollout of one schedule",
                fix="finish the shorter runs, or leave them out",
            )
