"""Many Keys worlds as one Gymnasium vector environment: one compiled call per step.

Gymnasium's `SyncVectorEnv` steps its copies one after the other in Python. Here all
copies are one batch in one XLA program; the boards stay on the device, and the noise of
many steps is drawn at once, in advance. Results have the same form as those of
`SyncVectorEnv`, `infos` included, so one can replace the other.

An episode that ends is followed by a new one, in one of two modes of Gymnasium 1:

- `SameStep` (the default, as in CleanRL and Stable-Baselines3): the step that ends an
  episode returns the first observation of the next one. The last observation and the
  last info are in `infos["final_obs"]` and `infos["final_info"]`.
- `NextStep`: it returns the last observation; the next step ignores its action, starts
  the new episode, and has reward 0.
"""

from collections.abc import Sequence
from typing import Any

import gymnasium
import jax
import numpy as np
from gymnasium.vector import AutoresetMode
from gymnasium.vector.utils import batch_space
from jaxtyping import Bool, Float32, Float64, Int

from telic.core.errors import InputError
from telic.core.names import lookup
from telic.tasks import copies
from telic.tasks.task import (
    METADATA,
    Objective,
    check_render_mode,
    make_task,
)
from telic.worlds.keys import Board

MODES = {m.value: m for m in (AutoresetMode.SAME_STEP, AutoresetMode.NEXT_STEP)}
"""The supported autoreset modes."""

Observations = Float32[np.ndarray, "envs inputs"]
Flags = Bool[np.ndarray, " envs"]


class KeysVectorEnv(gymnasium.vector.VectorEnv[Observations, np.ndarray, np.ndarray]):
    """Copies of the Keys world under one objective, stepped together.

    Observations, infos and the other arguments are those of
    `telic.tasks.gymnasium_keys.KeysEnv`, with a leading axis of envs.

    Args:
        num_envs: The number of copies.
        autoreset_mode: `SameStep` or `NextStep`; see the top of this file.

    Raises:
        InputError: If a value is not allowed; the message holds the nearest name.

    Example:
        >>> envs = KeysVectorEnv(num_envs=3, objective="blue")
        >>> observations, _ = envs.reset(seed=0)
        >>> observations.shape, envs.step(np.array([0, 1, 4]))[1].tolist()
        ((3, 500), [0.0, 0.0, 0.0])
    """

    def __init__(
        self,
        num_envs: int = 1,
        *,
        objective: str | Objective = "purple",
        preset: str = "post",
        size: int = 6,
        colours: Sequence[str] = ("purple", "blue"),
        others: Sequence[str] | None = None,
        view: int | None = None,
        encoding: str | None = None,
        limit: int = 180,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.SAME_STEP,
    ) -> None:
        if num_envs < 1:
            raise InputError(f"num_envs = {num_envs}", why="allowed: 1 or more")
        named = isinstance(autoreset_mode, str)
        mode = autoreset_mode if named else autoreset_mode.value
        mode = lookup(mode, MODES, kind="autoreset mode")
        self.metadata = METADATA | {"autoreset_mode": mode}
        self.task = make_task(
            objective=objective,
            preset=preset,
            size=size,
            colours=colours,
            others=others,
            view=view,
            encoding=encoding,
            limit=limit,
        )
        self.num_envs = num_envs
        self.render_mode = check_render_mode(render_mode)
        self.single_observation_space = self.task.observation_space
        self.single_action_space = self.task.action_space
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self.copies: copies.Copies | None = None

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observations, dict[str, Any]]:
        """New episodes in all copies; a seed determines all that follow."""
        super().reset(seed=seed)
        if seed is not None or self.copies is None:
            self._key = jax.random.key(int(self.np_random.integers(2**32)))
        self._draw()
        self.copies, seen = copies.reset(self._noise, world=self.task.world)
        self._row = 1
        return self.task.encode(np.asarray(seen)), {}

    def step(
        self, actions: Any
    ) -> tuple[
        Observations, Float64[np.ndarray, " envs"], Flags, Flags, dict[str, Any]
    ]:
        """Observations, rewards, terminated, truncated, and the events.

        Raises:
            InputError: If there are not `num_envs` actions, each from 0 to 6.
            gymnasium.error.ResetNeeded: Before the first `reset`.
        """
        if self.copies is None:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        if self._row == copies.BLOCK:
            self._draw()
        self.copies, after = copies.step(
            self.copies,
            self._checked(actions),
            self._noise,
            np.int32(self._row),
            world=self.task.world,
            same_step=self._same_step,
        )
        self._row += 1
        after = jax.tree.map(np.asarray, after)
        rewards = np.asarray(after.events @ self.task.weights, np.float64)
        ends = np.array(after.terminated), np.array(after.truncated)
        return self.task.encode(after.seen), rewards, *ends, self._infos(after)

    def render(self) -> tuple[Any, ...] | None:
        """The board of every copy, in `render_mode`; None if that is None."""
        if self.copies is None:
            raise gymnasium.error.ResetNeeded("call reset() before render()")
        if self.render_mode is None:
            return None
        boards = jax.tree.map(np.asarray, self.copies.states)
        each = [Board(*fields) for fields in zip(*boards, strict=True)]
        return tuple(self.task.render(board, self.render_mode) for board in each)

    @property
    def _same_step(self) -> bool:
        """True if an episode starts again in the step that ends the one before."""
        return self.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP

    def _draw(self) -> None:
        """Draw the noise of the next steps, and of a reset in each of them."""
        self._key, now = jax.random.split(self._key)
        self._noise = copies.sample_noise(
            now, world=self.task.world, envs=self.num_envs
        )
        self._row = 0

    def _checked(self, actions: Any) -> Int[np.ndarray, " envs"]:
        """The actions, checked to be one valid action per copy."""
        given = np.asarray(actions)
        few = given.shape != (self.num_envs,) or given.dtype.kind not in "iu"
        if few or given.min() < 0 or given.max() >= len(self.task.world.actions):
            raise InputError(
                f"actions of shape {given.shape} and type {given.dtype}",
                why=f"allowed: {self.num_envs} whole numbers from 0 to 6",
            )
        return given.astype(np.int32)

    def _infos(self, after: copies.Step) -> dict[str, Any]:
        """The events in the form of `SyncVectorEnv`."""
        ended = np.logical_or(after.terminated, after.truncated)
        if not self._same_step:
            everyone = np.ones_like(ended)
            return self._told(after, everyone, ended)
        infos = self.task.event_counts_of(after.events, ~ended)
        if ended.any():
            last = np.full(self.num_envs, None, object)
            rows = self.task.encode(after.last_seen[ended])
            for i, row in zip(np.flatnonzero(ended), rows, strict=True):
                last[i] = row.copy()
            infos |= {"final_obs": last, "_final_obs": ended}
            told = self._told(after, ended, ended)
            infos |= {"final_info": told, "_final_info": ended.copy()}
        return infos

    def _told(self, after: copies.Step, mask: Flags, ended: Flags) -> dict[str, Any]:
        """The events of the step, and of the episodes that it ended."""
        infos: dict[str, Any] = self.task.event_counts_of(after.events, mask)
        if ended.any():
            total = np.where(ended[:, None], after.total, 0).astype(np.float32)
            infos |= {"events": total, "_events": ended.copy()}
        return infos
