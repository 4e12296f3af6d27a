"""Conversions between trials, rows, and tables of trials."""

from collections.abc import Iterator, Sequence

import numpy as np

from telic.stats.rows import Identity, Row, Rows
from telic.trials import Condition, Result, Table

SIZE = ("parameters", "norm")
"""The measures of an edit itself, kept beside those of the edited agent."""


def rows_of_trial(
    results: Sequence[Result], trial: Identity, *, part: str = "trial"
) -> Iterator[Row]:
    """The rows of one trial: every measure of every edit and null.

    Args:
        results: The trial; its edits are names or conditions.
        trial: The identity of the trial.
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

    Each entry is the mean over those of a seed's trials that have the row and a number
    for it: a score may be undefined in one trial, as where two agents hardly differ.

    Raises:
        InputError: If an edit has no null.
    """
    pairs = rows.pairs("condition", "null")
    names = {axis: rows.names(axis) for axis in ("condition", "null", "seed", "metric")}
    edits, nulls = names["condition"], names["null"]
    values = rows.finite().pivot(*names, names=names)
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
    """The condition of a row's identity; a plain name is returned as a string."""
    if not isinstance(identity, tuple):
        return str(identity)
    group, value = identity
    assert isinstance(value, str | int | float)
    return Condition(str(group), value)
