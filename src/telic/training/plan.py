"""A plan: the complete configuration of a run, except its seed."""

import dataclasses
import functools

import numpy as np
from jaxtyping import Float32

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.policies import Policy, Spec
from telic.training.ppo import PPOConfig, RolloutConfig, check_sequences
from telic.worlds.base import World
from telic.worlds.objectives import Objective, matrix
from telic.worlds.schedule import Phase


@dataclasses.dataclass(frozen=True)
class ExperimentConfig:
    """World, agent, learner, objectives and schedule of a run.

    Attributes:
        world: The world of the agent.
        policy: The network kind of the agent.
        ppo: The configuration that can change without recompilation.
        rollout: The configuration that determines the compiled program.
        objectives: Every objective under which the metrics report a return.
        schedule: The phases, each with one of these objectives.

    Raises:
        InputError: If a name is used twice, a phase's objective is not among the
            objectives, or an objective has an event that the world lacks.
    """

    world: World
    policy: Policy
    ppo: PPOConfig
    rollout: RolloutConfig
    objectives: tuple[Objective, ...]
    schedule: tuple[Phase, ...]

    def __post_init__(self) -> None:
        """Check that the parts fit each other."""
        names = [objective.name for objective in self.objectives]
        if len(set(names)) < len(names):
            raise InputError(f"objectives {names}", why="each name at most once")
        for phase in self.schedule:
            check_name(phase.objective, names, kind="objective")
        _ = self.weights

    @functools.cached_property
    def weights(self) -> Float32[np.ndarray, "objectives events"]:
        """The weights of every objective over the world's events, one row each."""
        return matrix(self.objectives, self.world.events)

    def check_fit(self) -> None:
        """Raise unless an agent of the policy can act and learn in the world.

        Separate from the checks above, since a host world has to start a simulator to
        know its observations, which is too slow for listing runs.

        Raises:
            InputError: If not; it names the misfit, and the allowed values.
        """
        self.policy.check(Spec.of(self.world))
        check_sequences(self.policy.initial_carry(1), self.rollout)

    @property
    def total_rollouts(self) -> int:
        """The number of rollouts of the whole schedule."""
        return sum(phase.rollouts for phase in self.schedule)

    def vector(self, objective: str) -> Float32[np.ndarray, " events"]:
        """The weights of one objective."""
        names = [known.name for known in self.objectives]
        return self.weights[names.index(objective)]
