"""The founding study: can one small agent be good at two objectives, again and again?

Train on one wanted colour for 15 rollouts, then on the other, then on the first again,
24 times. If the agent comes to switch within one phase, though it cannot learn from
scratch within one, then something in it is kept across switches and something is the
goal. Every phase ends in a checkpoint; all later studies begin from those.
"""

import dataclasses
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.policies import MLP
from telic.training.plan import Plan
from telic.training.ppo import Hyper, Sizes
from telic.worlds import alternation, fetch
from telic.worlds.keys import Keys


@dataclasses.dataclass(frozen=True)
class Alternation:
    """Switch the wanted colour again and again; checkpoint at every switch."""

    objectives: tuple[str, ...] = ("blue", "purple")
    """The wanted colours, in turn; each must be among the world's colours."""
    period: int = 15
    """Rollouts before a switch."""
    phases: int = 24
    """How many phases, counted from 0; each is one period of one colour."""
    world: Keys = dataclasses.field(default_factory=Keys)
    policy: MLP = dataclasses.field(default_factory=MLP)
    ppo: Hyper = dataclasses.field(default_factory=Hyper)
    sizes: Sizes = dataclasses.field(default_factory=Sizes)

    def __post_init__(self) -> None:
        """Every wanted colour must be on every board, and there must be two."""
        for colour in self.objectives:
            if colour not in self.world.colours:
                wanted = " ".join(dict.fromkeys(self.objectives))
                raise InputError(
                    f"objective {colour!r} is not on every board",
                    why=f"the world's colours are {', '.join(self.world.colours)}",
                    fix=f"--colours {wanted}",
                )
        if len(set(self.objectives)) < 2:
            wanted = " ".join(self.objectives) or "none"
            others = [c for c in self.world.colours if c not in self.objectives]
            raise InputError(
                f"one objective to alternate between: {wanted}",
                why=f"that is plain training on it for {self.phases} phases, without "
                "a switch: nothing to compare an agent with",
                fix=f"--objectives {' '.join((*self.objectives, *others)[:2])}",
            )

    PRESETS: ClassVar[tuple[str, ...]] = ("post", "code", "demo", "small")
    """The presets' names."""

    @classmethod
    def preset(cls, name: str) -> "Alternation":
        """The study in one of its settings.

        `post`: as the post describes it. `code`: with the observation of its code.
        `demo`: the first six phases of `post`. `small`: seconds, for tests; too short
        to learn anything.

        Example:
            >>> Alternation.preset("demo").phases
            6
        """
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(
                period=2,
                phases=3,
                policy=MLP(width=16),
                sizes=Sizes(num_envs=8, num_steps=32),
            )
        world = Keys.preset("code" if name == "code" else "post")
        return cls(world=world, phases=6 if name == "demo" else 24)

    def plan(self) -> Plan:
        """What a run of this study does, whatever its seed."""
        names = tuple(dict.fromkeys(self.objectives))
        return Plan(
            world=self.world,
            policy=self.policy,
            hyper=self.ppo,
            sizes=self.sizes,
            objectives=tuple(fetch(name) for name in names),
            schedule=alternation(
                self.objectives, period=self.period, phases=self.phases
            ),
        )
