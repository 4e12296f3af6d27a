"""A Gymnasium vector environment as a `HostVectorEnv`.

A vector environment always steps all of its copies. So copies that were not requested
are stepped with action 0, and their answers are dropped.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from jaxtyping import Bool, Float32, Int, Shaped

from telic.core.errors import InputError
from telic.worlds.host import StepResult, numbers


class Bounded:
    """Actions as a simulator takes them: rows of numbers are clipped to their bounds.

    Example:
        >>> Bounded(((-1.0, 1.0),))(np.array([[3.0], [0.5]])).tolist()
        [[1.0], [0.5]]
    """

    def __init__(self, bounds: Sequence[tuple[float, float]]) -> None:
        self.low, self.high = np.array(bounds, np.float32).reshape(-1, 2).T

    def __call__(
        self, action: Shaped[np.ndarray, "copies ..."]
    ) -> Shaped[np.ndarray, "copies ..."]:
        """The actions within the bounds; themselves, if there are none."""
        return np.clip(action, self.low, self.high) if len(self.low) else action


class Vector:
    """The copies of a vector environment.

    Args:
        envs: The environment; its `autoreset_mode` is SAME_STEP or DISABLED.
        names: The entries of `info` to read.
        seeds: One for each copy.
        bounds: The ends of each entry of an action; empty: actions are not clipped.

    Raises:
        InputError: If it resets in the step after an end, or its number of copies is
            not that of the seeds.
    """

    def __init__(
        self,
        envs: VectorEnv,
        names: Sequence[str],
        seeds: Sequence[int],
        bounds: Sequence[tuple[float, float]] = (),
    ) -> None:
        mode = envs.metadata.get("autoreset_mode")
        if mode not in (AutoresetMode.SAME_STEP, AutoresetMode.DISABLED):
            raise InputError(
                f"a vector environment whose autoreset_mode is {mode}",
                why="every step of every copy must be a step of an episode",
                fix="make it with autoreset_mode=AutoresetMode.SAME_STEP",
            )
        if envs.num_envs != len(seeds):
            raise InputError(
                f"a vector environment of {envs.num_envs} copies",
                why=f"{len(seeds)} were asked for",
            )
        self.envs, self.names, self.bounded = envs, tuple(names), Bounded(bounds)
        self.seeds: Any = [int(seed) for seed in seeds]
        self.same_step = mode is AutoresetMode.SAME_STEP
        self.fresh = np.empty((0,), np.float32)
        self.ended = np.zeros(envs.num_envs, bool)

    def reset(self) -> Float32[np.ndarray, "envs ..."]:
        """The first observations, with each copy seeded."""
        self.ended[:] = False
        return _rows(self.envs.reset(seed=self.seeds)[0])

    def step(
        self,
        action: Shaped[np.ndarray, "copies ..."],
        env_ids: Int[np.ndarray, " copies"],
    ) -> StepResult:
        """One step of some copies; the others are stepped too, and ignored."""
        if self.ended.any():  # copies that were not restarted
            self._restart(self.ended)
        every = np.zeros((self.envs.num_envs, *action.shape[1:]), action.dtype)
        every[env_ids] = self.bounded(action)
        seen, reward, terminated, truncated, info = self.envs.step(every)
        reward = numbers(reward, "rewards").astype(np.float64)
        done = terminated | truncated
        # Vector environments may reuse the array of observations for the next step.
        last = self.fresh = _rows(seen)
        if self.same_step and done.any():
            last = last.copy()
            for i in np.flatnonzero(done):
                last[i] = info["final_obs"][i]
        self.ended = done.copy() if not self.same_step else np.zeros_like(done)
        found = {name: self._read(info, name, done)[env_ids] for name in self.names}
        return StepResult(
            last[env_ids],
            reward[env_ids],
            terminated[env_ids],
            truncated[env_ids],
            found,
        )

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies ..."]:
        """The first observations of the next episodes of some copies."""
        if not self.same_step:
            mask = np.zeros(self.envs.num_envs, bool)
            mask[env_ids] = True
            self._restart(mask)
        return self.fresh[env_ids]

    def close(self) -> None:
        """Close the environment."""
        self.envs.close()

    def _restart(self, mask: Bool[np.ndarray, " envs"]) -> None:
        """Start the next episode of the copies of a mask."""
        seen, _ = self.envs.reset(options={"reset_mask": mask.copy()})
        self.fresh = _rows(seen)
        self.ended = self.ended & ~mask

    def _read(
        self, info: dict, name: str, done: Bool[np.ndarray, " envs"]
    ) -> np.ndarray:
        """One entry of `info` for every copy, NaN where it is missing."""
        found = np.full(self.envs.num_envs, np.nan)
        for part, mask in ((info, ~done), (info.get("final_info", {}), done)):
            part = part if self.same_step else info
            if name in part:
                there = part.get(f"_{name}", np.ones_like(done)) & mask
                found[there] = np.asarray(part[name])[there]
        return found


def _rows(seen: np.ndarray) -> Float32[np.ndarray, "envs ..."]:
    """The observations as rows of a new float32 array."""
    rows = numbers(seen, "observations")
    return rows.reshape(len(rows), *rows.shape[1:] or (1,)).astype(np.float32)
