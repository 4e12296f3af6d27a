"""How agents learned: the metrics of runs in long form, some rows for each rollout.

A run writes one flat row a rollout (`telic.runs.metrics`), which is checked against its
plan when it is read. The pages of runs that train need its returns and rates.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from telic.core.errors import InputError
from telic.runs.folder import Run
from telic.stats.rows import Row, Rows, join, rows_of

RETURN, RATE = "return", "rate"
"""The parts: returns by objective, and rates per episode by event."""

Metrics = Mapping[str, Any]
"""What a rollout and its update brought, by name; None where no episode ended."""


def learning(metrics: Mapping[int, Sequence[Metrics]]) -> Rows:
    """The returns and rates of some runs, in the order of their seeds.

    The trial of a row is the number of the phase and its objective, its place the steps
    of the world that were taken by the end of the rollout.

    Args:
        metrics: By seed, what each rollout brought.

    Raises:
        InputError: If there is no run.

    Example:
        >>> one = {"phase": 0, "objective": "blue", "steps": 32, "return_blue": None}
        >>> learning({3: [one]}).table()["trial"]
        [(0, 'blue')]
    """
    return join([rows_of(_rows(metrics[seed]), seed) for seed in sorted(metrics)])


def check_one_experiment(runs: Sequence[Run]) -> None:
    """Raise unless runs are of one experiment: then each has a seed of its own.

    Raises:
        InputError: If they are of several.
    """
    experiments = {run.path.parent.name for run in runs}
    if len(experiments) > 1:
        raise InputError(
            f"runs of {len(experiments)} experiments in one report",
            why=f"they are {', '.join(sorted(experiments)[:4])}",
            fix="one report each; telic compare sets experiments side by side",
        )


def _rows(metrics: Sequence[Metrics]) -> Iterator[Row]:
    """The rows of one run."""
    for one in metrics:
        trial, at = (one["phase"], one["objective"]), one["steps"]
        for column, value in one.items():
            part, _, name = column.partition("_")
            if part in (RETURN, RATE):
                value = np.nan if value is None else value
                yield Row(part, name, value, trial, at=at)
