"""Tables of trials made by hand: what each row has is known."""

from collections.abc import Hashable, Mapping, Sequence

import numpy as np

from telic.trials import Condition, Table
from telic.trials.trial import DONOR, UNEDITED

NULLS = ("gaussian", "signs")
MEASURES = ("new", "old", "length", "parameters", "norm")

DOSES = tuple(Condition("mean", x) for x in (-1.0, 0.5, 1.0, 2.0))
GRAFTS = tuple(Condition("graft", x) for x in (0.1, 1.0, 10.0, 50.0))
LAYERS = tuple(Condition("layers", x) for x in ("0", "1", "0+1", "2"))
EDITS = (*DOSES, *GRAFTS, *LAYERS)

Row = tuple[Hashable, str]


def made(
    edits: Sequence[Hashable] = EDITS,
    *,
    seeds: int = 8,
    nulls: Sequence[str] = NULLS,
    donor: bool = True,
    missing: Sequence[tuple[int, Row]] = (),
    values: Mapping[Row, float] | None = None,
) -> Table:
    """A table in which edits have 0.8 and nulls 0.1 to 0.2, but for the seeds' luck.

    The last null is the stronger one.

    Args:
        edits: The edits.
        seeds: How many seeds.
        nulls: The nulls of every edit.
        donor: Whether there is a donor.
        missing: The seeds that lack a row.
        values: The share of the new colour in some rows, instead.
    """
    rows: list[Row] = [(UNEDITED, ""), *([(DONOR, "")] if donor else [])]
    rows += [(edit, null) for edit in edits for null in ("", *nulls)]
    luck = np.linspace(-0.02, 0.02, seeds)
    table = np.empty((len(rows), seeds, len(MEASURES)))
    for at, row in enumerate(rows):
        rate = (values or {}).get(row, _rate(row, nulls)) + luck
        touched = (0.0, 0.0) if row[0] == UNEDITED else (1200.0, 2.5)
        many = np.repeat([touched], seeds, axis=0)
        table[at] = np.stack([rate, 1 - rate, 10 + 20 * rate, *many.T], axis=1)
    for seed, row in missing:
        table[rows.index(row), seed] = np.nan
    return Table(tuple(range(seeds)), tuple(rows), MEASURES, table)


def _rate(row: Row, nulls: Sequence[str]) -> float:
    if row[1]:
        return 0.1 + 0.1 * (row[1] == nulls[-1])
    return {UNEDITED: 0.05, DONOR: 0.95}.get(str(row[0]), 0.8)
