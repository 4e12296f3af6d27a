"""The recipes study: does the goal's location depend on how the agent was trained?

Each recipe changes one setting of the alternation study, and the same edits are tried
at the late switches of every recipe.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from telic.policies import MLP
from telic.render.page import Page
from telic.stats.rows import Rows
from telic.studies.alternation import Alternation
from telic.studies.base import Presets, preset
from telic.studies.late import late_switches
from telic.studies.recipes import page, summary
from telic.studies.splice import SpliceStudy
from telic.studies.variants import Comparison, chosen
from telic.training.plan import ExperimentConfig
from telic.training.ppo import PPOConfig

RECIPES: dict[str, dict[str, Any]] = {
    "default": {},
    "tanh": {"policy": MLP(activation="tanh")},
    "decay-0": {"ppo": PPOConfig(weight_decay=0.0)},
    "decay-3e-3": {"ppo": PPOConfig(weight_decay=3e-3)},
    "period-5": {"period": 5},
    "period-45": {"period": 45},
    "width-64": {"policy": MLP(width=64)},
    "width-256": {"policy": MLP(width=256)},
}
"""The changed settings of the alternation study, by recipe. To add one: one line."""


@dataclasses.dataclass(frozen=True)
class Recipes:
    """Test whether the goal's location depends on how the agent was trained."""

    phases: int = 12
    """Phases of each run."""
    switches: int = 4
    """The number of last switches to study."""
    episodes: int = 256
    """Episodes of each agent."""
    base: str = "post"
    """The preset that the recipes change."""
    only: tuple[str, ...] = ()
    """Only these recipes, for example `default tanh`; all of them if empty."""

    question: ClassVar[str] = (
        "does where the goal sits depend on how the agent was trained?"
    )
    seeds: ClassVar[str] = "0:3"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"phases": 5, "switches": 1, "episodes": 16, "base": "small"},
    }

    def __post_init__(self) -> None:
        """Check the settings now rather than after hours of training."""
        self.substudies()
        for plan in self.plans().values():
            late_switches(plan, self.switches)

    def plans(self) -> dict[str, ExperimentConfig]:
        """The plan of each recipe, by name."""
        base = dataclasses.replace(preset(Alternation, self.base), phases=self.phases)
        return {
            recipe: dataclasses.replace(base, **changes).plan()
            for recipe, changes in chosen(self.only, RECIPES).items()
        }

    def experiment(self, variant: str) -> str:
        """The name of a recipe's folder: `recipe-tanh`."""
        return f"recipe-{variant}"

    def substudies(self) -> tuple[tuple[str, SpliceStudy], ...]:
        """The splice study at the last switches of every run."""
        splice = SpliceStudy(
            switches=self.switches,
            episodes=self.episodes,
            groups=tuple(dict.fromkeys(edit.group for edit in summary.EDITS)),
            recovery=False,
        )
        return (("splice", splice),)

    def summarise(
        self, rows: Mapping[str, Sequence[Rows]], plans: Mapping[str, ExperimentConfig]
    ) -> Comparison:
        """The effects of the compared edits, over the recipes."""
        return summary.summarise(rows)

    def page(self, effects: Comparison, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)
