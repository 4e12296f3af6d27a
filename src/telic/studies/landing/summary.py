"""What agents learned, over seeds: how each return and rate went, and how it ended."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.runs.folder import Run
from telic.stats.rows import Rows
from telic.studies.curve_scores import measured
from telic.studies.learning import check_one_experiment, learning
from telic.trials.effects import Measured

Column = tuple[str, str]
"""The part and the metric of a number (`telic.studies.learning`)."""


class Learned(NamedTuple):
    """What was learned.

    Attributes:
        seeds: The seeds, in ascending order.
        curves: Every return and rate that any seed has; NaN where no episode ended.
        last: The same in the last rollout: of every seed, and their mean.
    """

    seeds: tuple[int, ...]
    curves: dict[Column, Float[np.ndarray, "seeds rollouts"]]
    last: dict[Column, Measured]


def measure(*runs: Run) -> Rows:
    """The returns and rates of runs; those that are further are cut to the shortest.

    Raises:
        InputError: If a run has not finished a rollout, or they are of different
            experiments.
    """
    check_one_experiment(runs)
    metrics = {run.seed(): run.rows() for run in runs}
    whole = min(map(len, metrics.values()))
    if not whole:
        raise InputError(
            "a run has not finished a rollout", fix="leave it out, or: telic resume"
        )
    return learning({seed: rows[:whole] for seed, rows in metrics.items()})


def summarise(rows: Rows) -> Learned:
    """How all seeds learned."""
    curves = {
        (str(part), str(name)): rows.where(part=part, metric=name).pivot("seed", "at")
        for part, name in rows.pairs("part", "metric")
    }
    known = {k: values for k, values in curves.items() if np.isfinite(values).any()}
    return Learned(
        tuple(np.array(rows.names("seed"), int).tolist()),
        known,
        {name: measured(values[:, -1]) for name, values in known.items()},
    )
