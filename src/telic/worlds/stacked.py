"""Environments whose last observations are seen together.

The stack begins with zeros and is joined along the last axis, the oldest first, as
`VecFrameStack` of Stable-Baselines3 has it: four frames of 84 x 84 x 1 are seen as
84 x 84 x 4, four rows of 3 numbers as one of 12.
"""

import dataclasses
from typing import Any

import gymnasium
import numpy as np
from gymnasium.spaces import Box

from telic.core.errors import InputError
from telic.worlds.gym import GymWorld

MOST = 64
"""The most observations in a stack."""


@dataclasses.dataclass(frozen=True)
class Stacked(GymWorld):
    """A Gymnasium environment seen by its last observations.

    Example:
        >>> Stacked("CartPole-v1", frames=3).observation
        (12,)
    """

    frames: int = 4
    """The number of observations that are seen together."""

    def __post_init__(self) -> None:
        """Check every field."""
        super().__post_init__()
        if not 1 <= self.frames <= MOST:
            raise InputError(f"frames = {self.frames}", why=f"allowed: 1 to {MOST}")

    def make(self, render_mode: str | None = None) -> gymnasium.Env:
        """One copy.

        Raises:
            InputError: If observations are not arrays.
        """
        env = super().make(render_mode)
        sight = env.observation_space
        if not isinstance(sight, Box) or not sight.shape:
            raise InputError(
                f"{self.id} has observations of the kind {type(sight).__name__}",
                why="only arrays are stacked: Box",
            )
        # The zeros at the start are within the ends.
        ends = np.minimum(sight.low, 0), np.maximum(sight.high, 0)
        low, high = (np.concatenate([end] * self.frames, axis=-1) for end in ends)
        joined = Box(low, high, dtype=sight.dtype.type)
        stacked = gymnasium.wrappers.FrameStackObservation(
            env, self.frames, padding_type="zero"
        )
        return gymnasium.wrappers.TransformObservation(stacked, _joined, joined)


def _joined(rows: Any) -> np.ndarray:
    """Observations one after another along their last axis."""
    return np.concatenate(list(rows), axis=-1)
