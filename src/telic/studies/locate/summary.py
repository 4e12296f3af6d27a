"""What the locate study found, over seeds: curves, agreement, and the plane."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.stats.rows import Rows
from telic.studies.curve_scores import (
    MARK,
    Column,
    Curves,
    CurveScores,
    curves,
    mean_curves,
    measured,
    present,
    scores,
    seed_means,
)
from telic.studies.locate.plane import ACCURACIES
from telic.trials import Faithfulness, first_index_at
from telic.trials.effects import Measured

AT = (0.01, 0.05)
"""RolloutConfig at which the share of the donor's behaviour is told in the table."""

TOP = 0.01
"""The share of weights of which the overlap is told."""

SWITCHES, SEEDS = "switches", "seeds"
"""Where a method is set beside itself: at another switch, in another seed."""


class Alike(NamedTuple):
    """How alike the loci of two methods, or of one method twice, are over seeds.

    Attributes:
        correlation: Their rank correlation.
        shared: The share of the top that is in both.
    """

    correlation: Measured
    shared: Measured


class MethodScores(NamedTuple):
    """What one method is worth, over seeds.

    Attributes:
        curves: What its curves say.
        at: By size: the share of the donor's behaviour.
        retention: Of the grafts at the first size that carries 90 %.
        seconds: The median over seeds of the least time of one locus.
        again: By `switches` and `seeds`: its agreement with itself.
        agreement: By method: its agreement with that.
    """

    curves: CurveScores
    at: Mapping[float, Measured]
    retention: Measured
    seconds: float
    again: Mapping[str, Alike]
    agreement: Mapping[str, Alike]


class LocateEffects(NamedTuple):
    """What was found.

    Attributes:
        seeds: The seeds that had a goal to be found.
        runs: How many runs were asked.
        goals: How many goals the seeds had together.
        weights: How many weights an actor has.
        methods: The scores of each method, in their order.
        faithful: By method: (seeds, sizes) the share of the donor's behaviour.
        sizes: The sizes.
        plane: By site, by measure.
    """

    seeds: tuple[int, ...]
    runs: int
    goals: int
    weights: int
    methods: dict[str, MethodScores]
    faithful: dict[str, Float[np.ndarray, "seeds sizes"]]
    sizes: Float[np.ndarray, " sizes"]
    plane: dict[str, dict[str, Measured]]


def summarise(rows: Rows) -> LocateEffects:
    """The scores over seeds; a seed's number is the mean over its goals.

    Raises:
        InputError: If no run had a goal to be found.
        LookupError: If the rows are not of the form that the study gives.
    """
    asked, goals = rows.where(part="run"), rows.where(part="goal", metric="gap")
    if not len(goals):
        raise InputError(
            "no goal to be found in any run",
            why="agents are not able enough, or do not differ in what they do",
        )
    rows = rows.among("seed", goals.names("seed"))
    found = curves(rows, goals.names("seed"))
    every = [curve for seeds in found.values() for seed in seeds for curve in seed]
    if not every:
        raise LookupError("no curve of any goal")
    return LocateEffects(
        seeds=tuple(np.array(goals.names("seed"), int).tolist()),
        runs=len(asked.names("seed")),
        goals=len(goals),
        weights=int(rows.where(part="goal", metric="weights").values[0]),
        methods=_methods(rows, found, every[0].shares),
        faithful=mean_curves(found),
        sizes=every[0].shares,
        plane=_plane(rows.where(part="plane")),
    )


def _methods(
    rows: Rows, found: Curves, sizes: Float[np.ndarray, " sizes"]
) -> dict[str, MethodScores]:
    """The scores of every method."""
    times = rows.where(part="locator").pivot("condition", "seed", "trial")
    seconds = np.median(np.nanmin(times, axis=-1), axis=-1)
    alike = rows.where(part="agreement")
    scored, places = scores(found), {s: int(np.argmin(abs(sizes - s))) for s in AT}
    return {
        method: MethodScores(
            scored[method],
            {
                size: measured(
                    seed_means([[c.top[place] for c in each] for each in seeds])
                )
                for size, place in places.items()
            },
            measured(seed_means([[_kept(c) for c in each] for each in seeds])),
            float(seconds[number]),
            {where: _again(alike, where, method) for where in (SWITCHES, SEEDS)},
            {other: _alike(alike.where(condition=(method, other))) for other in found},
        )
        for number, (method, seeds) in enumerate(found.items())
    }


def _kept(curve: Faithfulness) -> float:
    """Retention where 90 % of the donor's behaviour is first there."""
    return float(curve.retention[first_index_at(curve, MARK)])


def _again(rows: Rows, where: str, method: str) -> Alike:
    """A method's agreement with itself elsewhere."""
    own = rows.where(condition=method)
    trials = [t for t in own.names("trial") if isinstance(t, tuple) and t[0] == where]
    return _alike(own.among("trial", trials))


def _alike(rows: Rows) -> Alike:
    """The agreement over seeds, from the rows of one pair of methods."""
    return Alike(
        *(
            measured(_column(rows.where(metric=name)))
            for name in ("correlation", "shared")
        )
    )


def _plane(rows: Rows) -> dict[str, dict[str, Measured]]:
    """By site and measure, one number for each seed."""
    found: dict[str, dict[str, Measured]] = {}
    for site, measure in rows.pairs("condition", "metric"):
        values = _column(rows.where(condition=site, metric=measure))
        told = measured(values, rate=measure in ACCURACIES)
        found.setdefault(str(site), {})[str(measure)] = told
    return found


def _column(rows: Rows) -> Column:
    """One number for each seed: the mean over those of its trials that have one."""
    if not len(rows):
        return np.zeros(0)
    return seed_means(present(rows.pivot("seed", "trial")))
