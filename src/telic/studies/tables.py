"""Trials as rows, and rows as the tables of trials: both ways, in one place."""

from collections.abc import Iterator, Sequence

import numpy as np

from telic.stats.rows import Identity, Row, Rows
from telic.trials import Condition, Result, Table

SIZE = ("parameters", "norm")
"""What is kept of an edit itself, beside what its agent did."""


def rows_of_trial(
    results: Sequence[Result], trial: Identity, *, part: str = "trial"
) -> Iterator[Row]:
    """The rows of one trial: every measure of every edit and null.

    Args:
        results: The trial; its edits are named, or are conditions.
        trial: Which trial it is.
        part: The part of the study that it belongs to.
    """
    for result in results:
        edit = result.edit
        condition = tuple(edit) if isinstance(edit, Condition) else str(edit)
        sizes = {name: getattr(result, name) for name in SIZE}
        for metric, value in (result.rates | sizes).items():
            yield Row(part, metric, float(value), trial, condition, result.null)


def table_of(rows: Rows) -> Table:
    """The table of some trials over seeds.

    Each number is the mean over those of a seed's trials that have the row.

    Raises:
        InputError: If an edit stands without a null.
    """
    edits, nulls = rows.names("condition"), rows.names("null")
    pairs = rows.pairs("condition", "null")
    values = rows.pivot("condition", "null", "seed", "metric")
    seeds = np.array(rows.names("seed"), int)
    return Table(
        tuple(seeds.tolist()),
        tuple((condition_of(edit), str(null)) for edit, null in pairs),
        tuple(map(str, rows.names("metric"))),
        values[
            [edits.index(edit) for edit, _ in pairs],
            [nulls.index(null) for _, null in pairs],
        ],
    )


def condition_of(identity: Identity) -> Condition | str:
    """A condition from the identity of a row; a name stays one."""
    if not isinstance(identity, tuple):
        return str(identity)
    group, value = identity
    assert isinstance(value, str | int | float)
    return Condition(str(group), value)
