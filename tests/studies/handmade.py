"""Rows of trials made by hand: what each edit brings is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from telic.stats.rows import Identity, Row
from telic.studies.alternation.summary import Summary, summarise
from telic.studies.goal_metrics import METRICS, SCORES
from telic.studies.learning import learning
from telic.studies.tables import rows_of_trial
from telic.trials import Condition, Result
from telic.trials.trial import DONOR, UNEDITED
from telic.worlds import World


def summed(metrics: Mapping[int, Sequence[Any]], world: World) -> Summary:
    """The summary of runs, from what each rollout brought, by seed."""
    return summarise(learning(metrics), world)


NULLS = ("gaussian", "signs")


def trial(
    shares: Mapping[Condition, float],
    *,
    name: Identity,
    nulls: Sequence[str] = NULLS,
    extra: Mapping[Condition, Sequence[str]] | None = None,
) -> list[Row]:
    """A trial: each edit brings its share of the aim, each null 0.1.

    Args:
        shares: What each edit brings.
        name: Which trial it is.
        nulls: The nulls of every edit.
        extra: Further nulls of some edits.
    """
    results = [result(UNEDITED, "", 0.0), result(DONOR, "", 1.0)]
    for edit, share in shares.items():
        results.append(result(edit, "", share))
        for null in (*nulls, *(extra or {}).get(edit, ())):
            results.append(result(edit, null, 0.1))
    return list(rows_of_trial(results, name))


def result(edit: Condition | str, null: str, share: float) -> Result:
    """A row in which a fraction of episodes reaches the aim, the rest the old goal."""
    rates = dict.fromkeys((*METRICS, *SCORES), 0.0)
    rates |= {"aim": share, "old": 1 - share, "return_aim": share, "efficacy": share}
    return Result(edit, null, rates, 10, 1.0, True)
