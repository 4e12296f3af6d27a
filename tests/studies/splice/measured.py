"""Rows of the splice study made by hand: what each direction has can be counted."""

from collections.abc import Iterator, Mapping, Sequence

from telic.stats.rows import Row, Rows, join, rows_of
from telic.studies.goal_metrics import by_goal
from telic.studies.splice.arms import EDITED, NEW, NOISE, OLD, UNEDITED
from telic.studies.tables import rows_of_trial
from telic.trials import Condition, Result
from telic.trials.trial import DONOR
from telic.trials.trial import UNEDITED as NO_EDIT
from telic.worlds import Keys
from telic.worlds.keys import EVENTS

ADD = Condition("mean of earlier switches", 1.5)
NULLS = ("gaussian", "signs")
NAN = float("nan")


def rates(**changes: float) -> dict[str, float]:
    """All measures of a trial in Keys: nothing happens, but for what is named."""
    names = (*EVENTS, "length", "return_blue", "return_purple", "return_yellow")
    return {**dict.fromkeys(names, 0.0), **changes}


def trial(wants: str, aim: str, fraction: float) -> list[Result]:
    """A trial in which the edit brings a fraction of the aim, and each null 0.1."""

    def row(edit, null: str, got: float) -> Result:
        found = rates(**{f"pick_{aim}": got, f"pick_{wants}": 1 - got})
        found[f"return_{aim}"] = got
        return Result(edit, null, found, 10, 1.0, True)

    results = [row(NO_EDIT, "", 0.0), row(DONOR, "", 1.0), row(ADD, "", fraction)]
    return [*results, *(row(ADD, null, 0.1) for null in NULLS)]


def trials(*switches: tuple[str, str, float]) -> list[Row]:
    """The rows of a seed's switches: what was wanted, the aim, the edit's fraction."""
    rows: list[Row] = [Row("layers", f"actor/{i}", float(i)) for i in range(4)]
    for phase, (wants, aim, fraction) in enumerate(switches):
        scored = by_goal(trial(wants, aim, fraction), Keys(), aim=aim, old=wants)
        rows += rows_of_trial(scored, (phase, wants, aim))
    return rows


def recovery(edited: Sequence[float], trained: Sequence[float]) -> Iterator[Row]:
    """Training on from blue to purple: the old return was 1, the edit gives 0.6."""
    long = len(edited)
    returns = {
        (UNEDITED, OLD): {"blue": [1.0] * long, "purple": [0.0] * long},
        (EDITED, OLD): {"blue": list(edited), "purple": [0.6] * long},
        (NOISE, OLD): {"blue": [0.8] * long, "purple": [0.0] * long},
        (UNEDITED, NEW): {"blue": [0.0] * long, "purple": list(trained)},
    }
    for arm, curves in returns.items():
        for name, values in curves.items():
            for at, value in enumerate(values):
                yield Row("recovery", name, value, ("blue", "purple"), arm, at=at)


def seeds(found: Mapping[int, Sequence[Row]]) -> Rows:
    """The rows of all seeds."""
    return join([rows_of(rows, seed) for seed, rows in found.items()])
