"""Differences between two measures of the same seeds, at several sites."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple, TypeVar

import numpy as np

from telic.stats import holm, permutation_test
from telic.studies.curve_scores import Column, measured
from telic.trials.effects import Measured
from telic.trials.verdict import ALPHA

Name = TypeVar("Name", bound=Hashable)


class Difference(NamedTuple):
    """A paired difference over seeds.

    Attributes:
        measured: The difference of each seed, and the mean's interval.
        p: By flipping signs, Holm over all differences; None if no seed has one.
    """

    measured: Measured
    p: float | None

    @property
    def more(self) -> bool:
        """True if it is positive by its test and by its interval."""
        found = self.measured.interval
        low = None if found is None else found.low
        return low is not None and low > 0 and self.p is not None and self.p <= ALPHA


def differences(
    pairs: Mapping[Name, tuple[Column, Column]],
) -> dict[Name, Difference]:
    """The first column minus the second, with one correction for all pairs.

    Args:
        pairs: By name, two columns with a value for each seed; NaN where there is none.

    Example:
        >>> ten = np.linspace(0.9, 1.0, 10)
        >>> found = differences({"a": (ten, ten - 0.3), "b": (ten, ten)})
        >>> [(name, each.more, each.p) for name, each in found.items()]
        [('a', True, 0.00390625), ('b', False, 1.0)]
    """
    gaps = {name: first - second for name, (first, second) in pairs.items()}
    p = {
        name: permutation_test(gap[np.isfinite(gap)])
        for name, gap in gaps.items()
        if np.isfinite(gap).any()
    }
    if p:
        p = dict(zip(p, holm(np.array(list(p.values()))).tolist(), strict=True))
    return {name: Difference(measured(gap), p.get(name)) for name, gap in gaps.items()}
