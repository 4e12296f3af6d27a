"""Optimal play: as an exhaustive search by the world's own steps finds it."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.keys import as_key
from telic.rollouts import episode_seeds
from telic.worlds import GoalKeys, Keys, ShiftedKeys
from telic.worlds.fetch import fetch
from telic.worlds.keys import Board
from telic.worlds.objectives import Objective
from telic.worlds.optimal import optimal_returns, state_values

TINY = {"size": 5, "colours": ("blue",), "others": ("red",), "limit": 4}
WORDS = np.arange(840, dtype=np.uint64) * 2**32 // 840 + 2**10
"""Words of which each number of free neighbours, 1 to 8, gets equal shares."""

ODD = Objective("odd", {"ball": 0.3, "pick_blue": 1.0, "timeout": 0.2, "bump": -0.5})
"""An objective under which what kills may pay, and so may doing nothing."""


@functools.partial(jax.jit, static_argnames="world")
def every_step(world, board, time):
    """Events, end and state of every pose, ball, action and word on a board."""
    cells = (world.size - 2) ** 2

    def one(pose, ball, action, word):
        state = board._replace(pose=pose, ball=ball, time=time)
        noise = jnp.zeros(world.sample_noise(jax.random.key(0)).shape, jnp.uint32)
        # The ball's word is the last one of Keys.
        done = world.step(state, action, noise.at[world.key_count + 4].set(word))
        over = done.terminated | done.truncated
        return done.events, over, done.state.pose, done.state.ball

    each = [jnp.arange(cells * 4), jnp.arange(cells), jnp.arange(5)]
    for axis in reversed(range(4)):
        one = jax.vmap(one, [0 if axis == i else None for i in range(4)])
    return one(*each, jnp.asarray(WORDS, jnp.uint32))


def searched(world, board, objective):
    """(poses, balls) values, by going back over every step that the world can make."""
    cells, weights = (world.size - 2) ** 2, objective.vector(world.events)
    values = np.zeros((cells * 4, cells))
    for time in reversed(range(world.limit)):
        events, over, pose, ball = map(np.asarray, every_step(world, board, time))
        values = (events @ weights + ~over * values[pose, ball]).mean(-1).max(-1)
    return values


@pytest.mark.parametrize("objective", [fetch("blue"), ODD], ids=lambda o: o.name)
@pytest.mark.parametrize(
    "world",
    [Keys(**TINY), ShiftedKeys(**TINY, doubled="blue", behind="blue")],
    ids=["keys", "shifted"],
)
def test_it_is_what_an_exhaustive_search_finds(world, objective):
    (noise,) = episode_seeds(world, 1, key=as_key(4)).noise
    board = Board(*map(jnp.asarray, world.reset(noise[0])))
    due = searched(world, board, objective)
    weights = jnp.asarray(objective.vector(world.events))
    found = np.asarray(state_values(world, board, weights)).reshape(due.shape)
    poses, balls = np.indices(due.shape)
    there = ~np.isin(balls, board.keys) & (balls != poses // 4)
    assert np.allclose(found[there], due[there], atol=1e-5)
    (value,) = optimal_returns(world, objective, noise[None])
    assert value == pytest.approx(due[int(board.pose), int(board.ball)], abs=1e-5)


def test_walls_make_the_way_longer_and_never_shorter():
    open_, walled = (ShiftedKeys(size=8, layout=each) for each in ("open", "doorway"))
    noise = episode_seeds(open_, 64, key=as_key(0)).noise
    far, near = (
        optimal_returns(w, fetch("blue"), noise).mean() for w in (walled, open_)
    )
    assert 0.9 < far < near < 1


def test_it_is_not_known_where_keys_move_or_in_another_world():
    noise = jnp.zeros((1, 181, 11), jnp.uint32)
    assert optimal_returns(ShiftedKeys(moved=3), fetch("blue"), noise) is None
    assert optimal_returns(GoalKeys(), fetch("blue"), noise) is None
