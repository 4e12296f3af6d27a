"""An episode of an agent as a moving image, in any world that can be drawn.

A world in JAX draws its own states (`telic.worlds.Pictured`), or telic draws them: one
line in `PICTURES`. A Gymnasium environment renders itself. Other worlds have no
pictures, and pages do without.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.errors import THEIRS, WorldError, said
from telic.render import keys_picture
from telic.render.gif import gif
from telic.rollouts import Actor, film, greedy_actions, record
from telic.rollouts.record import Drawable, Frame, frames_at, greedy_episode
from telic.worlds import Keys, Pictured, World, ends_of

PICTURES: Mapping[type, Callable[..., Frame]] = {
    Keys: functools.partial(keys_picture.picture, tile=24)
}
"""The worlds that telic draws: functions of a world and a state of it."""

FPS, FILM_FPS = 3, 8
"""Frames a second: of states that are drawn one by one, and of a simulator's film."""


class Shown(NamedTuple):
    """One episode, to be shown.

    Attributes:
        image: A GIF.
        how: What happened in it, in words.
    """

    image: bytes
    how: str


def is_drawn(world: World) -> bool:
    """Whether episodes in a world can be shown.

    Example:
        >>> from telic.worlds import GoalKeys, GymWorld
        >>> [is_drawn(world) for world in (Keys(), GymWorld(), GoalKeys())]
        [True, True, False]
    """
    return isinstance(world, Drawable) or _picture_of(world) is not None


def show(agent: Actor, world: Any, *, seed: int) -> Shown:
    """One episode of an agent; agents that are given one seed start alike.

    Actions are drawn from the policy as in training, but in a simulator the most
    probable ones are taken.

    Args:
        agent: The agent.
        world: A world that is drawn.
        seed: Which episode.

    Raises:
        WorldError: If it cannot be drawn after all: a package is missing, or the
            world's own code fails.
    """
    try:
        draw = _film if isinstance(world, Drawable) else _states
        return draw(agent, world, seed)
    except THEIRS as error:
        raise WorldError(
            f"{type(world).__name__} cannot be drawn",
            why=said(error),
            fix="mend how it draws itself, or install what that needs",
        ) from error


class Stills(NamedTuple):
    """One episode step by step, of which any step can be drawn.

    Attributes:
        observations: (time, ...) what the agent saw before each action.
        draw: The frames of some steps, ascending.
    """

    observations: np.ndarray
    draw: Callable[[Sequence[int]], list[Frame]]


def stills(agent: Actor, world: Any, *, seed: int) -> Stills:
    """One episode of an agent, as `show` plays it.

    Args:
        agent: The agent.
        world: A world that is drawn.
        seed: Which episode.
    """
    if isinstance(world, Drawable):
        actions, seen = greedy_episode(agent, world, seed=seed)
        return Stills(seen, lambda at: frames_at(world, actions, at, seed=seed))
    draw = _picture_of(world)
    assert draw is not None
    boards = record(agent, world, seed=seed).boards
    states = jax.tree.map(lambda *leaves: jnp.stack(leaves), *boards[:-1])
    seen = np.asarray(jax.vmap(world.observe)(states))
    return Stills(seen, lambda at: [np.asarray(draw(boards[i]), np.uint8) for i in at])


def _film(agent: Actor, world: Drawable, seed: int) -> Shown:
    """An episode of a simulator."""
    actions = greedy_actions(agent, world, seed=seed)
    frames = film(world, actions, seed=seed)
    how = f"{len(actions)} steps, the most probable actions"
    return Shown(gif(frames, fps=FILM_FPS), how)


def _states(agent: Actor, world: Any, seed: int) -> Shown:
    """An episode of a world in JAX, state by state."""
    draw = _picture_of(world)
    assert draw is not None
    episode = record(agent, world, seed=seed)
    frames = [np.asarray(draw(state), np.uint8) for state in episode.boards]
    how = ", ".join(ends_of(world, episode.events)) or "no end"
    return Shown(gif(frames, fps=FPS), f"{how} after {len(episode.actions)} steps")


def _picture_of(world: World) -> Callable[[Any], Frame] | None:
    """The function that draws a state of a world."""
    if isinstance(world, Pictured):
        return world.picture
    drawn = (draw for kind, draw in PICTURES.items() if isinstance(world, kind))
    return next((functools.partial(draw, world) for draw in drawn), None)
