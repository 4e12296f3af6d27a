"""envpool as a vector environment: copies in C++; an optional extra."""

import importlib
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from jaxtyping import Float32, Int, Shaped

from telic.core.errors import InputError
from telic.worlds.host import StepResult


class Pool:
    """Copies of one of envpool's environments, stepped by one thread.

    envpool uses up a step to restart an ended copy. So ended copies are reset
    explicitly, which keeps every step a step of an episode.

    Args:
        name: The environment's name.
        seeds: One for each copy.
        limit: Steps after which an episode is truncated.

    Raises:
        InputError: If envpool is not installed.
    """

    def __init__(self, name: str, seeds: Sequence[int], *, limit: int) -> None:
        check_installed()
        self.envs: Any = importlib.import_module("envpool").make(
            name,
            env_type="gymnasium",
            num_envs=len(seeds),
            num_threads=1,
            env_seed=[int(seed) for seed in seeds],
            max_episode_steps=limit,
        )

    def reset(self) -> Float32[np.ndarray, "envs features"]:
        """The first observations."""
        return self.envs.reset()[0].astype(np.float32)

    def step(
        self,
        action: Shaped[np.ndarray, "copies ..."],
        env_ids: Int[np.ndarray, " copies"],
    ) -> StepResult:
        """One step of some copies."""
        ids = env_ids.astype(np.int32)
        answer = self.envs.step(action.astype(np.int32), ids)
        seen, reward, terminated, truncated, info = answer
        order = _order(info["env_id"], ids)
        ends = terminated[order], truncated[order]
        return StepResult(seen[order], reward[order].astype(np.float64), *ends, {})

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies features"]:
        """The first observations of the next episodes of some copies."""
        ids = env_ids.astype(np.int32)
        seen, info = self.envs.reset(ids)
        return seen[_order(info["env_id"], ids)]

    def close(self) -> None:
        """Release the copies and their thread."""
        self.envs.close()


def check_installed() -> None:
    """Raise unless envpool is installed.

    Raises:
        InputError: If it is not.
    """
    if find_spec("envpool") is None:
        raise InputError(
            "the backend envpool is not installed",
            why="it is an optional extra",
            fix="pip install 'telic[envpool]', or backend = gymnasium",
        )


def _order(
    answered: Int[np.ndarray, " copies"], asked: Int[np.ndarray, " copies"]
) -> Int[np.ndarray, " copies"]:
    """The row in an answer of each requested copy; both may be in any order."""
    if np.array_equal(answered, asked):
        return np.arange(len(asked))
    place = {int(copy): row for row, copy in enumerate(answered)}
    return np.array([place[int(copy)] for copy in asked])
