"""Craftax-Classic by its example: what is told, what ends, and what is missing."""

import shutil
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import pytest

from telic.cli.main import main

FILE = Path(__file__).parents[2] / "examples" / "craftax_classic.py"


@pytest.fixture(scope="module")
def example():
    """The example as a module; skipped where craftax is not installed."""
    pytest.importorskip("craftax")
    from examples import craftax_classic

    return craftax_classic


@pytest.fixture(scope="module")
def before(example):
    """A world of few first states and a short limit, and the state of one of them."""
    world = example.Craftax(starts=4, limit=3)
    return world, world.reset(world.sample_noise(jax.random.key(0)))


def facing(world, state, block):
    """The state with some block in front of the player, who looks up."""
    row, column = state.state.player_position
    land = state.state.map.at[row - 1, column].set(block)
    return state._replace(state=state.state.replace(map=land))


def told(world, after):
    """The names of the events of a step."""
    return {e for e, x in zip(world.events, after.events, strict=True) if x}


def step(world, state, action):
    """One step, by the name of its action."""
    noise = world.sample_noise(jax.random.key(1))
    return world.step(state, jnp.int32(world.actions.index(action)), noise)


def test_its_achievements_are_events_and_its_goals_are_those_that_are_wanted(example):
    world = example.Craftax(wanted=("eat_cow", "collect_wood"))
    assert len(world.events) == 24 and world.observation == (1345,)
    assert [goal.success for goal in world.goals.values()] == list(world.goals)
    assert tuple(world.goals) == ("eat_cow", "collect_wood")


@pytest.mark.parametrize(
    ("block", "event"), [("TREE", "collect_wood"), ("WATER", "collect_drink")]
)
def test_the_first_wanted_achievement_ends_an_episode(before, block, event):
    from craftax.craftax_classic.constants import BlockType

    world, state = before
    after = step(world, facing(world, state, BlockType[block].value), "do")
    assert told(world, after) == {event} and after.terminated
    assert not after.truncated


def test_an_achievement_that_nobody_wants_is_told_once_and_ends_nothing(before):
    world, state = before
    table = state.state.inventory.replace(wood=jnp.int32(5))
    rich = state._replace(state=state.state.replace(inventory=table))
    first = step(world, rich, "place_table")
    again = step(world, step(world, first.state, "left").state, "place_table")
    assert told(world, first) == {"place_table"} and not first.terminated
    assert told(world, again) <= {"time_up"}


def test_the_limit_is_told_as_the_time_that_is_up_and_is_no_end_for_good(before):
    world, state = before
    for _ in range(3):
        after = step(world, state, "noop")
        state = after.state
    assert told(world, after) == {"time_up"}
    assert after.truncated and not after.terminated


def test_without_health_it_ends_in_failure(before):
    world, state = before
    dying = state._replace(state=state.state.replace(player_health=jnp.int32(0)))
    after = step(world, dying, "noop")
    assert told(world, after) == {"died"} and after.terminated
    assert world.failures == ("died",)


@pytest.mark.parametrize("verb", [["world"], ["train", "alternation", "--world"]])
def test_without_craftax_it_says_in_one_error_how_to_get_it(
    verb, tmp_path, monkeypatch, capsys
):
    for name in ["craftax", *(n for n in sys.modules if n.startswith("craftax."))]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    file = shutil.copy(FILE, tmp_path)
    assert main([*verb, f"{file}:Craftax"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("telic: craftax is not installed")
    assert "fix: pip install 'telic[craftax]'" in said and said.count("fix:") == 1
