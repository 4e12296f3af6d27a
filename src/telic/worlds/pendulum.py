"""A pendulum that is to stand, or to turn one way or the other.

Gymnasium's environment pays, in every step,

    -(angle² + 0.1 speed² + 0.001 torque²)

with the angle from upright before the step. Its three terms are events, so this reward
is a weighting of them; a fourth, the way turned, makes goals that nobody designed the
environment for.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np

from telic.worlds.goals import Goal
from telic.worlds.gym import GymWorld
from telic.worlds.host import Transitions
from telic.worlds.objectives import Objective

EFFORT = {"torque": -0.001}
"""What the environment charges for torque."""

STEP = 0.05
"""Seconds in a step."""


@dataclasses.dataclass(frozen=True)
class Pendulum(GymWorld):
    """Stand upright, or turn to the left or the right; one continuous action.

    Example:
        >>> Pendulum().observation, Pendulum().bounds, list(Pendulum().goals)
        ((3,), ((-2.0, 2.0),), ['up', 'left', 'right'])
    """

    id: str = dataclasses.field(default="Pendulum-v1", init=False)
    """The environment's name, a constant."""

    @property
    def events(self) -> tuple[str, ...]:
        """Squares of angle, speed and torque, and radians turned to the left."""
        return ("angle", "speed", "torque", "turned")

    @property
    def goals(self) -> dict[str, Goal]:
        """The environment's own reward; turning to the left; to the right."""
        return {
            "up": Goal(Objective("up", {"angle": -1.0, "speed": -0.1, **EFFORT})),
            "left": Goal(Objective("left", {"turned": 1.0, **EFFORT})),
            "right": Goal(Objective("right", {"turned": -1.0, **EFFORT})),
        }

    def compute_events(self, block: Transitions) -> Mapping[str, np.ndarray]:
        """The terms of the reward, from the state before each step."""
        cosine, sine, speed = np.moveaxis(block.before.astype(np.float64), -1, 0)
        ((low, high),) = self.bounds
        torque = np.clip(block.action[..., 0].astype(np.float64), low, high)
        return {
            "angle": np.arctan2(sine, cosine) ** 2,
            "speed": speed**2,
            "torque": torque**2,
            "turned": STEP * block.after[..., 2].astype(np.float64),
        }
