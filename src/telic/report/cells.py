"""Cells: a number over seeds as a table shows it, its n in the caption."""

import numpy as np

from telic.studies.scores import Column, interval

NONE = "–"
FINE = 0.02
"""An interval narrower than this is told with three decimals, others with two."""


def cell(values: Column | None, *, rate: bool = False, size: bool = False) -> str:
    """The mean and its interval; a dash where there is no number.

    Args:
        values: One number for each seed.
        rate: Whether it lies in [0, 1].
        size: Whether it is the logarithm of a share, to be told in percent.

    Example:
        >>> cell(np.array([0.91, 0.95, 0.98, 0.94, 0.96]), rate=True)
        '0.95 [0.92, 0.98]'
        >>> cell(None)
        '–'
    """
    found = None if values is None else interval(values, rate=rate, size=size)
    if found is None:
        return NONE
    if found.low is None or found.high is None:
        return f"{found.estimate:.2f}"
    digits = 3 if found.high - found.low < FINE else 2
    told = (f"{x:.{digits}f}" for x in (found.estimate, found.low, found.high))
    return "{} [{}, {}]".format(*told)


def seconds(values: Column) -> str:
    """A time.

    Example:
        >>> seconds(np.array([0.0123, 0.0125]))
        '0.012'
    """
    return f"{np.nanmedian(values):.3f}"
