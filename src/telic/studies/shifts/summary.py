"""The effects of the shifts study over seeds."""

from collections.abc import Hashable
from typing import NamedTuple

from telic.stats.rows import Identity, Rows
from telic.studies.goal_metrics import METRICS
from telic.studies.tables import table_of
from telic.studies.variants import across
from telic.trials import Effects, effects


class ShiftsEffects(NamedTuple):
    """The effects of the same edits on every kind of boards.

    Attributes:
        seeds: The seeds, in ascending order.
        boards: By kind of boards, the effects on the rate of reaching the aim.
        edits: By edit, its effect on every kind of boards.
    """

    seeds: tuple[int, ...]
    boards: dict[str, Effects]
    edits: dict[Hashable, Effects]


def summarise(rows: Rows) -> ShiftsEffects:
    """The effects over seeds; the value of a seed is the mean over its switches."""
    trials = rows.where(part="trial")
    kinds: dict[str, list[Identity]] = {}
    for trial in trials.names("trial"):
        assert isinstance(trial, tuple)
        kinds.setdefault(str(trial[0]), []).append(trial)
    tables = {
        kind: table_of(trials.among("trial", those)) for kind, those in kinds.items()
    }
    first = next(iter(tables.values()))
    return ShiftsEffects(
        seeds=first.seeds,
        boards={
            kind: effects(table, measure="aim", also=METRICS)
            for kind, table in tables.items()
        },
        edits={
            edit: effects(across(tables, edit), measure="aim") for edit in first.edits
        },
    )
