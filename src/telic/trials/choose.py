"""Unbiased choice of a strength: for each seed, the best on the other seeds.

A strength chosen on the same seeds on which it is reported gives a biased result.
Leaving each seed out of its own choice avoids that.
"""

import dataclasses
from collections.abc import Hashable, Sequence

import numpy as np

from telic.core.errors import InputError
from telic.trials.table import Table


def choose_on_others(
    table: Table, edits: Sequence[Hashable], measure: str, *, name: Hashable
) -> Table:
    """The table with one more edit: in each seed, the best on the others.

    Its nulls are those of the chosen edit, if all edits of the family have them.

    Args:
        table: The trial over seeds.
        edits: The family, such as one vector at several strengths.
        measure: The measure to maximise.
        name: The name or condition of the new edit.

    Raises:
        InputError: If there are fewer than two seeds, or no edits.

    Example:
        >>> rows = (("a", ""), ("a", "n"), ("b", ""), ("b", "n"))
        >>> values = np.array([[0.5, 0.5], [0, 0], [0.9, 0.8], [0, 0]])[:, :, None]
        >>> table = Table((0, 1), rows, ("rate",), values)
        >>> found = choose_on_others(table, ["a", "b"], "rate", name="best")
        >>> found.values_of("rate", "best").tolist()
        [0.9, 0.8]
    """
    if len(table.seeds) < 2 or not edits:
        raise InputError(
            f"choosing among {len(edits)} edits on {len(table.seeds)} seeds",
            why="at least one edit and two seeds are needed",
        )
    scores = np.array([table.values_of(measure, edit) for edit in edits])
    chosen = [
        edits[int(np.nanmean(np.delete(scores, seed, axis=1), axis=1).argmax())]
        for seed in range(len(table.seeds))
    ]
    shared = [
        n for n in table.nulls(edits[0]) if all(n in table.nulls(e) for e in edits)
    ]
    rows = [(name, null) for null in ("", *shared)]
    values = [
        [table.values[table.rows.index((e, null)), s] for s, e in enumerate(chosen)]
        for _, null in rows
    ]
    return dataclasses.replace(
        table,
        rows=(*table.rows, *rows),
        values=np.concatenate([table.values, np.array(values)]),
    )
