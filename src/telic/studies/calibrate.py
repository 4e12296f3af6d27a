"""The calibrate study: which locators find a goal whose place is known?

Goal-conditioned agents are trained that read the wish at one layer. From each, plain
agents are made in many ways (`telic.planted`), and every locator is asked where the
difference between two of them lies.
"""

import dataclasses
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.policies import MLP
from telic.studies.planting import Planting
from telic.training.plan import Plan
from telic.training.ppo import Hyper, Sizes
from telic.worlds.fetch import grant
from telic.worlds.goal_keys import GoalKeys
from telic.worlds.schedule import Phase


@dataclasses.dataclass(frozen=True)
class Calibrate:
    """Which locators find a goal that we planted, and which find one that is not?"""

    layers: tuple[int, ...] = (0, 1, 2)
    """At which layers goals are planted; agents are trained for each."""
    units: tuple[int, ...] = (16, 16, 32)
    """How many units of that layer read the wish: the later, the more it takes."""
    lengths: tuple[int, ...] = (120, 200, 240)
    """Rollouts for which each is trained: the later the layer, the longer it takes."""
    width: int = 64
    """Units in every hidden layer of the agents."""
    sizes: Sizes = dataclasses.field(default_factory=Sizes)
    planting: Planting = dataclasses.field(default_factory=Planting)

    SEEDS: ClassVar[str] = "0:10"

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "Calibrate":
        """`full`, or `small` for tests of the machinery."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(
                layers=(0, 1),
                units=(4, 4),
                lengths=(1, 1),
                width=16,
                sizes=Sizes(num_envs=8, num_steps=32),
                planting=Planting(rollouts=1, routing=1, episodes=8),
            )
        return cls()

    def __post_init__(self) -> None:
        """Check the fields."""
        if not len(self.layers) == len(self.units) == len(self.lengths) >= 1:
            raise InputError(
                f"layers {list(self.layers)}, units {list(self.units)}, "
                f"lengths {list(self.lengths)}",
                why="each layer has its number of units and of rollouts",
            )

    def plans(self) -> dict[str, Plan]:
        """What a run of each variant does, by the layer at which it reads the wish."""
        return {
            f"layer-{layer}": Plan(
                world=GoalKeys(),
                policy=MLP(width=self.width, goal_layer=layer, goal_units=units),
                hyper=Hyper(),
                sizes=self.sizes,
                objectives=(grant(),),
                schedule=(Phase("grant", rollouts),),
            )
            for layer, units, rollouts in zip(
                self.layers, self.units, self.lengths, strict=True
            )
        }

    def experiment(self, variant: str) -> str:
        """`planted-layer-0`."""
        return f"planted-{variant}"

    def inner(self) -> tuple[tuple[str, Planting], ...]:
        """The ladder of planted pairs, on every run."""
        return (("planting", self.planting),)
