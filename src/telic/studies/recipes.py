"""The recipes study: does where the goal sits depend on how the agent was trained?

One thing at a time is changed from the default of the alternation study, and the same
edits are tried at the late switches of every recipe.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from telic.agents.mlp import Network
from telic.core.names import lookup
from telic.runs.folder import Run
from telic.studies import gather
from telic.studies.alternation import Alternation
from telic.studies.splice import Splice
from telic.studies.swaps import MEAN
from telic.training.plan import Plan
from telic.training.ppo import Hyper
from telic.trials import Table

RECIPES: dict[str, dict[str, Any]] = {
    "default": {},
    "tanh": {"network": Network(activation="tanh")},
    "decay-0": {"ppo": Hyper(weight_decay=0.0)},
    "decay-3e-3": {"ppo": Hyper(weight_decay=3e-3)},
    "period-5": {"period": 5},
    "period-45": {"period": 45},
    "width-64": {"network": Network(width=64)},
    "width-256": {"network": Network(width=256)},
}
"""What each recipe changes in the alternation study. To add one: one line."""

EDITS = (
    "layers 0",
    "layers 0+1",
    "layers 1+2+3",
    "graft 5 %",
    "rank 1",
    "rank 4",
    f"1.5 × {MEAN}",
)
"""The edits that are compared across recipes; decided before looking."""


@dataclasses.dataclass(frozen=True)
class Recipes:
    """Does where the goal sits depend on how the agent was trained?"""

    phases: int = 12
    """Phases of each run."""
    switches: int = 4
    """How many of the last switches."""
    episodes: int = 256
    """Episodes of each agent."""
    base: str = "post"
    """The preset that the recipes change."""

    @classmethod
    def preset(cls, name: str) -> "Recipes":
        """`full`, or `small` for tests."""
        if name == "small":
            return cls(phases=5, switches=1, episodes=16, base="small")
        return cls()

    def plan(self, recipe: str) -> Plan:
        """What a run of a recipe does.

        Raises:
            InputError: If there is no such recipe.
        """
        changes = lookup(recipe, RECIPES, kind="recipe")
        base = Alternation.preset(self.base)
        return dataclasses.replace(base, phases=self.phases, **changes).plan()

    def splice(self) -> Splice:
        """The edits that are tried on every run."""
        groups = ("layers", "graft", "rank", MEAN)
        return Splice(
            switches=self.switches,
            episodes=self.episodes,
            groups=groups,
            recovery=False,
        )


def compare(
    runs: Mapping[str, Sequence[Run]], settings: Mapping[str, Any]
) -> dict[str, Table]:
    """For each edit a table whose rows are the recipes, each with that edit's nulls.

    Args:
        runs: By recipe, its runs; the same number of seeds in each.
        settings: Those of the splice study that was done on them.
    """
    tables = {
        recipe: next(iter(gather.splice(each, settings).tables.values()))
        for recipe, each in runs.items()
    }
    return {edit: across(tables, edit) for edit in EDITS}


def across(tables: Mapping[str, Table], edit: str) -> Table:
    """One edit of many tables as one table, with a row for each of them.

    Example:
        >>> rows = (("add", ""), ("add", "noise"))
        >>> one = Table((0,), rows, ("aim",), np.array([[[0.9]], [[0.1]]]))
        >>> across({"tanh": one}, "add").rows
        (('tanh', ''), ('tanh', 'noise'))
    """
    rows, values = [], []
    for name, table in tables.items():
        for null in ("", *table.nulls(edit)):
            rows.append((name, null))
            values.append(table.values[table.rows.index((edit, null))])
    first = next(iter(tables.values()))
    return Table(first.seeds, tuple(rows), first.measures, np.array(values))
