"""Scores of locators over seeds: one number for each seed, method and measure.

A seed's number is the mean over its pairs of agents; sizes are averaged as logarithms.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from telic.core.errors import DamagedError
from telic.stats import Interval, bootstrap, holm, permutation_test
from telic.trials import Faithfulness, cmd, cpr, incompleteness, size_for

MARK = 0.9
"""The share of the donor's behaviour at which a locus is said to carry it."""

CURVE = {
    "cpr": "CPR",
    "cmd": "CMD",
    "size": "size for 90 % (% of weights)",
    "rest": "left when taken away",
}
"""What is told of faithfulness curves."""

Column = Float[np.ndarray, " seeds"]
Columns = dict[str, Column]
"""By method."""


def curve_of(stored: Mapping[str, Sequence[float]]) -> Faithfulness:
    """A stored faithfulness curve.

    Raises:
        DamagedError: If a part is missing.
    """
    try:
        return Faithfulness(*(np.array(stored[f]) for f in Faithfulness._fields))
    except KeyError as error:
        raise DamagedError(f"a stored curve lacks {error}") from error


def summary(curve: Faithfulness) -> dict[str, float]:
    """The numbers of `CURVE`; the size as a logarithm to the base 10."""
    return {
        "cpr": cpr(curve),
        "cmd": cmd(curve),
        "size": float(np.log10(size_for(curve, MARK))),
        "rest": incompleteness(curve),
    }


def column(values: Sequence[Sequence[float]]) -> Column:
    """The mean of each seed's numbers; NaN for a seed that has none."""
    return np.array([np.mean(each) if len(each) else np.nan for each in values])


def interval(
    values: Column, *, rate: bool = False, size: bool = False
) -> Interval | None:
    """The mean over the seeds that have a number; None if none has.

    Args:
        values: One number for each seed.
        rate: Whether it lies in [0, 1].
        size: Whether it is the logarithm of a share, to be told in percent.
    """
    present = values[np.isfinite(values)]
    if not len(present):
        return None
    bounds = (0.0, 1.0) if rate else (-np.inf, np.inf)
    found = bootstrap(present, np.mean, support=bounds)
    if not size:
        return found
    ends = (found.low, found.high)
    low, high = (None if x is None else _percent(x) for x in ends)
    estimate = _percent(found.estimate)
    return Interval(estimate, low, high, found.n, found.method, found.level)


def _percent(size: float) -> float:
    """The logarithm of a share, in percent: more than everything cannot be taken."""
    return min(100.0, 100 * 10**size)


def against_random(columns: Columns, null: str = "random") -> dict[str, float]:
    """For each method the p-value that its column is no other than the null's.

    Seeds are paired, signs are flipped, and the p-values corrected by Holm's method
    over the methods. With fewer than six seeds none can be small. A method that shares
    no seed with the null has none.
    """
    pairs = {name: columns[name] - columns[null] for name in columns if name != null}
    gaps = {name: gap[np.isfinite(gap)] for name, gap in pairs.items()}
    p = {name: permutation_test(gap) for name, gap in gaps.items() if len(gap)}
    if not p:
        return {}
    return dict(zip(p, holm(np.array(list(p.values()))).tolist(), strict=True))


def together(answers: Sequence[Any], methods: Sequence[str], pick: Any) -> Columns:
    """A column for each method.

    Args:
        answers: What was stored, seed by seed.
        methods: The methods.
        pick: From an answer and a method, the numbers of that seed.
    """
    return {
        name: column([pick(answer, name) for answer in answers]) for name in methods
    }
