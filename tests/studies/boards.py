"""Rows of locate and planting that nobody measured: for summaries and pages."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from telic.planted import DECOYS, NONE, ONE_RUN, RUNGS, TWINS
from telic.runs import folder
from telic.runs.folder import Run
from telic.stats.rows import Identity, Row
from telic.studies import Alternation, Calibrate, Locate, results
from telic.studies.base import preset, settings_of
from telic.studies.curve_scores import rows_of_curve
from telic.studies.locate.summary import LocateEffects
from telic.studies.planting.summary import CHANCE, PlantingEffects
from telic.trials import Faithfulness

METHODS = ("magnitude", "probe", "random")
SIZES = np.array([0.01, 0.1, 1.0])
SITES = ("actor/0/post", "actor/logits")
CALIBRATE, LOCATE = preset(Calibrate, "small"), preset(Locate, "small")

ALONE = (NONE, TWINS, ONE_RUN)
"""Rungs without a goal."""


def curve(at: float) -> Faithfulness:
    """A curve that is at some height at 10 %."""
    top = np.array([at / 2, at, 1.0])
    return Faithfulness(SIZES, top, 1 - top, np.ones(3))


def planted(root: Path, seeds: Sequence[int]) -> dict[str, list[Run]]:
    """Runs of both layers with made-up rows; magnitude finds all, probe nothing."""
    found: dict[str, list[Run]] = {}
    for variant, plan in CALIBRATE.plans().items():
        for seed in seeds:
            run = folder.create_run(root, CALIBRATE.experiment(variant), seed, plan)
            rows = list(pairs(variant, seed))
            results.write(run, "planting", settings_of(CALIBRATE.planting), rows)
            found.setdefault(variant, []).append(run)
    return found


def calibrated(root: Path, seeds: Sequence[int]) -> PlantingEffects:
    """What the calibrate study finds in such runs."""
    settings = settings_of(CALIBRATE.planting)
    rows = {
        variant: [results.together(runs, "planting", settings)]
        for variant, runs in planted(root, seeds).items()
    }
    return CALIBRATE.summarise(rows, CALIBRATE.plans())


def pairs(variant: str, seed: int) -> Iterator[Row]:
    """Two pairs of each rung that a variant has."""
    rungs = ["layer 1"] if variant == "layer-1" else [*RUNGS[:2], *RUNGS[4:]]
    rungs += [] if variant == "layer-1" else [*DECOYS, *ALONE]
    number = 0
    for rung in rungs:
        for copy in (0, 1):
            alone = rung in ALONE
            trial = (rung, number, "blue", "blue" if alone else "green")
            number += 1
            name = f"{variant} {seed} {rung} {copy}"
            yield Row("agent", "recipient", 0.0, trial, name)
            yield Row("agent", "donor", 0.9, trial, "the same donor")
            yield Row("own", "recipient", 0.8, trial)
            # In the second pair of branches the donor did not learn its goal.
            untaken = rung == "branches" and copy == 1
            yield Row("own", "donor", 0.3 if untaken else 0.9, trial)
            if not alone:
                yield Row("pair", CHANCE, 0.01, trial)
                yield Row("graft", "truth", 0.85, trial)
                yield Row("graft", "all else", 0.05, trial)
            if rung == DECOYS[-1]:
                yield Row("graft", "decoys", 0.1, trial)
                for who, late in (("recipient", 0.1), ("donor", 0.6), ("decoys", 0.5)):
                    yield Row("second", who, late, trial)
            for method in METHODS:
                for metric, value in judged(method, rung, seed).items():
                    yield Row("locator", metric, value, trial, method)
                if rung in RUNGS and copy == 0:
                    high = 0.95 if method == "magnitude" else 0.2
                    yield from rows_of_curve(curve(high), trial, method)


def judged(method: str, rung: str, seed: int) -> dict[str, float]:
    """The scores of a locator on a pair."""
    good = method == "magnitude"
    # Magnitude is stronger where there is a goal; the probe's strength says nothing.
    alone = rung in ALONE
    strong = 0.1 if good and alone else 1.0
    found = {"strength": strong, "seconds": 0.25}
    if not alone:
        right = 1.0 if good else 0.5 + 0.01 * seed
        found |= {"weights": right, "units": right}
        found |= {"average": right / 2, "unit_average": right / 2}
        found |= {"precision": right, "unit_precision": right}
    if rung in DECOYS:
        found["decoys"] = 0.0 if good else 0.5
    return found


def natural(root: Path, seeds: Sequence[int], *, without: int = -1) -> list[Run]:
    """Alternation runs with made-up rows; one seed may have no goal."""
    plan, runs = preset(Alternation, "small").plan(), []
    for seed in seeds:
        run = folder.create_run(root, "found", seed, plan)
        rows = [Row("run", "goals", 0.0)] if seed == without else list(found(seed))
        results.write(run, "locate", settings_of(LOCATE), rows)
        runs.append(run)
    return runs


def located(root: Path, seeds: Sequence[int], *, without: int = -1) -> LocateEffects:
    """What the locate study finds in such runs."""
    runs = natural(root, seeds, without=without)
    rows = results.together(runs, "locate", settings_of(LOCATE))
    return LOCATE.summarise(rows, runs[0].plan())


def found(seed: int) -> Iterator[Row]:
    """The rows of a run with two goals."""
    yield Row("run", "goals", 2.0)
    switches = ((4, "blue", "purple"), (5, "purple", "blue"))
    for switch in switches:
        yield from goal(switch, seed)
    for where in ("switches", "seeds") if seed else ("switches",):
        for method in METHODS:
            alike = (np.nan, 0.1) if method == "probe" else (0.9, 0.5)
            trial = (where, *switches[0])
            for metric, value in zip(("correlation", "shared"), alike, strict=True):
                yield Row("agreement", metric, value, trial, method)


def goal(switch: Identity, seed: int) -> Iterator[Row]:
    """The rows of one goal."""
    yield Row("goal", "weights", 1000.0)
    yield Row("goal", "gap", 0.9, switch)
    for method in METHODS:
        yield Row("locator", "seconds", 0.25, switch, method)
        high = 0.95 if method == "magnitude" else 0.2
        yield from rows_of_curve(curve(high), switch, method)
        for other in METHODS:
            for metric in ("correlation", "shared"):
                yield Row("agreement", metric, 1.0, switch, (method, other))
    read = {"accuracy": 1.0, "same goal": 0.99, "shuffled": 0.5}
    moved = {"patch": 0.9, "steer": 0.01 * seed, "means": 0.0, "null": 0.0}
    for site in SITES:
        for metric, value in (read | moved).items():
            yield Row("plane", metric, value, switch, site)
