"""What a switch of objective costs, and how fast it is made good.

The first rollout of a phase is gathered before any update under its objective: it shows
the agent that the *previous* phase left, judged by the new want. The last one shows
what the phase made of it. Between the two lies the recovery.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from telic.studies.alternation.columns import Runs
from telic.worlds import success_of

MARKS = (0.5, 0.8, 0.9)
"""The returns whose first crossing after a switch is timed."""

SETTLED = 3
"""The first phase (from 0) that counts: before, the agent still learns the world."""

PUBLISHED = 0.94
"""The mean return at the end of a phase in the founding study's log of seed 99."""


class Switches(NamedTuple):
    """Each phase of each run, under the phase's own objective.

    Attributes:
        first: The return in the first rollout of the phase.
        last: The return in its last rollout.
        picked_first: The share of episodes that reached the goal, in the first
            rollout; NaN in a world without an event of success.
        picked_last: The same in the last rollout.
        needed: By mark: updates made in the phase before a rollout's return reached
            the mark; infinite if none did. A mark reached at once needs 0.
    """

    first: Float[np.ndarray, "seeds phases"]
    last: Float[np.ndarray, "seeds phases"]
    picked_first: Float[np.ndarray, "seeds phases"]
    picked_last: Float[np.ndarray, "seeds phases"]
    needed: dict[float, Float[np.ndarray, "seeds phases"]]


class Settled(NamedTuple):
    """One number for each seed over its phases from `SETTLED` on; NaN if it has none.

    Attributes:
        first: Median return in the first rollout of a phase.
        last: Median return in the last.
        worst: The lowest return in a last rollout: a collapsed phase shows here.
        picked_first: Median share of episodes with the wanted key, first rollout.
        picked_last: The same, last rollout.
        needed: By mark: mean updates until the mark is reached. A phase that never
            reaches it counts as its whole length, so this is a lower bound.
        reached: By mark: the share of phases that reach it.
        met: Whether the median of the last rollouts is `PUBLISHED` or more.
    """

    first: Float[np.ndarray, " seeds"]
    last: Float[np.ndarray, " seeds"]
    worst: Float[np.ndarray, " seeds"]
    picked_first: Float[np.ndarray, " seeds"]
    picked_last: Float[np.ndarray, " seeds"]
    needed: dict[float, Float[np.ndarray, " seeds"]]
    reached: dict[float, Float[np.ndarray, " seeds"]]
    met: Bool[np.ndarray, " seeds"]


def switch_ends(runs: Runs) -> Switches:
    """First and last rollout of every phase, and the rollouts between."""
    own = under_own_objective(runs, {o: f"return_{o}" for o in runs.objectives})
    success = {o: success_of(runs.world, o) for o in runs.objectives}
    picked = under_own_objective(runs, {o: f"rate_{e}" for o, e in success.items()})
    return Switches(
        first=own[:, runs.starts],
        last=own[:, runs.ends],
        picked_first=picked[:, runs.starts],
        picked_last=picked[:, runs.ends],
        needed={mark: _needed(runs, own, mark) for mark in MARKS},
    )


def settle(runs: Runs, found: Switches) -> Settled:
    """Each seed's medians over the phases from `SETTLED` on."""
    lengths = (runs.ends - runs.starts + 1)[SETTLED:]
    last = _median(found.last)
    times = {mark: needed[:, SETTLED:] for mark, needed in found.needed.items()}
    return Settled(
        first=_median(found.first),
        last=last,
        worst=_reduce(np.nanmin, found.last[:, SETTLED:]),
        picked_first=_median(found.picked_first),
        picked_last=_median(found.picked_last),
        needed={m: _reduce(np.mean, np.minimum(t, lengths)) for m, t in times.items()},
        reached={m: _reduce(np.mean, np.isfinite(t)) for m, t in times.items()},
        met=last >= PUBLISHED,
    )


def under_own_objective(
    runs: Runs, names: Mapping[str, str]
) -> Float[np.ndarray, "seeds rollouts"]:
    """In each rollout, the column that stands for the objective that it trains.

    Args:
        runs: The runs.
        names: The column by objective; all NaN if there is no such column.
    """
    own = np.full((len(runs.seeds), len(runs.phase)), np.nan)
    for objective in runs.objectives:
        trained = runs.objective == objective
        own[:, trained] = runs.column(names[objective])[:, trained]
    return own


def _needed(
    runs: Runs, own: Float[np.ndarray, "seeds rollouts"], mark: float
) -> Float[np.ndarray, "seeds phases"]:
    """Updates before each phase's first rollout at or above a mark."""
    columns = []
    for start, end in zip(runs.starts, runs.ends, strict=True):
        above = own[:, start : end + 1] >= mark  # a missing return reaches nothing
        columns.append(np.where(above.any(axis=1), above.argmax(axis=1), np.inf))
    return np.stack(columns, axis=1)


def _median(values: Float[np.ndarray, "seeds phases"]) -> Float[np.ndarray, " seeds"]:
    return _reduce(np.nanmedian, values[:, SETTLED:])


def _reduce(statistic, values: np.ndarray) -> Float[np.ndarray, " seeds"]:
    """A statistic of each row; NaN for a row that holds no number."""
    return np.array(
        [np.nan if np.isnan(row).all() else statistic(row) for row in values * 1.0]
    )
