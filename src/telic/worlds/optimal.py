"""Optimal play: the highest return that anybody could expect on a board.

The rooms of Keys are small enough to be solved. Once a board is drawn, chance decides
the ball's way only: a state is a pose of the agent and a cell of the ball, and backward
induction from the time limit gives the expected return of optimal play exactly
(Puterman 1994, Markov Decision Processes, section 4.5). It knows the whole board, of
which an agent sees a part; so no agent expects more, and who must look around, less.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Float32, UInt32

from telic.worlds import grid
from telic.worlds.base import StepNoise, World
from telic.worlds.keys import Board, Keys
from telic.worlds.objectives import Objective
from telic.worlds.shifted_keys import ShiftedKeys


def optimal_returns(
    world: World, objective: Objective, noise: StepNoise
) -> Float[np.ndarray, " episodes"] | None:
    """The expected return of optimal play in some episodes; None where it is unknown.

    Args:
        world: The world.
        objective: What is wanted.
        noise: (episodes, limit + 1, ...) the noise of the episodes. Only the first of
            each, which draws its board, is looked at: the rest is not known to players.

    Example:
        >>> world = Keys(limit=20)
        >>> noise = jax.random.bits(jax.random.key(0), (2, 21, 8))
        >>> optimal_returns(world, world.goals["blue"].objective, noise).round(2)
        array([0.84, 0.65])
    """
    solve = OPTIMA.get(type(world))
    return None if solve is None else solve(world, objective, noise)


def keys_returns(
    world: Keys, objective: Objective, noise: UInt32[Array, "episodes steps words"]
) -> Float[np.ndarray, " episodes"] | None:
    """Those of Keys; None where the keys move in mid-episode.

    Cost: on one core, 2 milliseconds a board of 4 x 4 cells and 17 of 8 x 8, for 180
    steps.
    """
    if isinstance(world, ShiftedKeys) and world.moved:
        return None
    weights = jnp.asarray(objective.vector(world.events))
    return np.asarray(_solved(world, weights, noise[:, 0]), np.float64)


OPTIMA: Mapping[type, Callable[[Any, Objective, Any], Any]] = {
    Keys: keys_returns,
    ShiftedKeys: keys_returns,
}
"""The solvers of worlds of telic, by their class."""


@functools.partial(jax.jit, static_argnames="world")
def _solved(
    world: Keys,
    weights: Float32[Array, " events"],
    noise: UInt32[Array, "boards words"],
) -> Float[Array, " boards"]:
    """The value of the first state of every board."""

    def solve(words: UInt32[Array, " words"]) -> Float[Array, ""]:
        board = world.reset(words)
        values = state_values(world, board, weights)
        return values[board.pose // 4, board.pose % 4, board.ball]

    return jax.lax.map(solve, noise)


def state_values(
    world: Keys, board: Board, weights: Float32[Array, " events"]
) -> Float[Array, "cells headings balls"]:
    """The expected return of optimal play from every state at the first step.

    The values of states that cannot be, such as a ball on a key, mean nothing.

    Args:
        world: The world.
        board: A board; of its cells, those of the keys count.
        weights: The weights of the objective over the world's events.
    """
    back, cells = action_values(world, board, weights), (world.size - 2) ** 2

    def before(past: Array, after: Array) -> Array:
        # `past` steps are left after this one; `after` are the values then.
        return back(after, (world.limit - past) / world.limit).max(axis=-1)

    each = dict(zip(world.events, weights, strict=True))
    last = jnp.full((cells, 4, cells), each["timeout"])
    return jax.lax.fori_loop(0, world.limit, before, last)


def action_values(
    world: Keys, board: Board, weights: Float32[Array, " events"]
) -> Callable[[Array, Array | float], Array]:
    """What each action is worth, given what the states after it are worth.

    Args:
        world: The world.
        board: A board; of its cells, those of the keys count.
        weights: The weights of the objective over the world's events.

    Returns:
        A function of the (cells, headings, balls) values after a step and the fraction
        of the time limit used by then, which gives (cells, headings, balls, actions)
        the expected reward and value of every action.
    """
    cells, tables = (world.size - 2) ** 2, world.tables
    each = dict(zip(world.events, weights, strict=True))
    table = np.asarray(tables.front).reshape(cells, 4)
    ahead, solid = np.minimum(table, cells - 1), table == cells
    is_ball = np.arange(cells) == table[..., None]
    is_key = jnp.asarray(table)[..., None] == board.keys[None, None]
    rolls = _rolls(tables, board)
    where, headings = np.arange(cells)[:, None], np.arange(4)
    # The chance that the ball rolls to the cell ahead, just before it is grabbed.
    comes = jnp.moveaxis(rolls[where, :, ahead], -1, 2) * ~solid[..., None]
    picks, late = (
        jnp.stack([each[f"{kind}_{colour}"] for colour in grid.COLOURS])[board.colours]
        for kind in ("pick", "late")
    )

    def back(after: Array, used: Array | float) -> Array:
        then = after[ahead, headings]
        blocked = jnp.where(is_ball, after, then)
        ways = jnp.concatenate([after, blocked], axis=1)
        expected = jnp.einsum("cbx,chx->chb", rolls, ways)
        stay, walk = expected[:, :4], expected[:, 4:]
        walk = jnp.where(is_ball, each["bump"], walk)
        walk = jnp.where(solid[..., None], each["wall"], walk)
        beside = after[where, headings, ahead][..., None]
        grab = stay + comes * (each["ball"] - beside)
        fetched = (is_key @ (picks + late * used))[..., None]
        grab = jnp.where(is_key.any(axis=-1, keepdims=True), fetched, grab)
        left, right = jnp.roll(stay, 1, axis=1), jnp.roll(stay, -1, axis=1)
        return jnp.stack([left, right, walk, grab, stay, stay, stay], axis=-1)

    return back


def is_solvable(world: World) -> bool:
    """Whether every state of a board of a world is one of Keys, and goes on as there.

    Example:
        >>> is_solvable(Keys()), is_solvable(ShiftedKeys())
        (True, False)
    """
    if not isinstance(world, Keys) or isinstance(world, ShiftedKeys):
        return False
    return type(world).step is Keys.step


def _rolls(tables: grid.Tables, board: Board) -> Float[Array, "cells balls next"]:
    """The chance of each next cell of the ball, given the cells of agent and ball."""
    cells = len(tables.inside)
    taken = jnp.asarray(tables.beside)[:, :cells].T
    for key in board.keys:
        taken = taken | jnp.asarray(tables.beside)[:, key][None]
    free = jnp.asarray(tables.inside)[None] & ~taken
    ways = (free[..., None] >> np.arange(8)[None, None]) & 1
    count = ways.sum(axis=-1, keepdims=True)
    there = np.eye(cells + 1, dtype=np.float32)[tables.neighbour][..., :cells]
    moved = jnp.einsum("cbd,bdx->cbx", ways / jnp.maximum(count, 1), there)
    return jnp.where(count > 0, moved, np.eye(cells, dtype=np.float32)[None])
