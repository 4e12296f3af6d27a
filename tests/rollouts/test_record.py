"""An episode is played to its end, the same way every time."""

import jax
import numpy as np
import pytest

from telic.agents import create
from telic.core.errors import InputError
from telic.studies.episode import play
from tests.small import KEYS as WORLD
from tests.small import NETWORK

AGENT = create(jax.random.key(0), NETWORK, WORLD)


def test_boards_stand_between_actions_and_one_thing_ends_the_episode():
    episode = play(AGENT, NETWORK, WORLD, key_seed=1)
    assert len(episode.boards) == len(episode.actions) + 1
    assert [int(board.time) for board in episode.boards] == list(
        range(len(episode.boards))
    )
    ends = [n for n, count in episode.events.items() if count and n[:4] != "late"]
    assert len(ends) == 1
    assert episode.ended


def test_boards_are_on_the_host():
    board = play(AGENT, NETWORK, WORLD, key_seed=1).boards[0]
    assert all(isinstance(leaf, np.ndarray | np.generic) for leaf in board)


def test_one_seed_gives_one_episode_and_one_board_to_all_agents():
    other = create(jax.random.key(1), NETWORK, WORLD)
    first, again = (play(AGENT, NETWORK, WORLD, key_seed=5) for _ in range(2))
    assert first.actions == again.actions
    theirs = play(other, NETWORK, WORLD, key_seed=5)
    pairs = zip(first.boards[0], theirs.boards[0], strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)


def test_a_greedy_agent_takes_its_likeliest_action():
    bias = AGENT["actor/2/bias"].at[1].set(100.0)  # always turn right
    agent = {**AGENT, "actor/2/bias": bias}
    episode = play(agent, NETWORK, WORLD, key_seed=0, greedy=True)
    assert set(episode.actions) == {1}
    assert episode.events["timeout"] == 1
    assert len(episode.actions) == WORLD.limit


def test_a_limit_cuts_an_episode_off():
    bias = AGENT["actor/2/bias"].at[1].set(100.0)
    agent = {**AGENT, "actor/2/bias": bias}
    episode = play(agent, NETWORK, WORLD, key_seed=0, limit=3)
    assert len(episode.actions) == 3
    assert not episode.ended


def test_a_limit_below_one_is_refused():
    with pytest.raises(InputError, match="limit is 0"):
        play(AGENT, NETWORK, WORLD, key_seed=0, limit=0)
