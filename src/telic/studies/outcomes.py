"""How episodes end at the end of a phase: did the agent do what it was asked?

Return hides causes: .93 may be slowness, .39 is blindness to colour, .10 is the old
want. In Keys every episode ends in exactly one of five ways, and their rates tell.
"""

import numpy as np
from jaxtyping import Float

from telic.studies.columns import Runs
from telic.studies.curves import RATES, Curve, Support, over_seeds

FATAL = ("wall", "bump", "ball")
OUTCOMES = ("wanted", "other", "third", "fatal", "timeout")
"""Took the wanted key; one that another phase wants; one that none wants; died; ran
out of time."""


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


def outcomes(runs: Runs) -> dict[str, Curve]:
    """The rate of each of `OUTCOMES` in the last rollout of each phase.

    Returns:
        Curves over phases, in the order of `OUTCOMES`; none if the runs' world does not
        have the events of Keys.
    """
    events = {name.removeprefix("rate_") for name in runs.columns}
    if not {*FATAL, "timeout", *(f"pick_{o}" for o in runs.objectives)} <= events:
        return {}
    rates = {outcome: _rate(runs, outcome) for outcome in OUTCOMES}
    return {outcome: over_seeds(rate, RATES) for outcome, rate in rates.items()}


def _rate(runs: Runs, outcome: str) -> Float[np.ndarray, "seeds phases"]:
    """The rate of one outcome in the last rollout of each phase."""
    columns = []
    for end, wanted in zip(runs.ends, runs.wanted, strict=True):
        events = _events(runs, wanted)[outcome]
        rate = sum(
            (runs.columns[f"rate_{event}"][:, end] for event in events),
            np.zeros(len(runs.seeds)),
        )
        # The rates were rounded when they were written; their sum may pass 1 by a hair.
        columns.append(np.minimum(rate, 1.0))
    return np.stack(columns, axis=1)


def _events(runs: Runs, wanted: str) -> dict[str, list[str]]:
    """The events that make up each outcome while one objective is wanted."""
    picks = [
        n.removeprefix("rate_") for n in runs.columns if n.startswith("rate_pick_")
    ]
    trained = [f"pick_{objective}" for objective in runs.objectives]
    return {
        "wanted": [f"pick_{wanted}"],
        "other": [pick for pick in trained if pick != f"pick_{wanted}"],
        "third": [pick for pick in picks if pick not in trained],
        "fatal": list(FATAL),
        "timeout": ["timeout"],
    }
