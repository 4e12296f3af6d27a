"""What the isolation study found, over seeds: tables, recovery curves, who passed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from telic.runs.folder import Run
from telic.studies import answers
from telic.studies.flights import flights
from telic.studies.formed import check, gatherer
from telic.studies.gather import check_together
from telic.studies.isolation import STUDY, passed
from telic.trials import Table, rollouts_to, tabulate
from telic.trials.effects import Arm
from telic.worlds.land import MAIN, SIDE

REGAINED = 0.9
"""The share of its old return at which an agent counts as recovered."""

ENGINES = ("main", "side")

GATE = {"gate": dict[str, float]}
EDITED = {
    "trials": list[dict[str, Any]],
    "phase": dict[str, list[dict[str, Any]]],
    "recovery": dict[str, list[dict[str, Any]]],
    "vectors": dict[str, dict[str, dict[str, float]]],
    "update": dict[str, dict[str, list]],
}
"""What every answer has, and one of an agent that was edited: pages read it later."""

Curves = dict[str, Float[np.ndarray, "seeds rollouts"]]


class Isolated(NamedTuple):
    """What was found over seeds.

    Attributes:
        gates: By seed: what the agent did before anything was done to it.
        seeds: The seeds that were edited, in ascending order.
        tables: By length of the second phase in steps: the table over seeds.
        greedy: The same for agents that take their most probable action.
        arms: The edits by length; the greedy tables have some of them.
        answers: By seed that was edited: what was stored.
    """

    gates: dict[int, dict[str, float]]
    seeds: tuple[int, ...]
    tables: dict[int, Table]
    greedy: dict[int, Table]
    arms: dict[int, tuple[Arm, ...]]
    answers: dict[int, dict[str, Any]]


@gatherer(STUDY)
def isolated(runs: Sequence[Run], settings: Mapping[str, Any]) -> Isolated:
    """The answers of some runs, side by side.

    Raises:
        InputError: If a run has no answer, or they are of several experiments.
    """
    check_together(runs)
    found = {run.seed(): answers.read(run, STUDY, settings) for run in sorted_(runs)}
    edited = {seed: answer for seed, answer in found.items() if "trials" in answer}
    for answer in found.values():
        check(answer, GATE | (EDITED if "trials" in answer else {}))
    trials = {seed: answer["trials"] for seed, answer in edited.items()}
    tables = {
        greedy: {
            steps: _table(trials, steps, greedy=greedy)
            for steps in _lengths(trials, greedy=greedy)
        }
        for greedy in (False, True)
    }
    first = next(iter(trials.values()), [])
    arms = {
        t["steps"]: tuple(Arm(str(e), str(g), x) for e, g, x in t["arms"])
        for t in first
        if not t["greedy"]
    }
    gates = {seed: answer["gate"] for seed, answer in found.items()}
    return Isolated(gates, tuple(edited), tables[False], tables[True], arms, edited)


def sorted_(runs: Sequence[Run]) -> list[Run]:
    """Runs by their seeds."""
    return sorted(runs, key=lambda run: run.seed())


def competent(found: Isolated) -> tuple[int, ...]:
    """The seeds whose agents pass the gate."""
    return tuple(seed for seed, gate in found.gates.items() if passed(gate))


def curves(found: Isolated, part: str, column: str) -> Curves:
    """One column of the rows of training, over seeds.

    Args:
        found: What was found.
        part: `recovery`, or `phase` for the second phase and its control.
        column: A column of a run's metrics, or `fuel`.

    Returns:
        (seeds, rollouts) by arm; NaN where no episode was completed.
    """
    if column == "fuel":
        main, side = (curves(found, part, f"rate_{engine}") for engine in ENGINES)
        return {name: MAIN * main[name] + SIDE * side[name] for name in main}
    stored = [found.answers[seed][part] for seed in found.seeds]
    return {
        name: np.array([[row[column] for row in one[name]] for one in stored], float)
        for name in stored[0]
    }


class Regained(NamedTuple):
    """How an edited agent comes back, over seeds.

    Attributes:
        rollouts: (seeds,) after how many rollouts its return is at `REGAINED` of what
            the unedited agent has in its first one (of a negative return: as far below
            it); infinite if never.
        fuel: (seeds,) how much more fuel it burns than the unedited agent, which
            trained on as well, in the last fifth of the training.
    """

    rollouts: Float[np.ndarray, " seeds"]
    fuel: Float[np.ndarray, " seeds"]


def regained(found: Isolated, objective: str) -> dict[str, Regained]:
    """For every arm of the recovery: when it is back, and whether the habit stays."""
    returns, fuel = (
        curves(found, "recovery", column) for column in (f"return_{objective}", "fuel")
    )
    before = returns["unedited"][:, 0]
    marks = before - (1 - REGAINED) * np.abs(before)  # below it, also where it is < 0
    told = {}
    for name, curve in returns.items():
        when = [rollouts_to(c, m) for c, m in zip(curve, marks, strict=True)]
        late = max(1, curve.shape[1] // 5)
        extra = fuel[name][:, -late:] - fuel["unedited"][:, -late:]
        told[name] = Regained(
            np.array([np.inf if w is None else float(w) for w in when]),
            np.array([_mean(row[np.isfinite(row)]) for row in extra]),
        )
    return told


def _lengths(trials: Mapping[int, Sequence[Any]], *, greedy: bool) -> list[int]:
    """The lengths of which there are trials."""
    return sorted(
        {t["steps"] for ts in trials.values() for t in ts if t["greedy"] == greedy}
    )


def _table(trials: Mapping[int, Sequence[Any]], steps: int, *, greedy: bool) -> Table:
    """The table of one length."""
    return tabulate(
        {
            seed: [
                flights(t["results"])
                for t in ts
                if (t["steps"], t["greedy"]) == (steps, greedy)
            ]
            for seed, ts in trials.items()
        }
    )


def _mean(values: Float[np.ndarray, " _"]) -> float:
    """The mean; NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan
