"""The examples are short, run, and show what they say."""

import dataclasses
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from examples import own_world
from telic.worlds import GymWorld

FILE = Path(__file__).parent.parent / "examples" / "own_world.py"
WORLDS = (own_world.Pole, own_world.Room)


def test_a_world_of_ones_own_takes_twenty_lines_and_all_of_it_sixty():
    assert len(FILE.read_text().splitlines()) <= 60
    for world in WORLDS:
        assert len(inspect.getsource(world).splitlines()) <= 20
        assert issubclass(world, GymWorld) and dataclasses.is_dataclass(world)


@pytest.fixture(scope="module")
def said():
    """What the example prints: by its environment and measure, before and after."""
    done = subprocess.run(
        [sys.executable, FILE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = [line.rsplit(": ", 1) for line in done.stdout.splitlines()]
    return {name: tuple(map(float, told.split(" -> "))) for name, told in lines}


def test_the_example_prints_every_event_of_its_worlds_and_the_length(said):
    names = [f"{world().id} {name}" for world in WORLDS for name in world.events]
    assert {*names, *(f"{world().id} length" for world in WORLDS)} == set(said)


def test_its_agents_learn_what_they_are_paid_for(said):
    before, after = said["CartPole-v1 length"]
    assert before < 40 and after > 2 * before
    before, after = said["MiniGrid-Empty-5x5-v0 goal"]
    assert before < 0.5 and after > 0.9
