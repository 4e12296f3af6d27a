"""Gathering: the answers of many seeds as tables over seeds, for figures and pages."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.runs.folder import Run
from telic.studies import answers
from telic.studies.formed import gatherer
from telic.studies.goal_metrics import trial_by_role
from telic.trials import Result, Table, rollouts_to, tabulate
from telic.trials.effects import Arm

REGAINED = 0.9
"""The share of its old return at which an agent counts as recovered."""


class Found(NamedTuple):
    """What a study found over seeds.

    Attributes:
        tables: By heading (a direction, a kind of board): the table over seeds.
        arms: The edits by family.
        answers: By seed: what was stored.
    """

    tables: dict[str, Table]
    arms: tuple[Arm, ...]
    answers: dict[int, dict[str, Any]]

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds, in ascending order."""
        return tuple(sorted(self.answers))


def check_together(runs: Sequence[Run]) -> None:
    """Raise unless runs are of one experiment.

    Raises:
        InputError: If they are not.
    """
    experiments = {run.path.parent.name for run in runs}
    if len(experiments) != 1:
        raise InputError(
            f"runs of {len(experiments)} experiments in one study",
            why="seeds are compared within one experiment",
        )


@gatherer("splice")
def splice(runs: Sequence[Run], settings: Mapping[str, Any]) -> Found:
    """The splice study over seeds: one table for each direction, and one for both.

    In the one for both a seed's number is the mean over all of its switches.
    """
    found, world = _answers(runs, "splice", settings), runs[0].plan().world
    trials = {
        seed: [
            (f"{t['wants']} → {t['aim']}", trial_by_role(t, world, aim=t["aim"]))
            for t in answer["trials"]
        ]
        for seed, answer in found.items()
    }
    both = {s: [("all switches", rows) for _, rows in t] for s, t in trials.items()}
    together = Found({**_tables(both), **_tables(trials)}, _arms(found), found)
    recovery(together)  # pages read it later: here it can still be said whose it is
    return together


class Recovery(NamedTuple):
    """Training on after an edit, in one direction, over seeds.

    Attributes:
        curves: By arm: (seeds, rollouts) return under the objective that it trains.
        regained: (seeds,) after how many rollouts the edited agent is back at
            `REGAINED` of the unedited agent's old return; infinite if never.
        equivalent: (seeds,) after how many rollouts of training the unedited agent on
            the new objective it has the return that the edit gives at once; likewise.
    """

    curves: dict[str, Float[np.ndarray, "seeds rollouts"]]
    regained: Float[np.ndarray, " seeds"]
    equivalent: Float[np.ndarray, " seeds"]


def recovery(found: Found) -> dict[str, Recovery]:
    """Training on after the edit, for each direction that was tried."""
    directions = dict.fromkeys(
        d for answer in found.answers.values() for d in answer["recovery"]
    )
    return {direction: _recovery(found, direction) for direction in directions}


def _recovery(found: Found, direction: str) -> Recovery:
    """One direction."""
    old, new = direction.split(" → ")
    stored = [found.answers[seed]["recovery"][direction] for seed in found.seeds]
    curves = {
        name: np.array([_floats(s[name][_trained(name, old, new)]) for s in stored])
        for name in stored[0]
    }
    before = curves["unedited, old objective"][:, 0]
    edited = curves["edited, old objective"]
    reached = [_floats(s["edited, old objective"][new])[0] for s in stored]
    trained = curves["unedited, new objective"]
    return Recovery(
        curves,
        np.array([_to(c, REGAINED * b) for c, b in zip(edited, before, strict=True)]),
        np.array([_to(c, r) for c, r in zip(trained, reached, strict=True)]),
    )


def _trained(arm: str, old: str, new: str) -> str:
    """Which of two objectives an arm of the recovery trains."""
    return new if arm.endswith("new objective") else old


def _to(curve: Float[np.ndarray, " rollouts"], mark: float) -> float:
    """After how many rollouts; infinite if never."""
    there = rollouts_to(curve, mark)
    return float("inf") if there is None else float(there)


def _floats(curve: Sequence[float | None]) -> Float[np.ndarray, " rollouts"]:
    """A stored curve; NaN for None."""
    return np.array(curve, np.float64)


def _answers(
    runs: Sequence[Run], study: str, settings: Mapping[str, Any]
) -> dict[int, dict[str, Any]]:
    """The answers by seed."""
    check_together(runs)
    return {run.seed(): answers.read(run, study, settings) for run in runs}


def _tables(trials: Mapping[int, list[tuple[str, list[Result]]]]) -> dict[str, Table]:
    """A table for each heading."""
    headings = dict.fromkeys(heading for each in trials.values() for heading, _ in each)
    return {
        heading: tabulate(
            {
                seed: [rows for named, rows in each if named == heading]
                for seed, each in trials.items()
            }
        )
        for heading in headings
    }


def _arms(found: Mapping[int, Mapping[str, Any]]) -> tuple[Arm, ...]:
    """The arms, as the first seed has them."""
    first = found[min(found)]
    return tuple(Arm(str(e), str(g), x) for e, g, x in first["arms"])
