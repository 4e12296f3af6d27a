"""A recorded episode is played to its end, the same way every time."""

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import create
from telic.rollouts import record
from tests.small import KEYS as WORLD
from tests.small import POLICY

AGENT = create(jax.random.key(0), POLICY, WORLD)
BIAS = AGENT["actor/2/bias"].at[1].set(100.0)
RIGHT = AGENT.replace({**AGENT, "actor/2/bias": BIAS})
"""An agent that always turns right."""


def test_boards_stand_between_actions_and_one_thing_ends_the_episode():
    episode = record(AGENT, WORLD, seed=1)
    assert len(episode.boards) == len(episode.actions) + 1
    assert [int(board.time) for board in episode.boards] == list(
        range(len(episode.boards))
    )
    ends = [n for n, count in episode.events.items() if count and n[:4] != "late"]
    assert len(ends) == 1
    assert episode.ended


def test_boards_are_on_the_host():
    board = record(AGENT, WORLD, seed=1).boards[0]
    assert all(isinstance(leaf, np.ndarray | np.generic) for leaf in board)


def test_one_seed_gives_one_episode_and_one_board_to_all_agents():
    other = create(jax.random.key(1), POLICY, WORLD)
    first, again = (record(AGENT, WORLD, seed=5) for _ in range(2))
    assert first.actions == again.actions
    theirs = record(other, WORLD, seed=5)
    pairs = zip(first.boards[0], theirs.boards[0], strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)


def test_a_greedy_agent_takes_its_likeliest_action():
    episode = record(RIGHT, WORLD, seed=0, greedy=True)
    assert set(episode.actions) == {1}
    assert episode.events["timeout"] == 1
    assert len(episode.actions) == WORLD.limit


def test_a_limit_cuts_an_episode_off():
    episode = record(RIGHT, WORLD, seed=0, limit=3)
    assert len(episode.actions) == 3
    assert not episode.ended


def test_a_limit_below_one_is_refused():
    with pytest.raises(InputError, match="limit is 0"):
        record(AGENT, WORLD, seed=0, limit=0)
