"""A task: a world and an objective, in the terms of Gymnasium, without state.

A world of telic has no rewards and observations of codes; Gymnasium needs spaces,
vectors of floats and rewards. This module converts between the two, for one environment
(`gymnasium_keys`) and for many at once (`gymnasium_vector`).
"""

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np
from gymnasium.spaces import Box, Discrete
from jaxtyping import Array, Bool, Float32, Float64, UInt8

from telic.core.names import check_name
from telic.worlds.fetch import fetch
from telic.worlds.keys import Board, Keys
from telic.worlds.objectives import Objective as Objective

Host = np.ndarray | Array
"""Arrays of either library, for arguments that are only read."""

RENDER_MODES = ["rgb_array", "ansi"]
"""Gymnasium's names of the ways to draw a board: in pixels or as text."""

METADATA = {"render_modes": RENDER_MODES, "render_fps": 4}
"""The metadata that Gymnasium requires of every environment."""


def make_task(
    *,
    objective: str | Objective = "purple",
    preset: str = "post",
    size: int = 6,
    colours: Sequence[str] = ("purple", "blue"),
    others: Sequence[str] | None = None,
    view: int | None = None,
    encoding: str | None = None,
    limit: int = 180,
) -> "Task":
    """A task from plain values; `view` and `encoding` override the preset's.

    Raises:
        InputError: If a value is not allowed; the message holds the nearest name.

    Example:
        >>> make_task(objective="blue", preset="code").world.view
        7
    """
    chosen = Keys.preset(preset)
    world = Keys(
        size=size,
        colours=tuple(colours),
        others=None if others is None else tuple(others),
        view=chosen.view if view is None else view,
        encoding_name=encoding or chosen.encoding_name,
        limit=limit,
    )
    wanted = fetch(objective) if isinstance(objective, str) else objective
    wanted.vector(world.events)  # raise now if the world lacks an event
    return Task(world, wanted)


def check_render_mode(mode: str | None) -> str | None:
    """The mode, checked to be None or a way to draw a board.

    Raises:
        InputError: If there is no such way; the message holds the nearest name.
    """
    if mode is not None:
        check_name(mode, RENDER_MODES, kind="render mode")
    return mode


@dataclasses.dataclass(frozen=True)
class Task:
    """A world with an objective, in Gymnasium's terms.

    Attributes:
        world: The world.
        objective: The objective.

    Example:
        >>> task = make_task()
        >>> task.observation_space.shape, int(task.action_space.n)
        ((500,), 7)
    """

    world: Keys
    objective: Objective

    @functools.cached_property
    def weights(self) -> Float32[np.ndarray, " events"]:
        """The weight of each event."""
        return self.objective.vector(self.world.events)

    @property
    def observation_space(self) -> Box:
        """Vectors of cells × channels floats, from 0 to the encoding's largest."""
        table = self.world.encoding
        width = math.prod(self.world.observation) * table.shape[1]
        return Box(0.0, float(table.max()), (width,), np.float32)

    @property
    def action_space(self) -> Discrete:
        """The space of MiniGrid's seven actions."""
        return Discrete(len(self.world.actions))

    def encode(
        self, codes: UInt8[Host, "*envs columns rows"]
    ) -> Float32[np.ndarray, "*envs inputs"]:
        """Observations in Gymnasium's form; every call makes a new array."""
        # All codes are in range, and `clip` saves `take` a pass to check that.
        channels = np.take(self.world.encoding, codes, axis=0, mode="clip")
        envs = codes.shape[: -len(self.world.observation)]
        return channels.reshape(*envs, -1)

    def event_counts(self, events: Float32[Host, " events"]) -> dict[str, float]:
        """The non-zero events of one step, by name."""
        names = self.world.events
        return {names[i]: float(events[i]) for i in np.flatnonzero(events)}

    def event_counts_of(
        self, events: Float32[Host, "envs events"], mask: Bool[Host, " envs"]
    ) -> dict[str, Float64[np.ndarray, " envs"] | Bool[np.ndarray, " envs"]]:
        """`event_counts` for the environments in `mask`, as Gymnasium batches infos.

        Each name has a mask beside it, under its name after an underscore, of the
        environments in which the event occurred.
        """
        events = np.where(mask[:, None], events, 0).astype(np.float64)
        infos = {}
        for i in np.flatnonzero(events.any(axis=0)):
            name = self.world.events[i]
            infos |= {name: events[:, i].copy(), f"_{name}": events[:, i] != 0}
        return infos

    def render(
        self, board: Board, mode: str | None
    ) -> UInt8[np.ndarray, "height width 3"] | str | None:
        """The board, drawn in one of `RENDER_MODES`; None if the mode is None."""
        if mode is None:
            return None
        # Loaded here, as it takes a second to import Matplotlib.
        from telic.render.keys_picture import ansi, picture

        draw = {"rgb_array": picture, "ansi": ansi}[mode]
        return draw(self.world, board)
