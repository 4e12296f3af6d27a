"""How episodes end at the end of a phase: did the agent do what it was asked?

Return hides causes: .93 may be slowness, .39 is blindness to colour, .10 is the old
want. Where goals have events of success, an episode ends in one of five ways, and their
rates tell.
"""

import numpy as np
from jaxtyping import Float

from telic.stats.curves import RATES, Curve, Support, over_seeds
from telic.studies.alternation.columns import Runs
from telic.worlds import goals_of, roles, success_of

OUTCOMES = ("wanted", "other", "third", "fatal", "timeout")
"""Reached the wanted goal; one that another phase wants; one that none wants; failed;
ran out of time."""


def event_rates(runs: Runs, support: Support = RATES) -> dict[str, Curve]:
    """Every event's rate per episode in the last rollout of each phase.

    Args:
        runs: The runs of a study.
        support: The range of such a rate; wider for events that happen repeatedly.

    Raises:
        InputError: If a rate lies outside the support.
    """
    return {
        name.removeprefix("rate_"): over_seeds(column[:, runs.ends], support)
        for name, column in runs.columns.items()
        if name.startswith("rate_")
    }


def outcome_rates(runs: Runs) -> dict[str, Curve]:
    """The rate of each of `OUTCOMES` in the last rollout of each phase.

    Returns:
        Curves over phases, in the order of `OUTCOMES`; none if the trained objectives
        have no events of success of their own.
    """
    trained = [success_of(runs.world, objective) for objective in runs.objectives]
    told = {f"rate_{event}" for event in trained} <= set(runs.columns)
    if None in trained or not told or len(set(trained)) < len(trained):
        return {}
    rates = {outcome: _rate(runs, outcome) for outcome in OUTCOMES}
    return {outcome: over_seeds(rate, RATES) for outcome, rate in rates.items()}


def _rate(runs: Runs, outcome: str) -> Float[np.ndarray, "seeds phases"]:
    """The rate of one outcome in the last rollout of each phase."""
    columns = []
    for end, wanted in zip(runs.ends, runs.wanted, strict=True):
        events = _events(runs, wanted)[outcome]
        rate = sum(
            (runs.column(f"rate_{event}")[:, end] for event in events),
            np.zeros(len(runs.seeds)),
        )
        # The rates were rounded when they were written; their sum may pass 1 by a hair.
        columns.append(np.minimum(rate, 1.0))
    return np.stack(columns, axis=1)


def _events(runs: Runs, wanted: str) -> dict[str, list[str]]:
    """The events that make up each outcome while one objective is wanted."""
    world, goals = runs.world, goals_of(runs.world)
    successes = [goal.success for goal in goals.values() if goal.success]
    trained = [goals[objective].success for objective in runs.objectives]
    own, part = goals[wanted].success, roles(world, aim=wanted, old=wanted)
    return {
        "wanted": [str(own)],
        "other": [str(event) for event in trained if event != own],
        "third": [event for event in successes if event not in trained],
        "fatal": list(part.failures),
        "timeout": [part.timeout] if part.timeout else [],
    }
