"""A curve over seeds: estimate, interval, n and every seed, at each point.

The estimate is the interquartile mean of the seeds. A seed without a value at a point
(no episode was completed) is left out there, and not counted in n.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int

from telic.stats import Interval, bootstrap, bootstrap_curve

Support = tuple[float, float]

RATES: Support = (0.0, 1.0)
"""The range of a rate per episode of an event that ends the episode."""


class Curve(NamedTuple):
    """The values of many seeds at each point (a rollout, or a phase), summarised.

    Attributes:
        estimate: The interquartile mean; the mean with fewer than four seeds.
        low: Lower end of the 95 percent interval; NaN with fewer than four seeds.
        high: Upper end, likewise.
        n: The number of seeds with a value at the point.
        values: The value of each seed; NaN if missing.
    """

    estimate: Float[np.ndarray, " points"]
    low: Float[np.ndarray, " points"]
    high: Float[np.ndarray, " points"]
    n: Int[np.ndarray, " points"]
    values: Float[np.ndarray, "seeds points"]


def over_seeds(values: Float[np.ndarray, "seeds points"], support: Support) -> Curve:
    """A curve from the values of each seed.

    Args:
        values: One row per seed, in any unit; NaN for a missing value.
        support: The range that the values can take, in the same unit.

    Example:
        >>> values = np.array([[0.0, np.nan], [1.0, 0.6], [1.0, 0.8], [1.0, 0.7]])
        >>> over_seeds(values, (0.0, 1.0)).n.tolist()
        [4, 3]
    """
    present = np.isfinite(values)
    estimate, low, high = np.full((3, values.shape[1]), np.nan)
    # Points with the same missing seeds are resampled together, usually all at once.
    for seeds in np.unique(present, axis=1).T:
        if seeds.any():
            points = _where(present, seeds)
            band = bootstrap_curve(values[np.ix_(seeds, points)], support=support)
            estimate[points], low[points], high[points] = band
    return Curve(estimate, low, high, present.sum(axis=0), values)


def interval(values: Float[np.ndarray, " seeds"], support: Support) -> Interval | None:
    """The interquartile mean of one number per seed; None if no seed has it.

    Example:
        >>> print(interval(np.array([0.9, np.nan]), (0.0, 1.0)))
        0.90 (n=1, points only)
    """
    present = values[np.isfinite(values)]
    return bootstrap(present, support=support) if len(present) else None


def _where(
    present: Bool[np.ndarray, "seeds points"], seeds: Bool[np.ndarray, " seeds"]
) -> Bool[np.ndarray, " points"]:
    """The points at which exactly these seeds have a value."""
    return (present == seeds[:, None]).all(axis=0)
