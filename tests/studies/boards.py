"""Answers of locate and calibrate that nobody computed: for gatherers and pages."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from telic.planted import DECOYS, NONE, RUNGS
from telic.runs import folder
from telic.runs.folder import Run
from telic.studies import Alternation, Calibrate, Locate, answers
from telic.studies.base import preset

METHODS = ("magnitude", "probe", "random")
SIZES = [0.01, 0.1, 1.0]
SITES = ("actor/0/post", "actor/logits")
CALIBRATE, LOCATE = Calibrate.preset("small"), Locate.preset("small")


def curve(at: float) -> dict[str, list[float]]:
    """A curve that is at some height at 10 %."""
    top = [at / 2, at, 1.0]
    return {
        "shares": SIZES,
        "top": top,
        "rest": [1 - x for x in top],
        "retention": [1.0, 1.0, 1.0],
    }


def planted(root: Path, seeds: Sequence[int]) -> dict[str, list[Run]]:
    """Runs of both layers with made-up answers; magnitude finds all, probe nothing."""
    settings = answers.settings_of(CALIBRATE.planting)
    found: dict[str, list[Run]] = {}
    for variant, plan in CALIBRATE.plans().items():
        for seed in seeds:
            run = folder.create(root, CALIBRATE.experiment(variant), seed, plan)
            answers.write(run, "planting", settings, {"pairs": pairs(variant, seed)})
            found.setdefault(variant, []).append(run)
    return found


def pairs(variant: str, seed: int) -> list[dict[str, Any]]:
    """Two pairs of each rung that a variant has."""
    rungs = ["layer 1"] if variant == "layer-1" else [*RUNGS[:2], *RUNGS[4:]]
    rungs += [] if variant == "layer-1" else [*DECOYS, NONE]
    return [
        {
            "rung": rung,
            "wants": "blue",
            "aim": "blue" if rung == NONE else "green",
            "agents": [f"{variant} {seed} {rung} {copy}", "the same donor"],
            "goal": [0.0, 0.9],
            "true": 4,
            "locators": {m: judged(m, rung, seed) for m in METHODS},
            "curves": {m: curve(0.95 if m == "magnitude" else 0.2) for m in METHODS}
            if rung in RUNGS and copy == 0
            else {},
        }
        for rung in rungs
        for copy in (0, 1)
    ]


def judged(method: str, rung: str, seed: int) -> dict[str, float]:
    """What is stored of a locator on a pair."""
    good = method == "magnitude"
    # Magnitude is stronger where there is a goal; the probe's strength says nothing.
    strong = 1.0 if not good or rung != NONE else 0.1
    found = {"strength": strong, "seconds": 0.25}
    if rung != NONE:
        right = 1.0 if good else 0.5 + 0.01 * seed
        found |= {"weights": right, "units": right}
        found |= {"precision": right, "unit_precision": right}
    if rung in DECOYS:
        found["decoys"] = 0.0 if good else 0.5
    return found


def located(root: Path, seeds: Sequence[int], *, without: int = -1) -> list[Run]:
    """Alternation runs with made-up answers; one seed may have no goal."""
    plan, runs = preset(Alternation, "small").plan(), []
    for seed in seeds:
        run = folder.create(root, "found", seed, plan)
        answer = {"goals": []} if seed == without else found(seed)
        answers.write(run, "locate", answers.settings_of(LOCATE), answer)
        runs.append(run)
    return runs


def found(seed: int) -> dict[str, Any]:
    """What is stored of a run with two goals."""
    again = {m: [[0.9, 0.5]] for m in METHODS} | {"probe": [[None, 0.1]]}
    return {
        "goals": [goal("purple → blue", seed), goal("blue → purple", seed)],
        "between_switches": again,
        "between_seeds": {} if seed == 0 else again,
    }


def goal(name: str, seed: int) -> dict[str, Any]:
    """What is stored of one goal."""
    read = {"accuracy": 1.0, "observation": 0.6, "shuffled": 0.5}
    moved = {"patch": 0.9, "steer": 0.01 * seed, "null": 0.0}
    return {
        "name": name,
        "weights": 1000,
        "gap": 0.9,
        "curves": {m: curve(0.95 if m == "magnitude" else 0.2) for m in METHODS},
        "seconds": dict.fromkeys(METHODS, 0.25),
        "agreement": {m: {o: [1.0, 1.0] for o in METHODS} for m in METHODS},
        "plane": {site: {**read, **moved} for site in SITES},
    }
