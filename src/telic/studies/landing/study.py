"""The first founding study's agents: learn to land, at any cost of fuel.

The study `isolation` trains these agents further on a second objective. The schedule
has one objective only; it is cut into phases to have checkpoints along the way.
"""

import dataclasses
from typing import ClassVar

from telic.core.errors import InputError
from telic.policies import MLP, Policy
from telic.studies.base import Presets
from telic.training.plan import ExperimentConfig
from telic.training.ppo import PPOConfig, RolloutConfig
from telic.worlds import Phase, landing_objective
from telic.worlds.lander import Lander

ADAM = {"weight_decay": 0.0, "vf_coef": 1.0}
"""No weight decay. telic's value loss has a factor ½, so 1 here is 0.5 elsewhere."""

SCALE = 0.01
"""The scale of rewards in training: a critic learns faster with targets near 1."""


@dataclasses.dataclass(frozen=True)
class Landing:
    """Train agents to land, and record their returns under other objectives.

    Presets: `full` is 1.47 million steps with RL-Zoo's hyper-parameters, but scaled
    rewards and no entropy bonus: where fuel is free, an agent with that bonus keeps
    firing its engines on the ground, never comes to rest, and never learns that it
    could. `original` is the founding study's 250,000 steps in one environment, with
    Stable-Baselines3's hyper-parameters of 2022 and the leak in the reward; about half
    of the agents' episodes end in a landing. `small` takes seconds.
    """

    first: str = "land"
    """The objective to train on."""
    others: tuple[str, ...] = (
        "stock",
        "thrift-5",
        "fuel-1",
        "fuel-5",
        "fuel-1-alone",
    )
    """Further objectives under which returns are recorded, and phases may follow."""
    phases: int = 9
    """The number of phases, each with a checkpoint at its end."""
    rollouts: int = 10
    """Rollouts of each phase."""
    world: Lander = dataclasses.field(default_factory=Lander)
    policy: Policy = dataclasses.field(
        default_factory=lambda: MLP(
            width=64, actor_layers=3, critic_layers=3, activation="tanh"
        )
    )
    ppo: PPOConfig = dataclasses.field(
        default_factory=lambda: PPOConfig(
            learning_rate=3e-4,
            gamma=0.999,
            gae_lambda=0.98,
            ent_coef=0.0,
            reward_scale=SCALE,
            **ADAM,
        )
    )
    rollout: RolloutConfig = dataclasses.field(
        default_factory=lambda: RolloutConfig(
            num_envs=16, num_steps=1024, update_epochs=4, num_minibatches=256
        )
    )

    question: ClassVar[str] = "learn to land, at any cost of fuel"
    presets: ClassVar[Presets] = {
        "full": {},
        "original": {
            "phases": 3,
            "rollouts": 41,
            "world": Lander(leak=True),
            "ppo": PPOConfig(learning_rate=3e-4, ent_coef=0.0, **ADAM),
            "rollout": RolloutConfig(
                num_envs=1, num_steps=2048, update_epochs=10, num_minibatches=32
            ),
        },
        "small": {
            "phases": 2,
            "rollouts": 1,
            "world": Lander(max_steps=40),
            "rollout": RolloutConfig(
                num_envs=4, num_steps=64, update_epochs=1, num_minibatches=2
            ),
        },
    }

    def __post_init__(self) -> None:
        """Check the objectives and the numbers."""
        for name in (self.first, *self.others):
            landing_objective(name)
        for field in ("phases", "rollouts"):
            if getattr(self, field) < 1:
                raise InputError(
                    f"landing {field} = {getattr(self, field)}",
                    why="allowed: 1 or more",
                )

    def plan(self) -> ExperimentConfig:
        """The plan of a run, whatever its seed."""
        names = dict.fromkeys((self.first, *self.others))
        return ExperimentConfig(
            world=self.world,
            policy=self.policy,
            ppo=self.ppo,
            rollout=self.rollout,
            objectives=tuple(landing_objective(name) for name in names),
            schedule=(Phase(self.first, self.rollouts),) * self.phases,
        )
