"""Choosing a strength without looking: for each seed, the one best on the others.

The best of several strengths, chosen on the very seeds on which it is then reported,
flatters itself. Leaving each seed out of its own choice does not.
"""

import dataclasses
from collections.abc import Hashable, Sequence

import numpy as np

from telic.core.errors import InputError
from telic.trials.table import Table


def choose_on_others(
    table: Table, edits: Sequence[Hashable], measure: str, *, name: Hashable
) -> Table:
    """The table with one more edit: in each seed, that of a family best in the others.

    Its nulls are those of the edit that was chosen, so far as all of the family have
    them.

    Args:
        table: The trial over seeds.
        edits: The family, such as one vector at several strengths.
        measure: What is to be high.
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
