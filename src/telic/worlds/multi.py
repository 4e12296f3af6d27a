"""Environments with several rewards at once, as MO-Gymnasium has them.

Such an environment pays a vector, and each of its entries is an event here: so every
weighting of them is an objective, and each alone is a goal.

Reference:
    Felten et al. 2023, "A Toolkit for Reliable Benchmarking and Research in
    Multi-Objective Reinforcement Learning", NeurIPS Datasets and Benchmarks.
"""

import dataclasses
import functools
import importlib
import warnings
from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np

from telic.core.errors import InputError
from telic.worlds.goals import Goal
from telic.worlds.gym import GymWorld, make_copy
from telic.worlds.host import Transitions
from telic.worlds.objectives import Objective


@dataclasses.dataclass(frozen=True)
class MultiObjective(GymWorld):
    """An environment of MO-Gymnasium: `MultiObjective("mo-lunar-lander-v3")`.

    Raises:
        InputError: At the first use, if MO-Gymnasium is not installed, or the
            environment's reward is no vector.
    """

    id: str = "deep-sea-treasure-v0"
    """The environment's name for `mo_gymnasium.make`."""

    @property
    def events(self) -> tuple[str, ...]:
        """One for each entry of the reward: `reward_0`, `reward_1` and so on."""
        return tuple(f"reward_{i}" for i in range(self._rewards))

    @property
    def goals(self) -> dict[str, Goal]:
        """Each entry of the reward alone, by the name of its event."""
        return {name: Goal(Objective(name, {name: 1.0})) for name in self.events}

    @property
    def info(self) -> tuple[str, ...]:
        """The entries of the reward, which `Told` puts there."""
        return self.events

    def make(self, render_mode: str | None = None) -> gymnasium.Env:
        """One copy, whose vector of rewards is told in `info`."""
        try:
            importlib.import_module("mo_gymnasium")
        except ImportError as error:
            raise InputError(
                f"{self.id} needs mo_gymnasium, which is not installed",
                why="it registers the environments with several rewards",
                fix="pip install mo-gymnasium",
            ) from error
        with warnings.catch_warnings():
            # Several of its spaces are cast to 32 bits, of which Gymnasium warns.
            warnings.simplefilter("ignore", UserWarning)
            return Told(super().make(render_mode))

    def compute_events(self, block: Transitions) -> Mapping[str, np.ndarray]:
        """The entries of the reward."""
        return {name: block.info[name] for name in self.events}

    @functools.cached_property
    def _rewards(self) -> int:
        """The number of entries of the reward."""
        env = make_copy(self)
        space = getattr(env.unwrapped, "reward_space", None)
        env.close()
        if space is None or len(space.shape) != 1:
            raise InputError(
                f"{self.id} has one reward", why="its world is `gym`, not `mo-gym`"
            )
        return int(space.shape[0])


class Told(gymnasium.Wrapper):
    """An environment whose reward is the sum of a vector that `info` tells."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """One step."""
        seen, reward, terminated, truncated, info = self.env.step(action)
        each = np.atleast_1d(np.asarray(reward, np.float64))
        told = {f"reward_{i}": float(x) for i, x in enumerate(each)}
        return seen, float(each.sum()), terminated, truncated, {**info, **told}
