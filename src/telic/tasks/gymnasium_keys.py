"""The Keys world as a Gymnasium environment, for code outside telic.

    >>> import gymnasium
    >>> import telic.tasks
    >>> env = gymnasium.make("telic/Keys-v0", objective="blue")
    >>> env.reset(seed=0)[0].shape
    (500,)

`gymnasium.make_vec("telic/Keys-v0", num_envs=32)` gives many copies in one compiled
program (`telic.tasks.gymnasium_vector`). Gymnasium 1 does not load plugins, so import
`telic.tasks` once in every process to register the name.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import Any

import gymnasium
import jax
import numpy as np
from jaxtyping import Array, Float32, Int, UInt8, UInt32

from telic.core.errors import InputError
from telic.tasks.task import (
    METADATA,
    Objective,
    check_render_mode,
    make_task,
)
from telic.worlds.base import Transition
from telic.worlds.keys import Board, Keys

ID, MULTI = "telic/Keys-v0", "telic/mo-Keys-v0"
"""The names of the world in Gymnasium's registry: with one reward, and with several."""

BLOCK = 1024
"""The number of steps whose noise is drawn at once."""

Observation = Float32[np.ndarray, " inputs"]


def register() -> None:
    """Register `ID` and `MULTI` with Gymnasium, unless they are."""
    if MULTI not in gymnasium.registry:
        gymnasium.register(MULTI, entry_point="telic.tasks.multi_keys:MultiKeysEnv")
    if ID not in gymnasium.registry:
        gymnasium.register(
            ID,
            entry_point="telic.tasks.gymnasium_keys:KeysEnv",
            vector_entry_point="telic.tasks.gymnasium_vector:KeysVectorEnv",
        )


class KeysEnv(gymnasium.Env[Observation, np.int64]):
    """One Keys world under one objective, with the spaces and 5-tuples of Gymnasium.

    Observations are float32 vectors: the channels of the cells in view, column by
    column; 500 numbers for the `post` preset, 147 for `code`. The `info` of a step
    has its non-zero events by name (`{"pick_blue": 1.0, "late_blue": 0.25}`), and at
    the end of an episode `info["events"]`, the sum of all event vectors since its
    start, in the order of `env.unwrapped.task.world.events`.

    Args:
        objective: A colour to fetch, or any objective over the events of the world.
        preset: `post` (5x5 one-hot) or `code` (7x7 raw integers).
        size: Width of the room in cells, walls included.
        colours: The colours of which every board has a key.
        others: The colours from which the last key's is drawn; None: all others.
        view: Width of the square view; None: the preset's.
        encoding: `onehot` or `integer`; None: the preset's.
        limit: Steps after which an episode is truncated.
        render_mode: `rgb_array`, `ansi` or None.

    Raises:
        InputError: If a value is not allowed; the message holds the nearest name.
    """

    metadata = METADATA

    def __init__(
        self,
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
    ) -> None:
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
        self.render_mode = check_render_mode(render_mode)
        self.observation_space = self.task.observation_space
        self.action_space = self.task.action_space
        self.board: Board | None = None
        self._noise: Iterator[np.ndarray] = iter(())

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """A new episode; a seed determines it and all that follow. No options."""
        super().reset(seed=seed)
        if seed is not None:
            self._noise = iter(())
        self.board, codes = _begin(self._draw(), world=self.task.world)
        self._events = np.zeros_like(self.task.weights)
        return self.task.encode(codes), {}

    def step(
        self, action: Any
    ) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Observation, reward, terminated, truncated, and the events.

        Raises:
            InputError: If there is no such action.
            gymnasium.error.ResetNeeded: Before the first `reset`.
        """
        if self.board is None:
            raise gymnasium.error.ResetNeeded("call reset() before step()")
        if not self.action_space.contains(action):
            raise InputError(f"action {action!r}", why="allowed: a whole number, 0-6")
        world = self.task.world
        after, codes = _act(self.board, np.int32(action), self._draw(), world=world)
        self.board, events = after.state, np.asarray(after.events)
        self._events = self._events + events
        terminated, truncated = bool(after.terminated), bool(after.truncated)
        info: dict[str, Any] = self.task.event_counts(events)
        if terminated or truncated:
            info["events"] = self._events
        reward = float(events @ self.task.weights)
        return self.task.encode(codes), reward, terminated, truncated, info

    def render(self) -> UInt8[np.ndarray, "height width 3"] | str | None:
        """The board as pixels or text, depending on `render_mode`; None if None."""
        if self.board is None:
            raise gymnasium.error.ResetNeeded("call reset() before render()")
        return self.task.render(self.board, self.render_mode)

    def _draw(self) -> UInt32[np.ndarray, " words"]:
        """The noise of the next step or reset."""
        words = next(self._noise, None)
        if words is None:
            key = jax.random.key(int(self.np_random.integers(2**32)))
            self._noise = iter(np.asarray(_block(key, world=self.task.world)))
            words = next(self._noise)
        return words


@functools.partial(jax.jit, static_argnames="world")
def _block(key: jax.Array, *, world: Keys) -> UInt32[Array, "steps words"]:
    """The noise of `BLOCK` steps."""
    return jax.vmap(world.sample_noise)(jax.random.split(key, BLOCK))


@functools.partial(jax.jit, static_argnames="world")
def _begin(
    noise: UInt32[Array, " words"], *, world: Keys
) -> tuple[Board, UInt8[Array, "columns rows"]]:
    """The first board of an episode, and its observation."""
    board = world.reset(noise)
    return board, world.observe(board)


@functools.partial(jax.jit, static_argnames="world")
def _act(
    board: Board,
    action: Int[Array, ""],
    noise: UInt32[Array, " words"],
    *,
    world: Keys,
) -> tuple[Transition, UInt8[Array, "columns rows"]]:
    """The transition by an action, and the observation after it."""
    after = world.step(board, action, noise)
    return after, world.observe(after.state)
