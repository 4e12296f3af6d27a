"""What the calibrate study found, over seeds: who finds planted goals, and who errs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from telic.core.errors import InputError
from telic.planted import DECOYS, NONE, RUNGS
from telic.runs.folder import Run
from telic.studies import answers
from telic.studies.formed import gatherer
from telic.studies.planting import STUDY
from telic.studies.scores import CURVE, Columns, curve_of, summary, together

LIKE_NONE = "trained on"
"""The rung whose pairs are like those without a goal, but for the goal."""

SENSITIVITY = 0.95


class Calibrated(NamedTuple):
    """What was found over seeds; a column has one number for each seed.

    Attributes:
        seeds: The seeds.
        pairs: How many planted pairs there are, by rung.
        agents: How many different agents they are made of.
        held: By rung: how often a donor fetches its colour, seed by seed.
        ranks: By rung: AUROC over weights.
        units: By rung: AUROC over units.
        precision: By rung: share of the true among as many weights at the top.
        unit_precision: The same for units.
        decoys: By rung: share of decoys among as many weights at the top.
        false: How often it sees a goal where there is none.
        curves: By measure of `telic.studies.scores.CURVE`.
        seconds: Median time of one locus.
        faithful: By method, by rung: (seeds, sizes) the share of the donor's behaviour.
        sizes: The sizes.
    """

    seeds: tuple[int, ...]
    pairs: dict[str, int]
    agents: int
    held: dict[str, np.ndarray]
    ranks: dict[str, Columns]
    units: dict[str, Columns]
    precision: dict[str, Columns]
    unit_precision: dict[str, Columns]
    decoys: dict[str, Columns]
    false: Columns
    curves: dict[str, Columns]
    seconds: Columns
    faithful: dict[str, dict[str, np.ndarray]]
    sizes: np.ndarray


Pairs = list[dict[str, Any]]


@gatherer(STUDY)
def calibrated(
    runs: Mapping[str, Sequence[Run]], settings: Mapping[str, Any]
) -> Calibrated:
    """The answers of all variants' runs, by seed.

    Raises:
        InputError: If a run has no answer, or the variants' seeds differ.
    """
    found = _by_seed(runs, settings)
    every = [pair for pairs in found.values() for pair in pairs]
    methods = list(dict.fromkeys(m for pair in every for m in pair["locators"]))
    seeds = list(found.values())
    rungs = [r for r in RUNGS if any(p["rung"] == r for p in every)]

    def by_rung(field: str, names: Sequence[str]) -> dict[str, Columns]:
        return {
            rung: together(seeds, methods, lambda ps, m, r=rung: _of(ps, m, field, r))
            for rung in names
        }

    return Calibrated(
        seeds=tuple(found),
        pairs={r: sum(p["rung"] == r for p in every) for r in (*rungs, *DECOYS, NONE)},
        agents=len({digest for pair in every for digest in pair["agents"]}),
        held={r: np.array([_held(ps, r) for ps in seeds]) for r in (*rungs, *DECOYS)},
        ranks=by_rung("weights", rungs),
        units=by_rung("units", rungs),
        precision=by_rung("precision", rungs),
        unit_precision=by_rung("unit_precision", rungs),
        decoys=by_rung("decoys", DECOYS),
        false=_false(seeds, methods),
        curves={
            measure: together(seeds, methods, lambda ps, m, k=measure: _curve(ps, m, k))
            for measure in CURVE
        },
        seconds=together(seeds, methods, lambda ps, m: [_median(ps, m)]),
        faithful={
            m: {r: _faithful(seeds, m, r) for r in rungs if _tried(every, r)}
            for m in methods
        },
        sizes=next(
            (curve_of(c).shares for pair in every for c in pair["curves"].values()),
            np.zeros(0),  # no pair qualified for a curve
        ),
    )


def _by_seed(
    runs: Mapping[str, Sequence[Run]], settings: Mapping[str, Any]
) -> dict[int, Pairs]:
    """All pairs of each seed, those of all variants together."""
    seeds = [tuple(sorted(run.seed() for run in each)) for each in runs.values()]
    if len(set(seeds)) != 1:
        raise InputError(
            f"variants of the seeds {sorted(set(seeds))} in one study",
            why="a seed has all rungs, or none",
        )
    found: dict[int, Pairs] = {seed: [] for seed in seeds[0]}
    for each in runs.values():
        for run in each:
            found[run.seed()] += answers.read(run, STUDY, settings)["pairs"]
    return found


def _of(pairs: Pairs, method: str, field: str, rung: str) -> list[float]:
    """One number of a method on every pair of a rung that has it."""
    return [
        pair["locators"][method][field]
        for pair in pairs
        if pair["rung"] == rung and field in pair["locators"].get(method, {})
    ]


def _false(seeds: Sequence[Pairs], methods: Sequence[str]) -> Columns:
    """How often a method's strength, where there is no goal, is that of a goal.

    The threshold is the one that 95 of 100 pairs with a goal exceed, trained on as the
    pairs without one were.
    """
    columns = {}
    for method in methods:
        there = [x for ps in seeds for x in _of(ps, method, "strength", LIKE_NONE)]
        nothing = [_of(ps, method, "strength", NONE) for ps in seeds]
        if not there or not any(nothing):
            continue
        mark = np.quantile(there, 1 - SENSITIVITY)
        columns[method] = np.array(
            [np.mean(np.array(x) >= mark) if x else np.nan for x in nothing]
        )
    return columns


def _curve(pairs: Pairs, method: str, measure: str) -> list[float]:
    """One number of every curve of a method on pairs with a goal and no decoys."""
    return [
        summary(curve_of(pair["curves"][method]))[measure]
        for pair in pairs
        if pair["rung"] in RUNGS and method in pair["curves"]
    ]


def _faithful(seeds: Sequence[Pairs], method: str, rung: str) -> np.ndarray:
    """(seeds, sizes) the mean curve of each seed that has one."""
    rows = [
        [p["curves"][method]["top"] for p in ps if p["rung"] == rung and p["curves"]]
        for ps in seeds
    ]
    return np.array([np.mean(row, axis=0) for row in rows if row])


def _tried(pairs: Pairs, rung: str) -> bool:
    """Whether a rung has curves."""
    return any(pair["rung"] == rung and pair["curves"] for pair in pairs)


def _median(pairs: Pairs, method: str) -> float:
    """The median of the seconds that a method took: without the compiler's."""
    return float(
        np.median(
            [
                pair["locators"][method]["seconds"]
                for pair in pairs
                if method in pair["locators"]
            ]
        )
    )


def _held(pairs: Pairs, rung: str) -> float:
    """How often the donors of a rung fetch their colour."""
    rates = [pair["goal"][1] for pair in pairs if pair["rung"] == rung]
    return float(np.mean(rates)) if rates else np.nan
