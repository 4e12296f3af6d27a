"""Goal metrics: what an agent did, by the part that each goal plays in a trial.

In one trial blue is the aim, in another purple; by parts they can be averaged, and
worlds without colours have the same measures (`telic.worlds.goals.roles`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from telic.core.errors import DamagedError
from telic.studies import answers
from telic.trials import Result, efficacy, locality, retention
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds import World, roles

ASIDE, FAILURES = ("other", "fatal", "timeout"), ("fatal", "timeout")
"""What an edit of the goal is not about, and the ends of an agent that cannot."""

METRICS = ("aim", "old", "other", "fatal", "timeout", "length", "return_aim")
"""The measures: rates per episode of reaching the goal that the edit aims at, the one
wanted before, another; of failing; of running out of time; the length of an episode in
steps; the return under the objective that the edit aims at."""


def by_role(result: Result, world: World, *, aim: str, old: str) -> Result:
    """A row with the measures of `METRICS`.

    Args:
        result: A row with the events of a world, and returns under both objectives.
        world: The world.
        aim: The objective that the edit aims at.
        old: The objective of the unedited agent.

    Raises:
        DamagedError: If the row lacks a measure.
    """
    part, rates = roles(world, aim=aim, old=old), result.rates
    try:
        told = {
            "aim": rates[part.aim],
            "old": rates[part.old],
            "other": sum(rates[event] for event in part.other),
            "fatal": sum(rates[event] for event in part.failures),
            "timeout": rates[part.timeout] if part.timeout else 0.0,
            "length": rates["length"],
            "return_aim": rates[f"return_{aim}"],
        }
    except KeyError as error:
        raise DamagedError(f"a row of an answer lacks {error}") from error
    return result._replace(rates={k: round(v, 12) for k, v in told.items()})


def trial_by_role(trial: Mapping[str, Any], world: World, *, aim: str) -> list[Result]:
    """The rows of one stored trial, by role, with the scores of each."""
    rows = answers.rows(trial["results"])
    return scored([by_role(row, world, aim=aim, old=trial["wants"]) for row in rows])


def scored(rows: Sequence[Result]) -> list[Result]:
    """The rows of one trial with `efficacy`, `locality` and `retention` beside them.

    Efficacy is NaN in a trial without a donor.
    """
    found = {(row.edit, row.null): row.rates for row in rows}
    before, donor = found[(UNEDITED, "")], found.get((DONOR, ""))
    return [
        row._replace(
            rates={
                **row.rates,
                "efficacy": efficacy(row.rates, before, donor, "aim")
                if donor
                else float("nan"),
                "locality": locality(row.rates, before, ASIDE),
                "retention": retention(row.rates, before, FAILURES),
            }
        )
        for row in rows
    ]
