"""The table of a trial over many seeds: rows are edits and nulls, n counts seeds."""

import dataclasses
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.core.html import html_table
from telic.core.names import check_name
from telic.stats import Interval, bootstrap
from telic.trials.trial import DONOR, UNEDITED, Result

Row = tuple[Hashable, str]
"""(edit, null): the edit's name or `Condition`; the null is "" for the edit itself."""


@dataclasses.dataclass(frozen=True)
class Table:
    """One value per row, seed and measure: the mean over the seed's trials.

    Attributes:
        seeds: The seeds, in ascending order.
        rows: (edit, null) of each row, in the order of the trial.
        measures: The names of the measures.
        values: The numbers; NaN where a seed lacks a row.

    Raises:
        InputError: If an edit has no null.
    """

    seeds: tuple[int, ...]
    rows: tuple[Row, ...]
    measures: tuple[str, ...]
    values: Float[np.ndarray, "rows seeds measures"]

    def __post_init__(self) -> None:
        """Check that every edit has a null."""
        for edit in self.edits:
            if not self.nulls(edit):
                raise InputError(
                    f"edit {edit!r} stands in a table without its nulls",
                    why="a number without its control says nothing",
                )

    @property
    def edits(self) -> tuple[Hashable, ...]:
        """The edits, by name or condition."""
        return tuple(
            edit
            for edit, null in self.rows
            if not null and edit not in (UNEDITED, DONOR)
        )

    def nulls(self, edit: Hashable) -> tuple[str, ...]:
        """The names of an edit's nulls."""
        return tuple(null for name, null in self.rows if name == edit and null)

    def _repr_html_(self) -> str:
        """A table for notebooks: means over seeds, with their intervals."""
        rows = []
        for edit, null in self.rows:
            cells = [
                str(self.interval(m, edit, null))
                if np.isfinite(self.values_of(m, edit, null)).any()
                else "–"
                for m in self.measures
            ]
            rows.append((str(edit), null, *cells))
        return html_table(("edit", "null", *self.measures), rows)

    def values_of(
        self, measure: str, edit: Hashable, null: str = ""
    ) -> Float[np.ndarray, " seeds"]:
        """One measure of one row, by seed.

        Raises:
            InputError: If there is no such row or measure.
        """
        check_name(measure, self.measures, kind="measure")
        if (edit, null) not in self.rows:
            known = [str(edit) for edit, _ in self.rows]
            check_name(str(edit), known, kind="edit")
            check_name(null, self.nulls(edit), kind="null")
        row = self.rows.index((edit, null))
        return self.values[row, :, self.measures.index(measure)]

    def interval(self, measure: str, edit: Hashable, null: str = "") -> Interval:
        """The mean over seeds and its interval; seeds that lack the row are left out.

        A measure whose values all lie in [0, 1] is treated as a rate.
        """
        values = self.values_of(measure, edit, null)
        present = values[np.isfinite(values)]
        within = len(present) and present.min() >= 0 and present.max() <= 1
        support = (0.0, 1.0) if within else (-np.inf, np.inf)
        return bootstrap(present, np.mean, support=support)


def tabulate(results: Mapping[int, Sequence[Sequence[Result]]]) -> Table:
    """The table of some trials.

    Args:
        results: The trials of each seed, such as one per switch; a row of a seed is the
            mean over those of its trials that have it.

    Raises:
        InputError: If there are no results, or an edit has no null.

    Example:
        >>> rows = [Result("add", null, {"x": 1.0}, 1, 1.0, True) for null in ("", "n")]
        >>> tabulate({0: [rows], 1: [rows]}).values_of("x", "add", "n").tolist()
        [1.0, 1.0]
    """
    every = [r for trials in results.values() for rows in trials for r in rows]
    if not every:
        raise InputError("a table of no results", why="no seed has a trial")
    rows = tuple(dict.fromkeys((r.edit, r.null) for r in every))
    measures = (*every[0].rates, "parameters", "norm")
    values = np.full((len(rows), len(results), len(measures)), np.nan)
    for column, seed in enumerate(sorted(results)):
        found: dict[Row, list[list[float]]] = {}
        for r in (r for trial in results[seed] for r in trial):
            numbers = [r.rates[m] for m in measures[:-2]] + [r.parameters, r.norm]
            found.setdefault((r.edit, r.null), []).append(numbers)
        for row, numbers in found.items():
            values[rows.index(row), column] = np.mean(numbers, axis=0)
    return Table(tuple(sorted(results)), rows, measures, values)
