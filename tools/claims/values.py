"""The values of each seed by which a claim is judged, from the rows of its study."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from telic.runs.folder import Run
from telic.stats.rows import Rows
from telic.studies import STUDIES, results
from telic.studies.alternation.report import summary_of
from telic.studies.alternation.switches import settle
from telic.studies.base import settings_of
from telic.studies.curve_scores import MARK, curves, seed_means
from telic.studies.isolation.arms import TRIAL
from telic.studies.isolation.edits import SPECIFIC
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.retarget.case import GOAL
from telic.studies.retarget.study import BESIDE
from telic.studies.retarget.summary import CHOSEN, tables_of
from telic.studies.tables import table_of
from telic.trials import Condition, Table, choose_on_others, sparsity_at
from telic.trials.trial import UNEDITED
from tools.claims.claim import AFTER, AGENTS, BEFORE, EDIT, GATE, PER_EPISODE, Found


def rows(runs: Sequence[Run], name: str, **changes: Any) -> Rows:
    """What a study measured on some runs, with its defaults but for some changes."""
    study = STUDIES[name](**changes)
    return results.together(runs, name, settings_of(study))


def of_table(table: Table, edit: Any, *, measure: str = "aim") -> Found:
    """A measure of an edit, of its nulls, and of the agents without an edit."""
    wanted = {EDIT: (edit, "")}
    wanted |= {null: (edit, null) for null in table.nulls(edit)}
    wanted |= {name: (name, "") for name in AGENTS if (name, "") in table.rows}
    return {
        name: dict(
            zip(table.seeds, table.values_of(measure, *row).tolist(), strict=True)
        )
        for name, row in wanted.items()
    }


def trials(runs: Sequence[Run], study: str, kind: str = "") -> Table:
    """The trials of a study over seeds; those of one kind, if it is named."""
    found = rows(runs, study).where(part="trial")
    if kind:
        found = found.among("trial", [t for t in found.names("trial") if t[0] == kind])
    return table_of(found)


def alternation(runs: Sequence[Run]) -> Found:
    """Each seed's median return in the last rollouts of phases, and in the first."""
    found = summary_of(runs)
    settled = settle(found.runs, found.switches, found.yardstick, found.runs.objectives)
    both = {EDIT: settled.last, "first rollout after a switch": settled.first}
    return {
        name: dict(zip(found.runs.seeds, values.tolist(), strict=True))
        for name, values in both.items()
    }


def carried(runs: Sequence[Run]) -> Found:
    """The goal vector carried to a distractor, its strength chosen on other seeds."""
    table = tables_of(rows(runs, "retarget", agents=4))[BESIDE]
    family = [e for e in table.edits if isinstance(e, Condition) and e.group == GOAL]
    chosen = Condition(GOAL, CHOSEN)
    return of_table(choose_on_others(table, family, "aim", name=chosen), chosen)


def located(runs: Sequence[Run]) -> Found:
    """The log2 of the least share of weights for 90 % of the donor's behaviour."""
    found = rows(runs, "locate")
    seeds = found.where(part="goal", metric="gap").names("seed")
    sizes = curves(found, seeds)
    names = {EDIT: "integrated attribution", "magnitude": "magnitude"}
    return {
        row: dict(zip(map(int, seeds), _sizes(sizes[method]), strict=True))
        for row, method in {**names, "random": "random"}.items()
    }


def _sizes(seeds: Iterable[Sequence[Any]]) -> list[float]:
    """The log2 of the size that each seed needs: the mean over its pairs."""
    found = [[float(np.log2(sparsity_at(c, MARK))) for c in each] for each in seeds]
    return seed_means(found).tolist()


def landers(runs: Sequence[Run]) -> Found:
    """The fuel per landing that subtracting the reward-specific part adds.

    Beside it landings, fuel per episode, and the gate of all landers. An agent that
    never lands has no fuel per landing: NaN. Only of the runs that are measured.
    """
    settings = settings_of(STUDIES["isolation"]())
    runs = [r for r in runs if results.rows_path(r, "isolation", settings).exists()]
    found = rows(runs, "isolation")
    table = table_of(found.where(part=TRIAL, trial=STUDIES["isolation"]().main))
    edit = Condition(SPECIFIC, -1.0)
    burnt, all_fuel, landed = (
        of_table(table, edit, measure=measure)
        for measure in ("fuel_if_landed", "fuel", "landing")
    )
    kept = {name: seeds for name, seeds in burnt.items() if name not in AGENTS}
    gate = found.where(part="check")
    return {
        **{name: _less(seeds, burnt[UNEDITED]) for name, seeds in kept.items()},
        PER_EPISODE: _less(all_fuel[EDIT], all_fuel[UNEDITED]),
        BEFORE: landed[UNEDITED],
        AFTER: landed[EDIT],
        **{
            f"{GATE}{measure}": dict(
                zip(
                    map(int, gate.names("seed")),
                    gate.where(metric=measure).pivot("seed").tolist(),
                    strict=True,
                )
            )
            for measure in LANDER.required
        },
    }


def _less(seeds: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    """One value of each seed less another."""
    return {seed: value - other[seed] for seed, value in seeds.items()}
