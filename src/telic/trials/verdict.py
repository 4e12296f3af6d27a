"""The verdict on an edit: does it beat every one of its nulls, over seeds?

For each null it has the paired difference over seeds, its interval, and the p-value of
a sign-flip test; the p-values of one edit's nulls are corrected by Holm's method. An
edit beats a null if the difference is on the right side, its corrected p is at most
0.05 *and* its interval leaves 0 out. The test alone asks whether signs agree: where one
seed in nine is fragile, they may, and the mean still says nothing. With fewer than six
seeds no p can be small enough, and the verdict says so.
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
        right: The number of seeds in which the edit is on the right side of it.
    """

    null: str
    rate: Interval
    difference: Interval
    p: float
    corrected: float
    right: int

    def beaten(self, *, more: bool = True) -> bool:
        """True if an edit that should raise its measure (or lower it) beats it."""
        low, high = self.difference.low, self.difference.high
        if low is None or high is None or self.corrected > ALPHA:
            return False
        return low > 0 if more else high < 0


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
        """True if it beats every null: by the corrected test and by the interval."""
        return all(a.beaten(more=self.more) for a in self.against)

    @property
    def summary(self) -> str:
        """The verdict in words."""
        if self.beats_all:
            fewest = min(self.against, key=lambda a: a.right / a.difference.n)
            return f"beats all nulls, in {_of(fewest.right, fewest.difference.n)} seeds"
        sign = 1 if self.more else -1
        if all(sign * a.difference.estimate > 0 for a in self.against):
            seeds = min(a.difference.n for a in self.against)
            smallest = 2 ** (1 - seeds) * len(self.against)
            if smallest > ALPHA:
                side = "above" if self.more else "below"
                return f"{side} all nulls; {seeds} seeds are too few to tell"
        worst = [a.null for a in self.against if not a.beaten(more=self.more)]
        return f"null: not shown to beat {', '.join(worst)}"


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
        right = int(((mine > theirs) if more else (mine < theirs))[both].sum())
        found.append((null, table.interval(measure, edit, null), difference, p, right))
    corrected = holm(np.array([p for *_, p, _ in found]))
    against = tuple(
        NullComparison(null, rate, difference, p, float(q), right)
        for (null, rate, difference, p, right), q in zip(found, corrected, strict=True)
    )
    return Verdict(edit, measure, table.interval(measure, edit), against, more)


def _of(some: int, every: int) -> str:
    """A count of seeds in words.

    Example:
        >>> _of(10, 10), _of(9, 10)
        ('all 10', '9 of 10')
    """
    return f"all {every}" if some == every else f"{some} of {every}"
