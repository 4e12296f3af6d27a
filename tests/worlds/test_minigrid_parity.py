"""Our Keys against MiniGrid's own engine: same board, actions and ball, every step.

Our world plays whole batches of episodes first. Then each is played again in MiniGrid,
where the ball is put where ours went, and everything that an agent could notice has to
agree: observations, rewards, and both ways in which an episode can end.

One difference is known. MiniGrid takes what was picked up off the board and shows it in
the agent's own cell. Ours leaves the board as it was, since a pickup ends the episode
and nobody acts on what is seen then; `carried` redraws our last view in MiniGrid's way.
"""

import collections
import dataclasses
import functools
import operator

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.minigrid_keys import Board, make
from telic.worlds import fetch, grid
from telic.worlds.keys import EVENTS, FORWARD, PICKUP, RIGHT, Keys

pytestmark = pytest.mark.parity

BOARDS, STEPS = 250, 60
PROBABILITY = np.array([0.20, 0.20, 0.34, 0.17, 0.03, 0.03, 0.03])
"""Of each action: more walking than at random, and four walls in five are avoided."""

FOUR = ("purple", "blue", "red", "green")
ROOMS = (
    Keys(),
    Keys(limit=9),
    Keys(size=8, colours=FOUR, others=("yellow", "grey"), limit=25),
    Keys(size=5, others=()),
)
VIEWS = {"post": "purple", "code": "blue"}
"""The presets whose observations are compared, each with the objective that pays."""


def seen_as(preset, world):
    """The world as a preset sees it."""
    eyes = Keys.preset(preset)
    return dataclasses.replace(world, view=eyes.view, encoding_name=eyes.encoding_name)


@functools.partial(jax.jit, static_argnames="world")
def play(key, actions, careful, *, world):
    """One episode from its start: first board, actions done, and what came of them.

    Whoever is careful turns right instead of walking into a wall.
    """
    front = jnp.asarray(world.tables.front)
    words = jax.vmap(world.sample_noise)(jax.random.split(key, STEPS + 1))

    def look(board):
        return [seen_as(preset, world).observe(board) for preset in VIEWS]

    def step(board, now):
        action, careful, noise = now
        wall = front[board.pose] == (world.size - 2) ** 2
        action = jnp.where(careful & wall & (action == FORWARD), RIGHT, action)
        after = world.step(board, action, noise)
        return after.state, (action, after, look(after.state))

    first = world.reset(words[-1])
    steps = jax.lax.scan(step, first, (actions, careful, words[:-1]))[1]
    return first, look(first), steps


def episodes(world, seed):
    """`BOARDS` episodes; every leaf is a NumPy array with a leading axis for them."""
    random = np.random.default_rng(seed)
    actions = random.choice(7, (BOARDS, STEPS), p=PROBABILITY)
    careful = random.random((BOARDS, STEPS)) < 0.8
    keys = jax.random.split(jax.random.key(seed), BOARDS)
    played = jax.vmap(functools.partial(play, world=world))(keys, actions, careful)
    return jax.tree.map(np.asarray, played)


class Pair:
    """One of our views of a world beside the same view in MiniGrid.

    Attributes:
        ball: The cell where MiniGrid's ball goes next.
    """

    def __init__(self, preset, world):
        self.world = seen_as(preset, world)
        self.weights = fetch(VIEWS[preset]).vector(EVENTS)
        self.minigrid = make(
            preset,
            wanted=VIEWS[preset],
            size=world.size,
            colours=world.colours,
            others=world.third,
            choose_ball=lambda env, old: self.ball,
        )
        self.minigrid.unwrapped.max_steps = world.limit

    def cell(self, number):
        """MiniGrid's column and row of a cell."""
        row, column = divmod(int(number), self.world.size - 2)
        return column + 1, row + 1

    def start(self, board, codes):
        """Copy a board of ours into MiniGrid, and compare what is seen of it."""
        names = [grid.COLOURS[colour] for colour in board.colours.tolist()]
        keys = dict(zip(names, map(self.cell, board.keys), strict=True))
        agent, ball = self.cell(board.pose // 4), self.cell(board.ball)
        copy = Board(agent=agent, heading=int(board.pose) % 4, ball=ball, keys=keys)
        seen, _ = self.minigrid.reset(options={"board": copy})
        assert np.array_equal(seen, self.world.encoding[codes].reshape(-1))

    def step(self, action, after, codes):
        """Do in MiniGrid what was done here, and compare all that comes back."""
        self.ball = self.cell(after.state.ball)
        if action == PICKUP and after.terminated:
            codes = carried(codes, self.world.view)
        seen, reward, *ends, _ = self.minigrid.step(int(action))
        assert seen.dtype == np.float32
        assert np.array_equal(seen, self.world.encoding[codes].reshape(-1))
        assert reward == pytest.approx(after.events @ self.weights, abs=1e-6)
        assert ends == [after.terminated, after.truncated]


def carried(codes, view):
    """A view in which what lies ahead is in the agent's own cell instead."""
    own, ahead = (view // 2, view - 1), (view // 2, view - 2)
    moved = codes.copy()
    moved[own], moved[ahead] = codes[ahead], grid.EMPTY
    return moved


def replay(pairs, first, first_codes, steps):
    """Play one episode in MiniGrid; yields the events of each step that agreed."""
    for pair, codes in zip(pairs, first_codes, strict=True):
        pair.start(first, codes)
    for t in range(STEPS):
        action, after, seen = jax.tree.map(operator.itemgetter(t), steps)
        for pair, codes in zip(pairs, seen, strict=True):
            pair.step(action, after, codes)
        yield [name for name, v in zip(EVENTS, after.events, strict=True) if v]
        if after.terminated or after.truncated:
            return


def test_every_step_agrees_with_minigrid():
    count = collections.Counter()
    for seed, world in enumerate(ROOMS):
        pairs = [Pair(preset, world) for preset in VIEWS]
        played = episodes(world, seed)
        for i in range(BOARDS):
            episode = jax.tree.map(operator.itemgetter(i), played)
            for events in replay(pairs, *episode):
                count.update(["steps", *events])
        count["boards"] += BOARDS
    assert count["boards"] >= 500
    assert count["steps"] >= 10_000
    assert min(count[event] for event in EVENTS) >= 10, count
    assert min(count[event] for event in EVENTS[:4]) >= 50, count
