"""The effects of the recipes study: the same edits, recipe by recipe."""

from collections.abc import Mapping, Sequence

from telic.stats.rows import Rows
from telic.studies.splice.edits import GRAFT, LAYERS, MEAN, RANK
from telic.studies.tables import table_of
from telic.studies.variants import Comparison, compare
from telic.trials import Condition

EDITS = (
    Condition(LAYERS, "0"),
    Condition(LAYERS, "0+1"),
    Condition(LAYERS, "1+2+3"),
    Condition(GRAFT, 5.0),
    Condition(RANK, 1.0),
    Condition(RANK, 4.0),
    Condition(MEAN, 1.5),
)
"""The edits that are compared across recipes; fixed before the data were seen."""


def summarise(rows: Mapping[str, Sequence[Rows]]) -> Comparison:
    """The effects over seeds; the value of a seed is the mean over its switches.

    Raises:
        InputError: If the seeds of the recipes differ.
    """
    return compare(
        {
            recipe: table_of(spliced.where(part="trial"))
            for recipe, (spliced,) in rows.items()
        },
        EDITS,
    )
