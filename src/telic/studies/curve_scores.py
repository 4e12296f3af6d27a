"""Faithfulness curves as rows, and the scores of a method over seeds.

The value of a seed is the mean over its pairs of agents; sizes are averaged as logs.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.stats import Interval, bootstrap, holm, permutation_test
from telic.stats.rows import Identity, Row, Rows
from telic.trials import Faithfulness, cmd, completeness_gap, cpr, sparsity_at
from telic.trials.effects import Measured

MARK = 0.9
"""The fraction of the donor's behaviour at which a locus is said to carry it."""

PART, PARTS = "curve", ("top", "rest", "retention")
"""The part of the rows that hold curves, and the metrics of one curve; each row is at
a fraction of the weights."""

RANDOM = "random"
"""The method that serves as the null of all others."""

Column = Float[np.ndarray, " seeds"]
Columns = Mapping[str, Column]
"""One column for each method."""

Curves = Mapping[str, Sequence[Sequence[Faithfulness]]]
"""By method, the curves of each seed's pairs; a seed may have none."""


class CurveScores(NamedTuple):
    """The scores of one method's curves, over seeds.

    Attributes:
        cpr: The area under the recovered fraction of the donor's behaviour.
        cmd: The area between that fraction and 1.
        size: The size needed for `MARK`: per seed the log10 of the fraction of
            weights; its interval in percent.
        rest: The area under the fraction that remains without the top weights.
        p: The p-value of the null hypothesis that its CPR equals that of random
            weights.
    """

    cpr: Measured
    cmd: Measured
    size: Measured
    rest: Measured
    p: float | None


def rows_of_curve(curve: Faithfulness, trial: Identity, method: str) -> Iterator[Row]:
    """The rows of one curve."""
    for part in PARTS:
        for share, value in zip(curve.shares, getattr(curve, part), strict=True):
            yield Row(PART, part, float(value), trial, method, at=float(share))


def curves(rows: Rows, seeds: Sequence[Identity]) -> Curves:
    """The curves in some rows.

    Raises:
        LookupError: If a metric of the curves is missing.
    """
    kept = rows.where(part=PART)
    if not len(kept):
        return {}
    if lacking := set(PARTS) - set(kept.names("metric")):
        raise LookupError(f"curves lack {' and '.join(sorted(lacking))}")
    shares = np.array(kept.names("at"), np.float64)
    values = kept.pivot(
        *("condition", "seed", "trial", "metric", "at"),
        names={"seed": seeds, "metric": PARTS},
    )
    return {
        str(method): [
            [
                Faithfulness(shares, *parts)
                for parts in seed
                if not np.isnan(parts[0, 0])
            ]
            for seed in found
        ]
        for method, found in zip(kept.names("condition"), values, strict=True)
    }


def mean_curves(
    found: Curves,
) -> dict[str, Float[np.ndarray, "seeds sizes"]]:
    """The mean curve of every seed that has any, by method."""
    return {
        method: np.array(
            [np.mean([c.top for c in seed], axis=0) for seed in seeds if seed]
        )
        for method, seeds in found.items()
    }


def scores(found: Curves) -> dict[str, CurveScores]:
    """The scores of every method."""
    every = {
        name: {
            method: seed_means([[measure(c) for c in seed] for seed in seeds])
            for method, seeds in found.items()
        }
        for name, measure in MEASURES.items()
    }
    p = against_random(every["cpr"]) if RANDOM in found else {}
    return {
        method: CurveScores(
            **{
                name: measured(columns[method], size=name == "size")
                for name, columns in every.items()
            },
            p=p.get(method),
        )
        for method in found
    }


MEASURES = {
    "cpr": cpr,
    "cmd": cmd,
    "size": lambda curve: float(np.log10(sparsity_at(curve, MARK))),
    "rest": completeness_gap,
}
"""The function for each score of one curve; the size is a log10."""


def seed_means(values: Sequence[Sequence[float] | np.ndarray]) -> Column:
    """The mean of each seed's numbers; NaN for a seed that has none."""
    return np.array([np.mean(each) if len(each) else np.nan for each in values])


def present(values: Float[np.ndarray, "seeds trials"]) -> list[np.ndarray]:
    """The values of each seed without the missing ones."""
    return [row[np.isfinite(row)] for row in values]


def measured(values: Column, *, rate: bool = False, size: bool = False) -> Measured:
    """The values of the seeds, with the mean over those that have one.

    Args:
        values: One value for each seed; NaN where there is none.
        rate: Whether they lie in [0, 1].
        size: Whether they are log10 of a fraction; their interval is then in percent.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Measured(values, None)
    bounds = (0.0, 1.0) if rate else (-np.inf, np.inf)
    found = bootstrap(known, np.mean, support=bounds)
    return Measured(values, _in_percent(found) if size else found)


def _in_percent(found: Interval) -> Interval:
    """An interval of log10 fractions as percentages, at most 100."""
    low, high = (None if x is None else _percent(x) for x in (found.low, found.high))
    return dataclasses.replace(
        found, estimate=_percent(found.estimate), low=low, high=high
    )


def _percent(size: float) -> float:
    """A log10 fraction in percent, at most 100."""
    return min(100.0, 100 * 10**size)


def against_random(columns: Columns) -> dict[str, float]:
    """The p-value of each method against the null method, over paired seeds.

    A sign-flip permutation test, corrected by Holm's method over the methods. With
    fewer than six seeds no p-value can be below 0.05. A method that shares no seed with
    the null has none.
    """
    null = columns[RANDOM]
    pairs = {name: each - null for name, each in columns.items() if name != RANDOM}
    gaps = {name: gap[np.isfinite(gap)] for name, gap in pairs.items()}
    p = {name: permutation_test(gap) for name, gap in gaps.items() if len(gap)}
    if not p:
        return {}
    return dict(zip(p, holm(np.array(list(p.values()))).tolist(), strict=True))
