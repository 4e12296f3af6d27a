"""Goal metrics: the behaviour of an agent, by the role of each goal in a trial.

One trial aims at blue, another at purple. Measured by role, the two can be averaged,
and all worlds have the same measures (`telic.worlds.goals.roles`).
"""

from collections.abc import Sequence

import numpy as np

from telic.rollouts import Rates
from telic.trials import Result, efficacy, locality, retention
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds import World, roles
from telic.worlds.goals import Roles

ASIDE, FAILURES = ("other", "fatal", "timeout"), ("fatal", "timeout")
"""The measures that an edit of the goal should leave unchanged, and the ends of an
episode that count against competence."""

METRICS = ("aim", "old", "other", "fatal", "timeout", "length", "return_aim")
"""The measures: rates per episode of reaching the goal that the edit aims at, the old
goal, or another; of failing; of running out of time; the length of an episode in steps;
the return under the objective that the edit aims at."""

SCORES = ("efficacy", "locality", "retention")
"""How far the edit moves the goal, how little else changes, what competence remains."""


def by_goal(
    results: Sequence[Result], world: World, *, aim: str, old: str
) -> list[Result]:
    """The rows of one trial with the measures of `METRICS` and `SCORES` added.

    Efficacy is NaN in a trial without a donor.

    Args:
        results: Rows with rates of the world's events and returns of both objectives.
        world: The world.
        aim: The objective that the edits aim at.
        old: The objective of the unedited agent.
    """
    part = roles(world, aim=aim, old=old)
    played = [_parts(result.rates, part, aim) for result in results]
    ends = {row.edit: rates for row, rates in zip(results, played, strict=True)}
    before, donor = ends[UNEDITED], ends.get(DONOR)
    scores = [
        {
            "efficacy": efficacy(rates, before, donor, "aim") if donor else np.nan,
            "locality": locality(rates, before, ASIDE),
            "retention": retention(rates, before, FAILURES),
        }
        for rates in played
    ]
    return [
        row._replace(rates={**row.rates, **rates, **score})
        for row, rates, score in zip(results, played, scores, strict=True)
    ]


def _parts(rates: Rates, part: Roles, aim: str) -> Rates:
    """The measures of `METRICS` of one row."""
    told = {
        "aim": rates[part.aim],
        "old": rates[part.old],
        "other": sum(rates[event] for event in part.other),
        "fatal": sum(rates[event] for event in part.failures),
        "timeout": rates[part.timeout] if part.timeout else 0.0,
        "length": rates["length"],
        "return_aim": rates[f"return_{aim}"],
    }
    return {name: round(value, 12) for name, value in told.items()}
