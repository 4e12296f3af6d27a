"""The effects of the held-out study: the same edits by number of trained colours."""

from collections.abc import Mapping, Sequence

from telic.stats.rows import Rows
from telic.studies.retarget.case import (
    CONTRAST,
    GOAL,
    IMITATED,
    INPUT,
    LINEAR,
    LOW_RANK,
    REFIT,
    RELABEL,
)
from telic.studies.retarget.study import BESIDE
from telic.studies.retarget.summary import edited_sites, tables_of
from telic.studies.variants import Comparison, averaged, compare
from telic.trials import Condition, Table

TRAINED: dict[str, tuple[str, ...]] = {
    "colours-2": ("blue", "purple"),
    "colours-3": ("blue", "purple", "green"),
    "colours-4": ("blue", "purple", "green", "red"),
}
"""The objectives of each variant, in turn. To add one: one line."""

HELD_OUT = ("yellow", "grey")
"""The colours that no variant trains: distractors on every board."""

EDITS = (
    Condition(RELABEL, INPUT),
    Condition(GOAL, 1.5),
    Condition(CONTRAST, 1.0),
    Condition(CONTRAST, 1.5),
    Condition(LOW_RANK, LINEAR),
    Condition(REFIT, IMITATED),
)
"""The edits that are compared, at least one per track; fixed before seeing data."""

BOTH = "both"
"""The value for the mean over the held-out colours, in place of a colour."""


def summarise(rows: Mapping[str, Sequence[Rows]]) -> Comparison:
    """The effects over seeds, on boards with the old target and the new colour.

    Args:
        rows: By variant, the rows for each held-out colour in turn.

    Raises:
        InputError: If the seeds of the variants differ.
    """
    tables: dict[Condition, Table] = {}
    for variant, inner in rows.items():
        beside = [tables_of(each)[BESIDE] for each in inner]
        both = averaged(beside)
        for new, table in zip((*HELD_OUT, BOTH), (*beside, both), strict=True):
            tables[Condition(variant, new)] = table
    first = next(iter(rows.values()))[0]
    return compare(tables, EDITS, sites=edited_sites(first))
