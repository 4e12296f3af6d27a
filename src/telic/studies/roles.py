"""Roles: what an agent did, told by the part that each colour plays in a trial.

In one trial blue is the aim, in another purple; told by role they can be averaged.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from telic.core.errors import DamagedError
from telic.studies import answers
from telic.trials import Result, efficacy, locality, retention
from telic.trials.trial import DONOR, UNEDITED

ASIDE, FAILURES = ("other", "fatal", "timeout"), ("fatal", "timeout")
"""What an edit of the goal is not about, and the ends of an agent that cannot."""

FATAL = ("wall", "bump", "ball")
ROLES = ("aim", "old", "other", "fatal", "timeout", "length", "return_aim")
"""The measures: rates per episode of fetching the colour that the edit aims at, the one
wanted before, another; of dying; of running out of time; the length of an episode in
steps; the return under the objective that the edit aims at."""


def by_role(result: Result, *, aim: str, old: str) -> Result:
    """A row with the measures of `ROLES`.

    Args:
        result: A row with the events of Keys.
        aim: The colour that the edit aims at.
        old: The colour that the unedited agent wants.

    Raises:
        DamagedError: If the row lacks a measure.
    """
    rates = result.rates
    try:
        others = [r for name, r in rates.items() if name.startswith("pick_")]
        told = {
            "aim": rates[f"pick_{aim}"],
            "old": rates[f"pick_{old}"],
            "other": sum(others) - rates[f"pick_{aim}"] - rates[f"pick_{old}"],
            "fatal": sum(rates[name] for name in FATAL),
            "timeout": rates["timeout"],
            "length": rates["length"],
            "return_aim": rates[f"return_{aim}"],
        }
    except KeyError as error:
        raise DamagedError(f"a row of an answer lacks {error}") from error
    return result._replace(rates={k: round(v, 12) for k, v in told.items()})


def trial_by_role(trial: Mapping[str, Any], *, aim: str) -> list[Result]:
    """The rows of one stored trial, by role, with the scores of each."""
    rows = answers.rows(trial["results"])
    return scored([by_role(row, aim=aim, old=trial["wants"]) for row in rows])


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
