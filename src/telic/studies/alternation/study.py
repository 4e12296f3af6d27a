"""The founding study: can one small agent be good at two objectives, again and again?

Train on one wanted goal for 15 rollouts, then on the other, then on the first again,
24 times. If the agent comes to switch within one phase, though it cannot learn from
scratch within one, then something in it is kept across switches and something is the
goal. Every phase ends in a checkpoint; all later studies begin from those.
"""

import dataclasses
from typing import ClassVar

from telic.core.errors import InputError
from telic.policies import MLP, Policy
from telic.studies.base import Presets
from telic.training.plan import ExperimentConfig
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.worlds import (
    Keys,
    World,
    alternate,
    goals_of,
    objective_of,
    present_goals,
)


@dataclasses.dataclass(frozen=True)
class Alternation:
    """Switch the wanted goal again and again; checkpoint at every switch.

    Presets: `post` is as the founding study's post describes it, `code` with the
    observation of its code, `demo` the first six phases of `post`, `small` too short to
    learn anything.
    """

    objectives: tuple[str, ...] = ("blue", "purple")
    """The goals that are wanted, in turn: colours, in the Keys world."""
    period: int = 15
    """Rollouts before a switch."""
    phases: int = 24
    """How many phases, counted from 0; each is one period of one goal."""
    world: World = dataclasses.field(default_factory=Keys)
    policy: Policy = dataclasses.field(default_factory=MLP)
    ppo: PPOConfig = dataclasses.field(default_factory=PPOConfig)
    rollout: RolloutConfig = dataclasses.field(default_factory=RolloutConfig)

    question: ClassVar[str] = "can an agent be good at two objectives, again and again?"
    presets: ClassVar[Presets] = {
        "post": {},
        "code": {"world": Keys.preset("code")},
        "demo": {"phases": 6},
        "small": {
            "period": 2,
            "phases": 3,
            "policy": MLP(width=16),
            "rollout": RolloutConfig(num_envs=8, num_steps=32),
        },
    }

    def __post_init__(self) -> None:
        """Every goal must be to be had in every episode, and there must be two."""
        present = present_goals(self.world)
        for goal in self.objectives:
            if goal not in present:
                wanted = " ".join(dict.fromkeys(self.objectives))
                name = type(self.world).__name__
                raise InputError(
                    f"objective {goal!r} is not to be had in every episode of {name}",
                    why=f"its goals there are {', '.join(present) or 'none'}",
                    fix=f"--colours {wanted}"
                    if goal in goals_of(self.world)
                    else f"--objectives {' '.join(present[:2])}",
                )
        if len(set(self.objectives)) < 2:
            wanted = " ".join(self.objectives) or "none"
            others = [goal for goal in present if goal not in self.objectives]
            raise InputError(
                f"one objective to alternate between: {wanted}",
                why=f"that is plain training on it for {self.phases} phases, without "
                "a switch: nothing to compare an agent with",
                fix=f"--objectives {' '.join((*self.objectives, *others)[:2])}",
            )

    def plan(self) -> ExperimentConfig:
        """What a run of this study does, whatever its seed."""
        names = tuple(dict.fromkeys(self.objectives))
        return ExperimentConfig(
            world=self.world,
            policy=self.policy,
            ppo=self.ppo,
            rollout=self.rollout,
            objectives=tuple(objective_of(self.world, name) for name in names),
            schedule=alternate(
                *self.objectives, rollouts=self.period, phases=self.phases
            ),
        )
