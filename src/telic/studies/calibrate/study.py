"""The calibrate study: which locators find a goal whose location is known?

Goal-conditioned agents are trained that read their goal at one layer. From each, plain
agents with one goal are made in many ways (`telic.planted`), and every locator is
scored on finding the difference between two of them.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.policies import MLP
from telic.render.page import Page
from telic.stats.rows import Rows
from telic.studies.base import Presets, Study
from telic.studies.planting import Planting, page, summary
from telic.training.plan import ExperimentConfig
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.worlds.fetch import grant
from telic.worlds.goal_keys import GoalKeys
from telic.worlds.schedule import Phase


@dataclasses.dataclass(frozen=True)
class Calibrate:
    """Score locators on finding planted goals, and on none where there is none."""

    layers: tuple[int, ...] = (0, 1, 2)
    """The layers at which goals are planted; agents are trained for each."""
    units: tuple[int, ...] = (16, 16, 32)
    """The units of that layer that the goal is added to; later layers need more."""
    lengths: tuple[int, ...] = (120, 160, 260)
    """Rollouts of training for each layer; later layers need more."""
    last: int = 15
    """Rollouts of them that are a phase of their own; the agents before and after it
    are pairs that differ by training and not by a goal."""
    width: int = 64
    """Units in every hidden layer of the agents."""
    ppo: PPOConfig = dataclasses.field(
        # Twice the founding study's step on half its data: at layer 2, a goal is learnt
        # as well in 57 % of the time.
        default_factory=lambda: PPOConfig(learning_rate=1.5e-3)
    )
    rollout: RolloutConfig = dataclasses.field(
        default_factory=lambda: RolloutConfig(num_steps=256)
    )
    planting: Planting = dataclasses.field(default_factory=Planting)

    question: ClassVar[str] = (
        "which methods find planted goals, and which see goals where none are?"
    )
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {
            "layers": (0, 1),
            "units": (4, 4),
            "lengths": (2, 2),
            "last": 1,
            "width": 16,
            "rollout": RolloutConfig(num_envs=8, num_steps=32),
            "planting": Planting(**Planting.presets["small"]),
        },
    }
    seeds: ClassVar[str] = "0:10"

    def __post_init__(self) -> None:
        """Check the fields."""
        if not len(self.layers) == len(self.units) == len(self.lengths) >= 1:
            raise InputError(
                f"layers {list(self.layers)}, units {list(self.units)}, "
                f"lengths {list(self.lengths)}",
                why="each layer has its number of units and of rollouts",
            )
        if not 1 <= self.last < min(self.lengths):
            raise InputError(
                f"last = {self.last}",
                why=f"allowed: 1 or more, and less than lengths {list(self.lengths)}",
            )

    def plans(self) -> dict[str, ExperimentConfig]:
        """The plan of each variant, named by the layer that the goal enters."""
        return {
            f"layer-{layer}": ExperimentConfig(
                world=GoalKeys(),
                policy=MLP(width=self.width, goal_layer=layer, goal_units=units),
                ppo=self.ppo,
                rollout=self.rollout,
                objectives=(grant(),),
                schedule=(
                    Phase("grant", rollouts - self.last),
                    Phase("grant", self.last),
                ),
            )
            for layer, units, rollouts in zip(
                self.layers, self.units, self.lengths, strict=True
            )
        }

    def experiment(self, variant: str) -> str:
        """The name of a variant's folder: `planted-layer-0`."""
        return f"planted-{variant}"

    def substudies(self) -> tuple[tuple[str, Study], ...]:
        """The ladder of planted pairs, on every run."""
        return (("planting", self.planting),)

    def summarise(
        self, rows: Mapping[str, Sequence[Rows]], plans: Mapping[str, ExperimentConfig]
    ) -> summary.PlantingEffects:
        """The scores over seeds, with all layers pooled."""
        return summary.summarise([each for (each,) in rows.values()])

    def page(self, effects: summary.PlantingEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)
