"""The verdict on an edit: does it beat every one of its nulls, over seeds?

For each null it has the paired difference over seeds and the p-value of a sign-flip
test; the p-values of one edit's nulls are corrected by Holm's method. An edit beats its
nulls if it is on the right side of all of them and the largest corrected p is at most
0.05. With fewer than six seeds no p can be that small, and the verdict says so.
"""

import dataclasses
from collections.abc import Hashable

import numpy as np

from telic.stats import Interval, holm, paired_difference, permutation_test
from telic.trials.table import Table

ALPHA = 0.05


@dataclasses.dataclass(frozen=True)
class NullComparison:
    """The comparison of an edit with one null.

    Attributes:
        null: The null's name.
        rate: The null's value over seeds.
        difference: Edit minus null, paired by seed.
        p: The two-sided p-value of that difference, uncorrected.
        corrected: The same after Holm's correction over the edit's nulls.
    """

    null: str
    rate: Interval
    difference: Interval
    p: float
    corrected: float


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The verdict on one edit.

    Attributes:
        edit: Its name or condition.
        measure: The measure.
        rate: The edit's value over seeds.
        against: The comparison with each null.
        more: Whether the edit should raise the measure, rather than lower it.
    """

    edit: Hashable
    measure: str
    rate: Interval
    against: tuple[NullComparison, ...]
    more: bool = True

    @property
    def strongest(self) -> NullComparison:
        """The null that comes closest to the edit."""
        sign = 1 if self.more else -1
        return min(self.against, key=lambda a: sign * a.difference.estimate)

    @property
    def beats_all(self) -> bool:
        """True if it beats every null, after correction."""
        sign = 1 if self.more else -1
        return all(
            sign * a.difference.estimate > 0 and a.corrected <= ALPHA
            for a in self.against
        )

    @property
    def summary(self) -> str:
        """The verdict in words."""
        if self.beats_all:
            return "beats all nulls"
        sign = 1 if self.more else -1
        if all(sign * a.difference.estimate > 0 for a in self.against):
            seeds = min(a.difference.n for a in self.against)
            smallest = 2 ** (1 - seeds) * len(self.against)
            if smallest > ALPHA:
                side = "above" if self.more else "below"
                return f"{side} all nulls; {seeds} seeds are too few to tell"
        worst = [
            a.null
            for a in self.against
            if a.corrected > ALPHA or sign * a.difference.estimate <= 0
        ]
        return f"null: no better than {', '.join(worst)}"


def verdict(
    table: Table, edit: Hashable, measure: str, *, more: bool = True
) -> Verdict:
    """The verdict on one edit of a table.

    Args:
        table: The trial over seeds; seeds without a value are left out of a row.
        edit: The edit's name or condition.
        measure: The measure that it should move.
        more: Whether it should raise it.

    Raises:
        InputError: If the table has no such edit or measure.
    """
    names = table.nulls(edit)
    mine = table.values_of(measure, edit)
    found = []
    for null in names:
        theirs = table.values_of(measure, edit, null)
        both = np.isfinite(mine) & np.isfinite(theirs)
        difference = paired_difference(mine[both], theirs[both])
        p = permutation_test(mine[both] - theirs[both])
        found.append((null, table.interval(measure, edit, null), difference, p))
    corrected = holm(np.array([p for *_, p in found]))
    against = tuple(
        NullComparison(null, rate, difference, p, float(q))
        for (null, rate, difference, p), q in zip(found, corrected, strict=True)
    )
    return Verdict(edit, measure, table.interval(measure, edit), against, more)
