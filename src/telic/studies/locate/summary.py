"""The effects of the locate study over seeds: curves, agreement, and the plane."""

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
from telic.studies.differences import Difference, differences
from telic.studies.locate.plane import ACCURACIES, DIFFERENT, SAME
from telic.trials import Faithfulness, first_index_at
from telic.trials.effects import Measured

AT = (0.01, 0.05)
"""The fractions of weights for which the table has the donor's behaviour."""

TOP = 0.01
"""The fraction of weights whose overlap is reported."""

SWITCHES, SEEDS = "switches", "seeds"
"""The comparisons of a method with itself: at another switch, in another seed."""


class Alike(NamedTuple):
    """The agreement of two methods, or of one method with itself, over seeds.

    Attributes:
        correlation: The rank correlation of the loci.
        shared: The fraction of the top that is in both.
    """

    correlation: Measured
    shared: Measured


class MethodScores(NamedTuple):
    """The scores of one method, over seeds.

    Attributes:
        curves: The scores of its curves.
        at: The fraction of the donor's behaviour at each size.
        retention: The retention at the smallest size that carries 90 %.
        seconds: The median over seeds of the least time for one locus.
        again: Its agreement with itself, by `switches` and `seeds`.
        agreement: Its agreement with each method.
    """

    curves: CurveScores
    at: Mapping[float, Measured]
    retention: Measured
    seconds: float
    again: Mapping[str, Alike]
    agreement: Mapping[str, Alike]


class LocateEffects(NamedTuple):
    """The effects of the locate study over seeds.

    Attributes:
        seeds: The seeds that offered a contrast pair.
        runs: The number of runs in the study.
        goals: The number of pairs of all seeds.
        weights: The number of weights of an actor.
        methods: The scores of each method, in order.
        faithful: By method, the fraction of the donor's behaviour, (seeds, sizes).
        sizes: The sizes, as fractions of the weights.
        plane: The measures of the plane, by site.
        beyond: By site, the probe's accuracy on pairs of different goals less that on
            pairs of the same goal: what it tells apart beside two networks.
    """

    seeds: tuple[int, ...]
    runs: int
    goals: int
    weights: int
    methods: dict[str, MethodScores]
    faithful: dict[str, Float[np.ndarray, "seeds sizes"]]
    sizes: Float[np.ndarray, " sizes"]
    plane: dict[str, dict[str, Measured]]
    beyond: dict[str, Difference]


def summarise(rows: Rows) -> LocateEffects:
    """The scores over seeds; the value of a seed is the mean over its pairs.

    Raises:
        InputError: If no run offered a pair.
        LookupError: If the rows do not have the study's form.
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
    plane = _plane(rows.where(part="plane"))
    return LocateEffects(
        seeds=tuple(np.array(goals.names("seed"), int).tolist()),
        runs=len(asked.names("seed")),
        goals=len(goals),
        weights=int(rows.where(part="goal", metric="weights").values[0]),
        methods=_methods(rows, found, every[0].shares),
        faithful=mean_curves(found),
        sizes=every[0].shares,
        plane=plane,
        beyond=differences(
            {
                site: (told[DIFFERENT].values, told[SAME].values)
                for site, told in plane.items()
            }
        ),
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
    """The retention at the smallest size that carries 90 % of the donor's behaviour."""
    return float(curve.retention[first_index_at(curve, MARK)])


def _again(rows: Rows, where: str, method: str) -> Alike:
    """A method's agreement with itself, elsewhere."""
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
    """The values of all seeds, by site and measure."""
    found: dict[str, dict[str, Measured]] = {}
    for site, measure in rows.pairs("condition", "metric"):
        values = _column(rows.where(condition=site, metric=measure))
        told = measured(values, rate=measure in ACCURACIES)
        found.setdefault(str(site), {})[str(measure)] = told
    return found


def _column(rows: Rows) -> Column:
    """One value for each seed: the mean over its trials that are not NaN."""
    if not len(rows):
        return np.zeros(0)
    return seed_means(present(rows.pivot("seed", "trial")))
