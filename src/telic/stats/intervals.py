"""An interval: an estimate, its uncertainty, and its number of seeds.

Every number that telic reports is one of these. A count of successes over independent
trials gets a Wilson interval, which stays inside [0, 1] and has a width at 0 and at 1,
where the textbook interval has none. `resampling` is for values measured once per seed.
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from telic.core.errors import InputError
from telic.stats.checks import check_count, check_fraction


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        estimate: The estimate, in the unit of the values.
        low: The lower end in the same unit, or None if there are too few values.
        high: The upper end in the same unit, or None.
        n: The number of seeds or trials.
        method: The method: "wilson" or "bootstrap".
        level: Coverage aimed at, strictly between 0 and 1.

    Example:
        >>> print(Interval(0.95, 0.93, 0.97, n=10, method="bootstrap", level=0.95))
        0.95 [0.93, 0.97] (n=10)
        >>> print(Interval(0.95, None, None, n=2, method="bootstrap", level=0.95))
        0.95 (n=2, points only)
    """

    estimate: float
    low: float | None
    high: float | None
    n: int
    method: str
    level: float

    def __str__(self) -> str:
        """Two decimals, or more if the interval is narrow."""
        if self.low is None or self.high is None:
            digits = _decimals(abs(self.estimate))
            return f"{self.estimate:.{digits}f} (n={self.n}, points only)"
        digits = _decimals((self.high - self.low) / 2)
        low, high = f"{self.low:.{digits}f}", f"{self.high:.{digits}f}"
        return f"{self.estimate:.{digits}f} [{low}, {high}] (n={self.n})"


def wilson(
    successes: int | np.integer, trials: int | np.integer, *, level: float = 0.95
) -> Interval:
    """The rate of successes and its Wilson score interval.

    The trials must be independent: episodes of one agent are, episodes pooled over
    seeds are not. For those, take one rate per seed and use `bootstrap`.

    Args:
        successes: The number of successes, from 0 to `trials`.
        trials: The number of trials, 1 or more.
        level: Coverage aimed at, strictly between 0 and 1.

    Returns:
        The interval of the rate, inside [0, 1].

    Raises:
        InputError: If a count or the level is out of range.

    Example:
        >>> print(wilson(95, 100))
        0.95 [0.89, 0.98] (n=100)

    Reference:
        Wilson (1927). Probable inference, the law of succession, and statistical
        inference. Journal of the American Statistical Association 22, 209-212.
    """
    check_fraction(level, "level")
    k, n = int(successes), check_count(int(trials), "trials")
    if not 0 <= k <= n:
        raise InputError(
            f"there are {k} successes in {n} trials",
            why=f"successes lie between 0 and the number of trials, {n}",
            fix="check the order: wilson(successes, trials)",
        )
    ends = scipy.stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return Interval(k / n, float(ends.low), float(ends.high), n, "wilson", level)


def _decimals(scale: float) -> int:
    """The decimals that show one significant digit of a scale, at least two."""
    return 2 if scale == 0 else max(2, -math.floor(math.log10(scale)))
