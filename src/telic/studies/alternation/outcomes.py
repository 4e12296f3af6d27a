"""How episodes end at the end of a phase: did the agent do what it was asked?

Return hides causes: .93 may be slowness, .39 is blindness to the goal, .10 is the old
want. Where goals have events of success, an episode ends in one of five ways at most,
and their rates tell; elsewhere all events of the world stand side by side.
"""

import numpy as np
from jaxtyping import Float

from telic.stats.curves import RATES, Curve, Support, over_seeds
from telic.stats.resampling import REALS
from telic.studies.alternation.columns import Runs
from telic.studies.learning import RATE
from telic.worlds import goals_of, roles

OUTCOMES = ("wanted", "other", "third", "fatal", "timeout")
"""Reached the wanted goal; one that another phase wants; one that none wants; failed;
ran out of time."""


def event_rates(runs: Runs) -> dict[str, Curve]:
    """The rate per episode of every event in the last rollout of each phase.

    Events that never happened then are left out.
    """
    ends = {
        name: column[:, runs.ends]
        for (part, name), column in runs.columns.items()
        if part == RATE
    }
    return {
        name: over_seeds(values, support_of(values))
        for name, values in ends.items()
        if np.nan_to_num(values).any()
    }


def support_of(rates: Float[np.ndarray, "*shape"]) -> Support:
    """The range of a rate per episode; none for an event that happens repeatedly."""
    known = rates[np.isfinite(rates)]
    return RATES if ((known >= 0) & (known <= 1)).all() else REALS


def outcome_rates(runs: Runs) -> dict[str, Curve]:
    """The rate of each of `OUTCOMES` in the last rollout of each phase.

    Returns:
        Curves over phases, in the order of `OUTCOMES`, without those for which the
        world has no events; none if the trained objectives have no events of success of
        their own.
    """
    if not runs.successes:
        return {}
    events = {wanted: _events(runs, wanted) for wanted in runs.objectives}
    rates = {
        outcome: _rate(runs, {wanted: each[outcome] for wanted, each in events.items()})
        for outcome in OUTCOMES
        if outcome == "other" or any(each[outcome] for each in events.values())
    }
    return {name: over_seeds(rate, support_of(rate)) for name, rate in rates.items()}


def _rate(
    runs: Runs, events: dict[str, list[str]]
) -> Float[np.ndarray, "seeds phases"]:
    """The rate of one outcome in the last rollout of each phase.

    Args:
        runs: The runs.
        events: By the objective that is wanted, the events that make it up.
    """
    columns = []
    for end, wanted in zip(runs.ends, runs.wanted, strict=True):
        rate = sum(
            (runs.column(RATE, event)[:, end] for event in events[wanted]),
            np.zeros(len(runs.seeds)),
        )
        # The rates were rounded when they were written; their sum may pass 1 by a hair.
        columns.append(np.minimum(rate, 1.0))
    return np.stack(columns, axis=1)


def _events(runs: Runs, wanted: str) -> dict[str, list[str]]:
    """The events that make up each outcome while one objective is wanted."""
    world, trained = runs.world, runs.successes
    successes = [goal.success for goal in goals_of(world).values() if goal.success]
    part = roles(world, aim=wanted, old=wanted)
    return {
        "wanted": [trained[wanted]],
        "other": [event for event in trained.values() if event != trained[wanted]],
        "third": [e for e in dict.fromkeys(successes) if e not in trained.values()],
        "fatal": list(part.failures),
        "timeout": [part.timeout] if part.timeout else [],
    }
