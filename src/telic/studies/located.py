"""What the locate study found, over seeds: curves, agreement, and the plane."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.runs.folder import Run
from telic.studies import answers
from telic.studies.formed import gatherer
from telic.studies.gather import check_together
from telic.studies.isolated import sorted_
from telic.studies.locate import STUDY
from telic.studies.scores import (
    CURVE,
    MARK,
    Column,
    Columns,
    column,
    curve_of,
    summary,
    together,
)
from telic.trials import smallest

AT = (0.01, 0.05)
"""Sizes at which the share of the donor's behaviour is told in the table."""


class Located(NamedTuple):
    """What was found over seeds; a column has one number for each seed.

    Attributes:
        seeds: The seeds that had a goal to be found.
        runs: How many runs were asked.
        goals: How many goals the seeds had together.
        weights: How many weights an actor has.
        methods: The methods, in their order.
        curves: By measure of `telic.studies.scores.CURVE`.
        at: By size: the share of the donor's behaviour.
        retention: Of the grafts at the first size that carries 90 %.
        seconds: Of one locus.
        faithful: By method: (seeds, sizes) the share of the donor's behaviour.
        sizes: The sizes.
        agreement: By method, by method: rank correlation.
        overlap: The same of the top percent.
        again: By `switches` and `seeds`: each method's rank correlation with itself.
        again_top: The same of the top percent.
        plane: By site, by measure.
    """

    seeds: tuple[int, ...]
    runs: int
    goals: int
    weights: int
    methods: tuple[str, ...]
    curves: dict[str, Columns]
    at: dict[float, Columns]
    retention: Columns
    seconds: Columns
    faithful: dict[str, Float[np.ndarray, "seeds sizes"]]
    sizes: Float[np.ndarray, " sizes"]
    agreement: dict[str, Columns]
    overlap: dict[str, Columns]
    again: dict[str, Columns]
    again_top: dict[str, Columns]
    plane: dict[str, dict[str, Column]]


@gatherer(STUDY)
def located(runs: Sequence[Run], settings: Mapping[str, Any]) -> Located:
    """The answers of some runs, side by side.

    Raises:
        InputError: If a run has no answer, they are of several experiments, or none
            had a goal to be found.
    """
    check_together(runs)
    told = {run.seed(): answers.read(run, STUDY, settings) for run in sorted_(runs)}
    runs_asked = len(told)
    told = {seed: answer for seed, answer in told.items() if answer["goals"]}
    if not told:
        raise InputError(
            "no goal to be found in any run",
            why="landers failed the gate, or agents do not differ in what they do",
        )
    seeds = list(told.values())
    first = seeds[0]["goals"][0]
    methods = tuple(first["curves"])
    sizes = curve_of(first["curves"][methods[0]]).shares
    return Located(
        seeds=tuple(told),
        runs=runs_asked,
        goals=sum(len(answer["goals"]) for answer in seeds),
        weights=first["weights"],
        methods=methods,
        curves={k: together(seeds, methods, _of_curve(k)) for k in CURVE},
        at={size: together(seeds, methods, _at(sizes, size)) for size in AT},
        retention=together(seeds, methods, _kept),
        seconds=together(
            seeds, methods, lambda a, m: [min(g["seconds"][m] for g in a["goals"])]
        ),
        faithful={m: np.array([_mean(a, m) for a in seeds]) for m in methods},
        sizes=sizes,
        agreement={m: together(seeds, methods, _agree(m, 0)) for m in methods},
        overlap={m: together(seeds, methods, _agree(m, 1)) for m in methods},
        again={k: together(seeds, methods, _again(k, 0)) for k in BETWEEN},
        again_top={k: together(seeds, methods, _again(k, 1)) for k in BETWEEN},
        plane=_plane(seeds),
    )


BETWEEN = ("switches", "seeds")


def _of_curve(measure: str) -> Any:
    """One number of each curve of a method."""
    return lambda answer, method: [
        summary(curve_of(goal["curves"][method]))[measure] for goal in answer["goals"]
    ]


def _at(sizes: Float[np.ndarray, " sizes"], size: float) -> Any:
    """The share of the donor's behaviour at one size."""
    place = int(np.argmin(np.abs(sizes - size)))
    return lambda answer, method: [
        goal["curves"][method]["top"][place] for goal in answer["goals"]
    ]


def _kept(answer: Any, method: str) -> list[float]:
    """Retention where 90 % of the donor's behaviour is first there."""
    found = []
    for goal in answer["goals"]:
        curve = curve_of(goal["curves"][method])
        found.append(float(curve.retention[smallest(curve, MARK)]))
    return found


def _mean(answer: Any, method: str) -> Float[np.ndarray, " sizes"]:
    """The mean curve of a seed's goals."""
    rows = [goal["curves"][method]["top"] for goal in answer["goals"]]
    return np.mean(rows, axis=0)


def _agree(method: str, entry: int) -> Any:
    """A method's agreement with another, on each goal."""
    return lambda answer, other: _numbers(
        [goal["agreement"][method][other][entry] for goal in answer["goals"]]
    )


def _again(where: str, entry: int) -> Any:
    """A method's agreement with itself elsewhere."""
    return lambda answer, method: _numbers(
        [pair[entry] for pair in answer[f"between_{where}"].get(method, [])]
    )


def _numbers(values: Sequence[float | None]) -> list[float]:
    """Those that are numbers: a constant has no rank correlation."""
    return [value for value in values if value is not None]


def _plane(seeds: Sequence[Any]) -> dict[str, dict[str, Column]]:
    """By site and measure, one number for each seed."""
    first = seeds[0]["goals"][0]["plane"]
    return {
        site: {
            measure: column(
                [[goal["plane"][site][measure] for goal in a["goals"]] for a in seeds]
            )
            for measure in first[site]
        }
        for site in first
    }
