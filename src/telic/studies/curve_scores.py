"""Faithfulness curves as rows, and what they say of a method over seeds.

A seed's number is the mean over its pairs of agents; sizes are averaged as logarithms.
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
"""The share of the donor's behaviour at which a locus is said to carry it."""

PART, PARTS = "curve", ("top", "rest", "retention")
"""The rows of curves, and the parts of one; they are at shares of the weights."""

RANDOM = "random"
"""The method that is the null of all others."""

Column = Float[np.ndarray, " seeds"]
Columns = Mapping[str, Column]
"""By method."""

Curves = Mapping[str, Sequence[Sequence[Faithfulness]]]
"""By method, for each seed the curves on its pairs; perhaps none."""


class CurveScores(NamedTuple):
    """What the curves of one method say, over seeds.

    Attributes:
        cpr: The area under the share of the donor's behaviour.
        cmd: The area between that share and 1.
        size: The size for `MARK`: of each seed the logarithm of the share of weights,
            its interval in percent.
        rest: The area under the share that is left when the top is taken away.
        p: The p-value that its CPR is no other than that of random weights.
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
    """The curves among some rows.

    Raises:
        LookupError: If a part of them is missing.
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
    """By method, for each seed that has any: the mean share at every size."""
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
"""How each score of one curve is computed; the size as a logarithm to the base 10."""


def seed_means(values: Sequence[Sequence[float] | np.ndarray]) -> Column:
    """The mean of each seed's numbers; NaN for a seed that has none."""
    return np.array([np.mean(each) if len(each) else np.nan for each in values])


def present(values: Float[np.ndarray, "seeds trials"]) -> list[np.ndarray]:
    """The numbers of each seed, without those that are missing."""
    return [row[np.isfinite(row)] for row in values]


def measured(values: Column, *, rate: bool = False, size: bool = False) -> Measured:
    """One number for each seed, and their mean over the seeds that have one.

    Args:
        values: The numbers.
        rate: Whether they lie in [0, 1].
        size: Whether they are logarithms of a share, whose interval is in percent.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return Measured(values, None)
    bounds = (0.0, 1.0) if rate else (-np.inf, np.inf)
    found = bootstrap(known, np.mean, support=bounds)
    return Measured(values, _in_percent(found) if size else found)


def _in_percent(found: Interval) -> Interval:
    """The interval of a logarithm in percent: more than everything cannot be taken."""
    low, high = (None if x is None else _percent(x) for x in (found.low, found.high))
    return dataclasses.replace(
        found, estimate=_percent(found.estimate), low=low, high=high
    )


def _percent(size: float) -> float:
    """The logarithm of a share, in percent."""
    return min(100.0, 100 * 10**size)


def against_random(columns: Columns) -> dict[str, float]:
    """For each method the p-value that its column is no other than the null's.

    Seeds are paired, signs are flipped, and the p-values corrected by Holm's method
    over the methods. With fewer than six seeds none can be small. A method that shares
    no seed with the null has none.
    """
    null = columns[RANDOM]
    pairs = {name: each - null for name, each in columns.items() if name != RANDOM}
    gaps = {name: gap[np.isfinite(gap)] for name, gap in pairs.items()}
    p = {name: permutation_test(gap) for name, gap in gaps.items() if len(gap)}
    if not p:
        return {}
    return dict(zip(p, holm(np.array(list(p.values()))).tolist(), strict=True))
