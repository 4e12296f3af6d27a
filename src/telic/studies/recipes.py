"""The recipes study: does where the goal sits depend on how the agent was trained?

One thing at a time is changed from the default of the alternation study, and the same
edits are tried at the late switches of every recipe.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from telic.core.names import check_name
from telic.policies import MLP
from telic.runs.folder import Run
from telic.studies import gather
from telic.studies.alternation import Alternation
from telic.studies.answers import settings_of
from telic.studies.base import preset
from telic.studies.families import across, chosen
from telic.studies.splice import Splice, late_switches
from telic.studies.swaps import MEAN
from telic.training.plan import Plan
from telic.training.ppo import Hyper
from telic.trials import Table

RECIPES: dict[str, dict[str, Any]] = {
    "default": {},
    "tanh": {"policy": MLP(activation="tanh")},
    "decay-0": {"ppo": Hyper(weight_decay=0.0)},
    "decay-3e-3": {"ppo": Hyper(weight_decay=3e-3)},
    "period-5": {"period": 5},
    "period-45": {"period": 45},
    "width-64": {"policy": MLP(width=64)},
    "width-256": {"policy": MLP(width=256)},
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
    only: tuple[str, ...] = ()
    """Only these recipes, `default tanh` say; all of them if empty."""

    SEEDS: ClassVar[str] = "0:3"

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Recipes":
        """`full`, or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(phases=5, switches=1, episodes=16, base="small")
        return cls()

    def __post_init__(self) -> None:
        """Refuse now what would fail after hours of training."""
        ((_, settings),) = self.inner()
        for plan in self.plans().values():
            late_switches(plan, settings)

    def plans(self) -> dict[str, Plan]:
        """What a run of each recipe does."""
        base = dataclasses.replace(preset(Alternation, self.base), phases=self.phases)
        return {
            recipe: dataclasses.replace(base, **changes).plan()
            for recipe, changes in chosen(self.only, RECIPES).items()
        }

    def experiment(self, variant: str) -> str:
        """`recipe-tanh`."""
        return f"recipe-{variant}"

    def inner(self) -> tuple[tuple[str, Splice], ...]:
        """The splice study at the last switches of every run."""
        settings = Splice(
            switches=self.switches,
            episodes=self.episodes,
            groups=("layers", "graft", "rank", MEAN),
            recovery=False,
        )
        return (("splice", settings),)

    def compare(self, runs: Mapping[str, Sequence[Run]]) -> dict[str, Table]:
        """For each edit a table whose rows are the recipes, over all switches.

        Args:
            runs: By recipe, its runs; the same seeds of each.

        Raises:
            InputError: If a run has no answer, or the seeds differ.
        """
        ((_, settings),) = self.inner()
        options = settings_of(settings)
        tables = {
            recipe: next(iter(gather.splice(each, options).tables.values()))
            for recipe, each in runs.items()
        }
        return {edit: across(tables, edit) for edit in EDITS}
