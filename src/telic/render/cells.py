"""Cells of tables: a mean over seeds with its interval; n is in the caption."""

from telic.trials.effects import Measured

NONE = "–"
FINE = 0.02
"""The width below which an interval has three decimals instead of two."""


def cell(measured: Measured | None) -> str:
    """A mean over seeds and its interval; a dash if there is none.

    Example:
        >>> import numpy as np
        >>> from telic.stats import bootstrap
        >>> values = np.array([0.91, 0.95, 0.98, 0.94, 0.96])
        >>> cell(Measured(values, bootstrap(values, np.mean, support=(0.0, 1.0))))
        '0.95 [0.90, 0.98]'
        >>> cell(None)
        '–'
    """
    found = measured.interval if measured else None
    if found is None:
        return NONE
    if found.low is None or found.high is None:
        return f"{found.estimate:.2f}"
    digits = 3 if found.high - found.low < FINE else 2
    told = (f"{x:.{digits}f}" for x in (found.estimate, found.low, found.high))
    return "{} [{}, {}]".format(*told)


def p_value(p: float | None) -> str:
    """A p-value; a dash if nothing was compared.

    Example:
        >>> p_value(0.03125), p_value(0.00002), p_value(None)
        ('0.031', '< 0.001', '–')
    """
    if p is None:
        return NONE
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
