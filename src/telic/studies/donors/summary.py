"""The effects of the donors study over seeds."""

from typing import NamedTuple

from telic.stats.rows import Identity, Rows
from telic.studies.donors.pairs import DONORS
from telic.studies.goal_metrics import METRICS
from telic.studies.tables import table_of
from telic.studies.variants import across
from telic.trials import Effects, effects


class DonorsEffects(NamedTuple):
    """The effects of the same edits with every donor.

    Attributes:
        seeds: The seeds, in ascending order.
        donors: By donor, the effects of its edits on the rate of reaching the aim.
        edits: By edit, its effect with every donor; edits that all donors share.
    """

    seeds: tuple[int, ...]
    donors: dict[str, Effects]
    edits: dict[Identity, Effects]


def summarise(rows: Rows) -> DonorsEffects:
    """The effects over seeds; the value of a seed is the mean over its switches."""
    trials = rows.where(part="trial")
    tables = {}
    for name in DONORS:
        those = [each for each in trials.names("trial") if _donor(each) == name]
        if those:
            tables[name] = table_of(trials.among("trial", those))
    first, *rest = tables.values()
    shared = [e for e in first.edits if all(e in each.edits for each in rest)]
    return DonorsEffects(
        seeds=first.seeds,
        donors={
            name: effects(table, measure="aim", also=METRICS)
            for name, table in tables.items()
        },
        edits={edit: effects(across(tables, edit), measure="aim") for edit in shared},
    )


def _donor(trial: Identity) -> str:
    """The donor of a trial: the first entry of its identity."""
    assert isinstance(trial, tuple)
    return str(trial[0])
