"""What the SNR study found, over seeds: ratios and behaviour by length."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from telic.runs.folder import Run
from telic.studies import answers
from telic.studies.flights import flights
from telic.studies.formed import check, gatherer
from telic.studies.gather import check_together
from telic.studies.isolated import sorted_
from telic.studies.snr import STUDY
from telic.trials import Table, tabulate
from telic.trials.trial import UNEDITED

GATE = {"gate": dict[str, float]}
RATIOS = {"ratios": dict[str, dict[str, Any]]}
"""What every answer has, and each length of one whose agent passed the gate."""


class Repeated(NamedTuple):
    """What was found over seeds.

    Attributes:
        seeds: The seeds whose agents passed the gate, in ascending order.
        steps: The lengths of the second phase.
        repeats: How many repeats each seed has.
        tables: By length: what subtracting does.
        answers: By seed: what was stored of each length.
    """

    seeds: tuple[int, ...]
    steps: tuple[int, ...]
    repeats: int
    tables: dict[int, Table]
    answers: dict[int, list[dict[str, Any]]]


@gatherer(STUDY)
def repeated(runs: Sequence[Run], settings: Mapping[str, Any]) -> Repeated:
    """The answers of some runs, side by side.

    Raises:
        InputError: If a run has no answer, or they are of several experiments.
    """
    check_together(runs)
    found = {run.seed(): answers.read(run, STUDY, settings) for run in sorted_(runs)}
    for answer in found.values():
        check(answer, GATE)
    lengths = {s: one["lengths"] for s, one in found.items() if "lengths" in one}
    for one in (one for each in lengths.values() for one in each):
        check(one, RATIOS)
    steps = tuple(one["steps"] for one in next(iter(lengths.values()), []))
    tables = {
        length: tabulate({s: [flights(ls[i]["results"])] for s, ls in lengths.items()})
        for i, length in enumerate(steps)
    }
    return Repeated(tuple(lengths), steps, int(settings["repeats"]), tables, lengths)


def ratios(
    found: Repeated, ratio: str
) -> dict[str, Float[np.ndarray, "seeds lengths"]]:
    """One ratio of every vector, by seed and length."""
    stored = [[one["ratios"] for one in found.answers[seed]] for seed in found.seeds]
    return {
        name: np.array([[one[name][ratio] for one in each] for each in stored])
        for name in stored[0][0]
    }


def behaviour(
    found: Repeated, measure: str, edit: str | None
) -> Float[np.ndarray, "seeds lengths"]:
    """One measure of an edit, or of the unedited agent, by seed and length."""
    tables = found.tables.values()
    return np.stack([t.values_of(measure, edit or UNEDITED) for t in tables], axis=1)
