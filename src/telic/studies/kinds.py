"""The same edits in trials of several kinds: with other donors, on other boards."""

import dataclasses
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from telic.stats.rows import Identity, Rows
from telic.studies.goal_metrics import METRICS
from telic.studies.tables import table_of
from telic.studies.variants import across
from telic.trials import Effects, Table, effects


class KindsEffects(NamedTuple):
    """The effects of the same edits in every kind of trial.

    Attributes:
        seeds: The seeds, in ascending order.
        kinds: By kind, the effects of its edits on the rate of reaching the aim.
        edits: By edit, its effect in every kind; edits that all kinds share.
    """

    seeds: tuple[int, ...]
    kinds: dict[str, Effects]
    edits: dict[Hashable, Effects]


def summarise(rows: Rows, also: Sequence[str] = METRICS) -> KindsEffects:
    """The effects over seeds; the value of a seed is the mean over its switches.

    The kind of a trial is the first entry of its identity.

    Args:
        rows: The rows of all runs.
        also: Further measures to report, of the kinds that have them.
    """
    trials = rows.where(part="trial")
    groups: dict[str, list[Identity]] = {}
    for trial in trials.names("trial"):
        assert isinstance(trial, tuple)
        groups.setdefault(str(trial[0]), []).append(trial)
    tables = {
        kind: table_of(trials.among("trial", those)) for kind, those in groups.items()
    }
    first, *rest = tables.values()
    shared = [e for e in first.edits if all(e in each.edits for each in rest)]
    # A measure that some kinds lack, as regret where optimal play is not known, is told
    # of each kind and not across them.
    common = [m for m in first.measures if all(m in each.measures for each in rest)]
    alike = {kind: _only(table, common) for kind, table in tables.items()}
    return KindsEffects(
        seeds=first.seeds,
        kinds={
            kind: effects(
                table, measure="aim", also=[m for m in also if m in table.measures]
            )
            for kind, table in tables.items()
        },
        edits={edit: effects(across(alike, edit), measure="aim") for edit in shared},
    )


def _only(table: Table, measures: Sequence[str]) -> Table:
    """A table with some of its measures."""
    places = [table.measures.index(measure) for measure in measures]
    return dataclasses.replace(
        table, measures=tuple(measures), values=table.values[..., places]
    )
