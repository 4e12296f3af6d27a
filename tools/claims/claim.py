"""A claim of `docs/results/PLAN.md`, and the names of its rows."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from telic.runs.folder import Run
from telic.stats.resampling import Statistic
from telic.trials.trial import DONOR, UNEDITED

RESULTS = Path(__file__).parents[2] / "docs" / "results"
SEEDS = RESULTS / "claims" / "seeds.csv"
"""The value of every claim, row and seed, of which all that is printed is made."""

PLANNED = range(2000, 2020)
"""The seeds of the plan. A claim is judged when all of them are measured."""

KEYS, LANDERS = "fresh", "landing-fresh"
"""The experiments of the plan."""

EDIT = "edit"
"""The row of what is claimed; most others are its nulls."""

GATE = "gate: "
"""The rows with what a lander is left out by, of all landers, begin with it."""

BEFORE, AFTER, PER_EPISODE = "landings before", "landings after", "fuel per episode"
AGENTS = (UNEDITED, DONOR)
"""Rows of agents without an edit."""

ASIDE = (BEFORE, AFTER, PER_EPISODE)
"""Rows of other measures, besides those of the gate."""

Found = Mapping[str, Mapping[int, float]]
"""By row, the value of each seed; NaN where it is undefined."""


@dataclasses.dataclass(frozen=True)
class Claim:
    """A claim of the plan.

    Attributes:
        name: Its number in the plan.
        text: What is claimed.
        measure: The primary measure and arm.
        experiment: The runs.
        values: The function from those runs to the value of each row and seed.
        more: Whether the edit should have more of the measure than its nulls.
        least: What the edit's mean must reach at least.
        of_donor: The share of the donor's mean that the edit's must reach.
        explored: The exploratory interval; None if there was none.
        middle: The function that reduces seeds, where it is not the mean.
        unit: The unit of the measure: `share` of episodes, `return`, `log2` of a share
            of weights, or `fuel`.
        against: The nulls that it must beat; all of them if empty. The others are
            shown beside it.
        counts: Whether it is one of the nine that are corrected together.
        alone: Whether a seed's values need no other seed's rows, so that seeds may be
            measured at different times.
    """

    name: str
    text: str
    measure: str
    experiment: str
    values: Callable[[Sequence[Run]], Found]
    more: bool = True
    least: float | None = None
    of_donor: float | None = None
    explored: tuple[float, float] | None = None
    middle: Statistic = np.mean
    unit: str = "share"
    against: tuple[str, ...] = ()
    counts: bool = True
    alone: bool = False
