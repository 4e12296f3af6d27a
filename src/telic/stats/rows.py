"""Rows: the results of a study in long form, one value with its identities.

Every study yields rows of this type; tables and curves are made from them by selecting
and pivoting. Identities are names, numbers and tuples of those, never captions. A row
takes 36 bytes, however long its names are: every column except the value holds indices
into a list of identities.

Why no data-frame library: a study needs these three operations (select, names in order
of appearance, pivot by the mean), its identities are tuples, and its means must be
equal to the last bit whatever the number of rows; `Rows.table` has the columns for a
data frame.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from telic.core.errors import InputError
from telic.core.names import check_name

Atom = str | int | float | None
Identity = Atom | tuple[Atom, ...]
"""An identity of a value: a name, a number, or a tuple of them."""


class Row(NamedTuple):
    """One value of one run, with its identities.

    Attributes:
        part: The part of the study: `trial`, `recovery`.
        metric: The name of the measure.
        value: The value, in the metric's unit; NaN if missing.
        trial: The trial within the run: a switch, a board.
        condition: The condition: an edit, a method, an arm.
        null: The name of the null; empty for the condition itself.
        at: The position on an axis: a rollout, a size, a layer.
    """

    part: str
    metric: str
    value: float
    trial: Identity = ()
    condition: Identity = ()
    null: str = ""
    at: Atom = None


COLUMNS = ("seed", "part", "metric", "trial", "condition", "null", "at")
"""The columns of identities."""


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Many rows, of one run or of several seeds.

    Attributes:
        levels: The identities in each column, in the order of their first row.
        codes: By column, the index of each row's identity.
        values: The values.
    """

    levels: Mapping[str, tuple[Identity, ...]]
    codes: Mapping[str, Int[np.ndarray, " rows"]]
    values: Float[np.ndarray, " rows"]

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.values)

    def where(self, **wanted: Identity) -> "Rows":
        """The rows with the given identities, by column; may be none.

        Raises:
            InputError: If there is no such column.

        Example:
            >>> rows = rows_of([Row("a", "x", 1.0), Row("b", "x", 2.0)], seed=0)
            >>> rows.where(part="b").values.tolist()
            [2.0]
        """
        chosen = np.ones(len(self), bool)
        for column, identity in wanted.items():
            check_name(column, COLUMNS, kind="column")
            known = self.levels[column]
            code = known.index(identity) if identity in known else -1
            chosen &= self.codes[column] == code
        return self._of(chosen)

    def among(self, column: str, wanted: Sequence[Identity]) -> "Rows":
        """The rows with one of several identities in a column."""
        check_name(column, COLUMNS, kind="column")
        codes = [i for i, level in enumerate(self.levels[column]) if level in wanted]
        return self._of(np.isin(self.codes[column], codes))

    def finite(self) -> "Rows":
        """The rows that have a number."""
        return self._of(np.isfinite(self.values))

    def names(self, column: str) -> tuple[Identity, ...]:
        """The identities in a column, in the order of their first rows.

        Example:
            >>> rows = rows_of([Row("a", "y", 1.0), Row("a", "x", 2.0)], seed=0)
            >>> rows.names("metric")
            ('y', 'x')
        """
        return tuple(identity for (identity,) in self.pairs(column))

    def pairs(self, *columns: str) -> tuple[tuple[Identity, ...], ...]:
        """The identities in several columns, in the order of their first rows.

        Example:
            >>> rows = rows_of([Row("a", "y", 1.0), Row("a", "x", 2.0)], seed=0)
            >>> rows.pairs("part", "metric")
            (('a', 'y'), ('a', 'x'))
        """
        for column in columns:
            check_name(column, COLUMNS, kind="column")
        codes = np.stack([self.codes[column] for column in columns], axis=1)
        found, first = np.unique(codes, axis=0, return_index=True)
        return tuple(
            tuple(self.levels[c][i] for c, i in zip(columns, row, strict=True))
            for row in found[np.argsort(first)].tolist()
        )

    def pivot(
        self, *columns: str, names: Mapping[str, Sequence[Identity]] | None = None
    ) -> Float[np.ndarray, "..."]:
        """An array with an axis for each column: the mean over the rows of each cell.

        The order along an axis is that of `names`; a cell without a row is NaN. Rows
        are summed in order, so that a mean never depends on other cells.

        Args:
            columns: The columns that become axes.
            names: The identities along some axes; rows with others are left out.

        Example:
            >>> curve = [Row("a", "x", 1.0, at=0), Row("a", "x", 5.0, at=1)]
            >>> rows = rows_of(curve, seed=3)
            >>> rows.pivot("seed", "at").tolist()
            [[1.0, 5.0]]
        """
        kept, places = np.ones(len(self), bool), []
        axes = [tuple((names or {}).get(c, self.names(c))) for c in columns]
        for column, axis in zip(columns, axes, strict=True):
            place = {identity: i for i, identity in enumerate(axis)}
            codes = [place.get(level, -1) for level in self.levels[column]]
            found = np.array(codes, np.int64)[self.codes[column]]
            kept &= found >= 0
            places.append(found)
        shape = tuple(len(axis) for axis in axes)
        cells = np.ravel_multi_index([place[kept] for place in places], shape)
        size = int(np.prod(shape))
        sums = np.bincount(cells, weights=self.values[kept], minlength=size)
        counts = np.bincount(cells, minlength=size)
        empty = np.full(size, np.nan)
        return np.divide(sums, counts, out=empty, where=counts > 0).reshape(shape)

    def table(self) -> dict[str, list[Identity]]:
        """Every column as a list, with `value` last, as for a data frame."""
        columns = {
            name: [self.levels[name][code] for code in self.codes[name]]
            for name in COLUMNS
        }
        return {**columns, "value": self.values.tolist()}

    def _of(self, chosen: Bool[np.ndarray, " rows"]) -> "Rows":
        """The rows selected by flags."""
        codes = {column: codes[chosen] for column, codes in self.codes.items()}
        return Rows(self.levels, codes, self.values[chosen])


def rows_of(rows: Iterable[Row], seed: int) -> Rows:
    """The rows of one run as columns."""
    levels: dict[str, dict[tuple[type, Identity], int]] = {c: {} for c in COLUMNS}
    codes: dict[str, list[int]] = {c: [] for c in COLUMNS}
    values = []
    for row in rows:
        fields = {"seed": seed, **row._asdict()}
        values.append(fields.pop("value"))
        for column, identity in fields.items():
            known = levels[column]
            codes[column].append(known.setdefault(_key(identity), len(known)))
    return Rows(
        {c: tuple(identity for _, identity in known) for c, known in levels.items()},
        {c: np.array(numbers, np.int32) for c, numbers in codes.items()},
        np.array(values, np.float64),
    )


def join(parts: Sequence[Rows]) -> Rows:
    """The rows of several runs, concatenated.

    Raises:
        InputError: If there are none.
    """
    if not parts:
        raise InputError("no rows to join", why="at least one run is needed")
    levels, codes = {}, {}
    for column in COLUMNS:
        known: dict[tuple[type, Identity], int] = {}
        numbers = []
        for part in parts:
            new = [known.setdefault(_key(i), len(known)) for i in part.levels[column]]
            numbers.append(np.array(new, np.int32)[part.codes[column]])
        levels[column] = tuple(identity for _, identity in known)
        codes[column] = np.concatenate(numbers)
    return Rows(levels, codes, np.concatenate([part.values for part in parts]))


def _key(identity: Identity) -> tuple[type, Identity]:
    """An identity with its type, as 1, 1.0 and True are different."""
    return type(identity), identity
