"""HalfCheetah with its observations divided by about their spread."""

import dataclasses

import gymnasium
import numpy as np

from telic.worlds import Runner

SPREAD = np.array([0.1, 0.5, *[0.4] * 6, 2.0, 1.0, 2.0, *[8.0] * 6])
"""Of the heights and angles, then of the velocities."""


@dataclasses.dataclass(frozen=True)
class Cheetah(Runner):
    """HalfCheetah; episodes of 250 steps."""

    max_steps: int = 250

    def make(self, render_mode=None):  # noqa: D102
        env = super().make(render_mode)
        space = gymnasium.spaces.Box(-np.inf, np.inf, SPREAD.shape, np.float64)
        return gymnasium.wrappers.TransformObservation(env, lambda x: x / SPREAD, space)
