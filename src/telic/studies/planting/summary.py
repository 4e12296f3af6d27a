"""The effects of the planting study over seeds: hits, decoys and false alarms."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from telic.planted import DECOYS, NONE, ONE_RUN, RUNGS, TWINS
from telic.stats.rows import Identity, Rows, join
from telic.studies.curve_scores import (
    RANDOM,
    CurveScores,
    curves,
    mean_curves,
    measured,
    present,
    scores,
    seed_means,
)
from telic.studies.planting.agents import AGENTS, Pairs, over_pairs, pairs_of_rung
from telic.trials.effects import Measured

CHANCE = "fraction of true weights"
"""The metric of a pair that a blind ranking has as its precision."""

WITHOUT = {NONE: "trained on", TWINS: "branches", ONE_RUN: "branches"}
"""By rung without a goal, the one that it is judged beside. The first two match it in
all but the goal; the last is natural, and its agents are nearer to each other."""

SENSITIVITY = 0.95

REFERENCES = ("first layer", RANDOM, "oracle")
"""Reference methods, left out of rankings: given the answer, or uninformed."""

ByRung = Mapping[str, Measured]


class PlantedScores(NamedTuple):
    """The scores of one method, over seeds.

    Attributes:
        weights: AUROC over weights, by rung.
        average: Average precision over weights, by rung.
        precision: The precision at the true number of weights, by rung.
        units: AUROC over units, by rung.
        unit_average: Average precision over units, by rung.
        unit_precision: The precision at the true number of units, by rung.
        decoys: The fraction of decoys among as many top weights, by rung.
        false: The false-alarm rate on pairs without a goal, by rung.
        curves: The scores of its curves.
        seconds: The median time for one locus.
    """

    weights: ByRung
    average: ByRung
    precision: ByRung
    units: ByRung
    unit_average: ByRung
    unit_precision: ByRung
    decoys: ByRung
    false: ByRung
    curves: CurveScores
    seconds: float


class PlantingEffects(NamedTuple):
    """The effects of the planting study over seeds.

    Attributes:
        seeds: The seeds.
        rungs: The rungs with a goal, in the order of the ladder.
        pairs: What the agents of each rung do, those without a goal included.
        agents: The number of different agents in them.
        chance: The fraction of the weights that hold the goal, by rung.
        methods: The scores of each method, in order.
        faithful: By rung and method, the fraction of the donor's behaviour, (seeds,
            sizes).
        sizes: The sizes, as fractions of the weights.
    """

    seeds: tuple[int, ...]
    rungs: tuple[str, ...]
    pairs: dict[str, Pairs]
    agents: int
    chance: dict[str, Measured]
    methods: dict[str, PlantedScores]
    faithful: dict[str, dict[str, Float[np.ndarray, "seeds sizes"]]]
    sizes: Float[np.ndarray, " sizes"]


class _Scores(NamedTuple):
    """The scores of all locators on all pairs of all seeds; NaN where there is none."""

    rungs: np.ndarray
    methods: tuple[str, ...]
    metrics: tuple[str, ...]
    values: Float[np.ndarray, "methods metrics seeds pairs"]

    def of(self, method: str, metric: str, rung: str | None = None) -> list[np.ndarray]:
        """For each seed, the scores of one method, without missing ones."""
        if metric not in self.metrics:
            return [np.zeros(0)] * self.values.shape[2]
        found = self.values[self.methods.index(method), self.metrics.index(metric)]
        return present(found if rung is None else found[:, self.rungs == rung])


def summarise(variants: Sequence[Rows]) -> PlantingEffects:
    """The scores over seeds, all variants pooled.

    Raises:
        LookupError: If the rows do not have the study's form.
    """
    rows = join(variants)
    seeds = variants[0].names("seed")
    every = _every(rows.where(part="locator"), seeds)
    rungs = tuple(rung for rung in RUNGS if rung in every.rungs)
    if not rungs:
        raise LookupError("no locator was asked about a planted goal")
    with_goal = [t for t in rows.names("trial") if _rung(t) in RUNGS]
    found = curves(rows.among("trial", with_goal), seeds)
    drawn = {rung: mean_curves(curves(_among(rows, rung), seeds)) for rung in rungs}
    return PlantingEffects(
        seeds=tuple(np.array(seeds, int).tolist()),
        rungs=rungs,
        pairs={
            rung: pairs_of_rung(_among(rows, rung), seeds)
            for rung in (*rungs, *DECOYS, *WITHOUT)
        },
        agents=len(rows.where(part=AGENTS).names("condition")),
        chance={
            rung: over_pairs(_among(rows.where(metric=CHANCE), rung), seeds)
            for rung in rungs
        },
        methods=_methods(every, rungs, scores(found)),
        faithful={rung: each for rung, each in drawn.items() if each},
        sizes=next(
            (c.shares for each in found.values() for seed in each for c in seed),
            np.zeros(0),  # no pair qualified for a curve
        ),
    )


def _among(rows: Rows, rung: str) -> Rows:
    """The rows of the pairs of one rung."""
    return rows.among("trial", [t for t in rows.names("trial") if _rung(t) == rung])


def _rung(trial: Identity) -> Identity:
    """The rung of a pair: the first entry of its identity."""
    return trial[0] if isinstance(trial, tuple) and trial else None


def _every(rows: Rows, seeds: Sequence[Identity]) -> _Scores:
    """The scores as one array."""
    values = rows.pivot("condition", "metric", "seed", "trial", names={"seed": seeds})
    return _Scores(
        np.array([_rung(trial) for trial in rows.names("trial")]),
        tuple(map(str, rows.names("condition"))),
        tuple(map(str, rows.names("metric"))),
        values,
    )


METRICS = (
    *("weights", "average", "precision"),
    *("units", "unit_average", "unit_precision"),
)
"""The metrics of a locator against the truth; fields of `PlantedScores`."""


def _methods(
    every: _Scores, rungs: Sequence[str], curved: Mapping[str, CurveScores]
) -> dict[str, PlantedScores]:
    """The scores of every method."""

    def by_rung(method: str, metric: str, names: Sequence[str]) -> ByRung:
        return {
            rung: measured(seed_means(every.of(method, metric, rung)), rate=True)
            for rung in names
        }

    blank = measured(seed_means([()] * every.values.shape[2]))
    nothing = CurveScores(blank, blank, blank, blank, None)
    return {
        method: PlantedScores(
            **{metric: by_rung(method, metric, rungs) for metric in METRICS},
            decoys=by_rung(method, "decoys", DECOYS),
            false={rung: _false(every, method, rung) for rung in WITHOUT},
            curves=curved.get(method, nothing),
            seconds=_seconds(every.of(method, "seconds")),
        )
        for method in every.methods
    }


def _false(every: _Scores, method: str, rung: str) -> Measured:
    """The false-alarm rate of a method on the pairs of a rung without a goal.

    A false alarm is a strength above the threshold that 95 of 100 pairs with a goal
    exceed; those pairs were made alike, from the runs of the *other* seeds.
    """
    there = every.of(method, "strength", WITHOUT[rung])
    alarms = [
        _alarms(nothing, np.concatenate([*there[:seed], *there[seed + 1 :], []]))
        for seed, nothing in enumerate(every.of(method, "strength", rung))
    ]
    return measured(seed_means(alarms), rate=True)


def _alarms(
    nothing: Float[np.ndarray, " pairs"], there: Float[np.ndarray, " others"]
) -> Bool[np.ndarray, " alarms"]:
    """For each pair without a goal, whether it is as sure as others that have one.

    None without such others, as then there is no threshold.
    """
    if not len(there):
        return np.zeros(0, bool)
    return nothing >= np.quantile(there, 1 - SENSITIVITY)


def _seconds(times: Sequence[np.ndarray]) -> float:
    """The median over seeds of a method's median time, free of compile time."""
    return float(np.median([np.median(each) for each in times if len(each)]))
