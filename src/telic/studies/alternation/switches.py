"""What a switch of objective costs, and how fast it is made good.

The first rollout of a phase is gathered before any update under its objective: it shows
the agent that the *previous* phase left, judged by the new want. The last one shows
what the phase made of it. Between the two lies the recovery.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from telic.studies.alternation.columns import Runs
from telic.studies.alternation.yardsticks import SUCCESS, Yardstick
from telic.studies.learning import RATE, RETURN
from telic.worlds import success_of

SETTLED = 3
"""The first phase (from 0) that counts: before, the agent still learns the world."""


class Ends(NamedTuple):
    """A measure of each phase of each run; NaN where there is none.

    Attributes:
        first: In the first rollout of the phase.
        last: In its last rollout.
    """

    first: Float[np.ndarray, "seeds phases"]
    last: Float[np.ndarray, "seeds phases"]


class Switches(NamedTuple):
    """Each phase of each run, under the phase's own objective.

    Attributes:
        ends: By measure: `RETURN`, and `SUCCESS`, which is NaN in the phases of a goal
            without an event of success.
        needed: By mark: updates made in the phase before a rollout's measure reached
            the mark; infinite if none did. A mark reached at once needs 0.
    """

    ends: dict[str, Ends]
    needed: dict[float, Float[np.ndarray, "seeds phases"]]


class Settled(NamedTuple):
    """One number for each seed over some phases from `SETTLED` on; NaN if it has none.

    Attributes:
        first: Median of the yardstick's measure in the first rollout of a phase.
        last: Its median in the last.
        worst: The lowest in a last rollout: a collapsed phase shows here.
        success_first: Median share of episodes that reach the wanted goal, first
            rollout; NaN if that is the measure itself.
        success_last: The same, last rollout.
        needed: By mark: mean updates until the mark is reached. A phase that never
            reaches it counts as its whole length, so this is a lower bound.
        reached: By mark: the share of phases that reach it.
        met: Whether the median of the last rollouts is enough; never, if nothing says
            what is.
    """

    first: Float[np.ndarray, " seeds"]
    last: Float[np.ndarray, " seeds"]
    worst: Float[np.ndarray, " seeds"]
    success_first: Float[np.ndarray, " seeds"]
    success_last: Float[np.ndarray, " seeds"]
    needed: dict[float, Float[np.ndarray, " seeds"]]
    reached: dict[float, Float[np.ndarray, " seeds"]]
    met: Bool[np.ndarray, " seeds"]


def switch_ends(runs: Runs, yardstick: Yardstick) -> Switches:
    """First and last rollout of every phase, and the rollouts between."""
    successes = {name: success_of(runs.world, name) for name in runs.objectives}
    own = {
        RETURN: under_own_objective(runs, RETURN, {o: o for o in runs.objectives}),
        SUCCESS: under_own_objective(runs, RATE, successes),
    }
    measured = own[yardstick.measure]
    return Switches(
        ends={m: Ends(x[:, runs.starts], x[:, runs.ends]) for m, x in own.items()},
        needed={mark: _needed(runs, measured, mark) for mark in yardstick.marks},
    )


def settle(
    runs: Runs, found: Switches, yardstick: Yardstick, objectives: Sequence[str]
) -> Settled:
    """Each seed's medians over the phases of some objectives from `SETTLED` on."""
    phases = np.arange(len(runs.ends))
    kept = (phases >= SETTLED) & np.isin(runs.wanted, objectives)
    lengths = (runs.ends - runs.starts + 1)[kept]
    own, success = found.ends[yardstick.measure], found.ends[SUCCESS]
    if yardstick.measure == SUCCESS:
        success = Ends(*(np.full_like(values, np.nan) for values in success))
    last = _reduce(np.nanmedian, own.last[:, kept])
    times = {mark: needed[:, kept] for mark, needed in found.needed.items()}
    return Settled(
        first=_reduce(np.nanmedian, own.first[:, kept]),
        last=last,
        worst=_reduce(np.nanmin, own.last[:, kept]),
        success_first=_reduce(np.nanmedian, success.first[:, kept]),
        success_last=_reduce(np.nanmedian, success.last[:, kept]),
        needed={m: _reduce(np.mean, np.minimum(t, lengths)) for m, t in times.items()},
        reached={m: _reduce(np.mean, np.isfinite(t)) for m, t in times.items()},
        met=last >= (np.inf if yardstick.enough is None else yardstick.enough),
    )


def under_own_objective(
    runs: Runs, part: str, names: Mapping[str, str | None]
) -> Float[np.ndarray, "seeds rollouts"]:
    """In each rollout, the column that stands for the objective that it trains.

    Args:
        runs: The runs.
        part: The part of the columns.
        names: The column by objective; all NaN if there is no such column.
    """
    own = np.full((len(runs.seeds), len(runs.phase)), np.nan)
    for objective in runs.objectives:
        trained = runs.objective == objective
        own[:, trained] = runs.column(part, names[objective])[:, trained]
    return own


def _needed(
    runs: Runs, own: Float[np.ndarray, "seeds rollouts"], mark: float
) -> Float[np.ndarray, "seeds phases"]:
    """Updates before each phase's first rollout at or above a mark."""
    columns = []
    for start, end in zip(runs.starts, runs.ends, strict=True):
        above = own[:, start : end + 1] >= mark  # a missing number reaches nothing
        columns.append(np.where(above.any(axis=1), above.argmax(axis=1), np.inf))
    return np.stack(columns, axis=1)


def _reduce(statistic, values: np.ndarray) -> Float[np.ndarray, " seeds"]:
    """A statistic of each row; NaN for a row that holds no number."""
    return np.array(
        [np.nan if np.isnan(row).all() else statistic(row) for row in values * 1.0]
    )
