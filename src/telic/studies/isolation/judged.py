"""What a vector does at coefficient -1 or 1: every judged measure beside its nulls.

A measure may be undefined for an agent: one that never lands has no fuel per landing.
Its seed is left out of that cell alone, and the cell keeps which seeds it lacks.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from telic.stats import Interval, paired_difference
from telic.studies.isolation.edits import DOSES
from telic.studies.isolation.metrics import WorldMetrics
from telic.trials import Condition, Effect, Table, effects
from telic.trials.trial import UNEDITED

COEFFICIENTS = (-1.0, 1.0)
"""The whole vector, subtracted and added."""

Seeds = tuple[int, ...]


class Change(NamedTuple):
    """The change of one measure by an edit.

    Attributes:
        measure: The measure.
        change: The paired change from the unedited agent; None if no seed has both.
        effect: The edited agent's value beside the nulls; None if a null shares no seed
            with it.
        missing: The seeds whose edited agent lacks the measure.
        null_missing: By null, the seeds that lack it.
    """

    measure: str
    change: Interval | None
    effect: Effect | None
    missing: Seeds
    null_missing: dict[str, Seeds]


class VectorEffects(NamedTuple):
    """The changes by one vector at one coefficient.

    Attributes:
        judged: The changes of the measures of `WorldMetrics.judged`.
        kept: The change of the measure that should stay the same.
    """

    judged: tuple[Change, ...]
    kept: Change


def whole_vectors(
    found: Table, metrics: WorldMetrics
) -> dict[Condition, VectorEffects]:
    """The changes by every vector, subtracted and added, of those that were tried.

    Args:
        found: The trial over seeds.
        metrics: The measures; subtracting should raise those that are judged.
    """
    wanted = [Condition(name, s) for name in DOSES for s in COEFFICIENTS]
    return {
        edit: VectorEffects(
            tuple(_change(found, each, edit) for each in metrics.judged),
            _change(found, metrics.kept, edit),
        )
        for edit in wanted
        if edit in found.edits
    }


def _change(found: Table, measure: str, edit: Condition) -> Change:
    """The change of one measure by one edit."""
    mine, none = (found.values_of(measure, each) for each in (edit, UNEDITED))
    nulls = {null: found.values_of(measure, edit, null) for null in found.nulls(edit)}
    both = np.isfinite(mine) & np.isfinite(none)
    judged = all(np.isfinite(mine + null).any() for null in nulls.values())
    more = float(edit.value) < 0
    return Change(
        measure,
        paired_difference(mine[both], none[both]) if both.any() else None,
        effects(found, [edit], measure=measure, more=more)[edit] if judged else None,
        _missing(found.seeds, mine),
        {null: _missing(found.seeds, values) for null, values in nulls.items()},
    )


def _missing(seeds: Seeds, values: Iterable[float]) -> Seeds:
    """The seeds without a number."""
    return tuple(
        seed
        for seed, value in zip(seeds, values, strict=True)
        if not np.isfinite(value)
    )
