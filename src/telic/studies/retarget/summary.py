"""The effects of the retarget study over seeds: every verdict, computed once."""

from typing import NamedTuple

import numpy as np

from telic.stats import Interval, bootstrap
from telic.stats.rows import Identity, Rows
from telic.studies.goal_metrics import METRICS
from telic.studies.retarget.case import CONTRAST, GOAL
from telic.studies.tables import table_of
from telic.training import ExperimentConfig
from telic.trials import Condition, Effects, Table, choose_on_others, effects
from telic.worlds import success_of

CHOSEN = "chosen"
"""The value of a vector's condition at the strength that was best on other seeds."""


class RetargetEffects(NamedTuple):
    """The effects of the retarget study over seeds.

    Attributes:
        new: The goal that was never the target.
        seeds: The seeds, in ascending order.
        sites: By place, the name of the site at which activations were edited.
        boards: By kind of board, the effects on the rate of reaching the new goal.
        norms: By goal, the norm of its input weights.
        worth: The reward of the new goal's success event under each trained objective;
            empty if it has no such event.
    """

    new: str
    seeds: tuple[int, ...]
    sites: dict[str, str]
    boards: dict[str, Effects]
    norms: dict[str, Interval]
    worth: dict[str, float]


def summarise(rows: Rows, new: str, plan: ExperimentConfig) -> RetargetEffects:
    """The effects over seeds; the value of a seed is the mean over its agents."""
    success, events = success_of(plan.world, new), plan.world.events
    tables, norms = tables_of(rows), rows.where(part="norms")
    return RetargetEffects(
        new=new,
        seeds=next(iter(tables.values())).seeds,
        sites=edited_sites(rows),
        boards={
            board: effects(_with_chosen(each), measure="aim", also=METRICS)
            for board, each in tables.items()
        },
        norms={
            str(goal): bootstrap(norms.where(metric=goal).pivot("seed"), np.mean)
            for goal in norms.names("metric")
        },
        worth={
            phase.objective: float(plan.vector(phase.objective)[events.index(success)])
            for phase in plan.schedule
            if success is not None
        },
    )


def tables_of(rows: Rows) -> dict[str, Table]:
    """The table of trials over seeds, by kind of board."""
    trials, boards = rows.where(part="trial"), {}
    for name in trials.names("trial"):
        boards.setdefault(_board(name), []).append(name)
    return {
        board: table_of(trials.among("trial", those)) for board, those in boards.items()
    }


def edited_sites(rows: Rows) -> dict[str, str]:
    """The name of the site at which activations were edited, by place."""
    named = rows.where(part="sites").pairs("condition", "metric")
    return {str(place): str(site) for place, site in named}


def _board(trial: Identity) -> str:
    """The kind of board of a trial: the last entry of its identity."""
    assert isinstance(trial, tuple)
    return str(trial[-1])


def _with_chosen(found: Table) -> Table:
    """The table with each vector also at the strength chosen on other seeds."""
    if len(found.seeds) < 2:
        return found
    for vector in (GOAL, CONTRAST):
        family = [e for e in found.edits if isinstance(e, Condition) and e[0] == vector]
        found = choose_on_others(found, family, "aim", name=Condition(vector, CHOSEN))
    return found
