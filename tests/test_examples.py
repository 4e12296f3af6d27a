"""The examples are short, run, and show what they say."""

import dataclasses
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from examples import own_world, planted_goal
from telic.scale.locator_runner import Candidate, run_locator
from telic.worlds import GymWorld, Objective
from tests import flags
from tests.scale import planted_paper

pytestmark = pytest.mark.e2e

FOLDER = Path(__file__).parent.parent / "examples"
FILE = FOLDER / "own_world.py"
WORLDS = (own_world.Pole, own_world.Room)
ELSEWHERE = {
    "craftax_classic.py": "worlds/test_craftax.py",
    "cheetah.py": "worlds/test_bodies.py",
    "fast_lander.py": "studies/isolation/test_metrics.py",
}
"""Examples that need an extra, and the tests that run them where it is installed."""


def test_a_world_of_ones_own_takes_twenty_lines_and_all_of_it_sixty():
    assert len(FILE.read_text().splitlines()) <= 60
    for world in WORLDS:
        assert len(inspect.getsource(world).splitlines()) <= 20
        assert issubclass(world, GymWorld) and dataclasses.is_dataclass(world)


def printed(file: Path) -> dict[str, str]:
    """What an example prints: `name: what` a line."""
    done = subprocess.run(
        [sys.executable, file],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"XLA_FLAGS": flags.TRAINING},
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split(": ", 1) for line in done.stdout.splitlines()]
    return {line[0]: line[1] for line in lines}


def numbers(text: str) -> list[float]:
    """All numbers in a text."""
    return [float(word) for word in re.findall(r"\d+\.\d+", text)]


def test_every_example_is_run_here_and_shorter_than_sixty_lines():
    source = Path(__file__).read_text()
    for file in FOLDER.glob("*.py"):
        assert len(file.read_text().splitlines()) < 60, file.name
        assert file.name in source
    for name, tests in ELSEWHERE.items():
        assert name in (Path(__file__).parent / tests).read_text()


@pytest.mark.slow
def test_a_few_weights_at_the_top_of_a_locus_bring_the_other_goal():
    said = printed(FOLDER / "locate_goal.py")
    (donor,) = numbers(said["donor"])
    assert donor > 0.9
    for name in ("magnitude", "integrated attribution"):
        assert numbers(said[name])[1] > 0.75
    assert numbers(said["random"])[1] < 0.3


def test_a_planted_goal_is_found_by_what_changed_and_not_by_guessing(capsys):
    planted_goal.main()  # planted_goal.py trains nothing: it is small as it is
    lines = [line.split(": ") for line in capsys.readouterr().out.splitlines()]
    said = {name: float(told) for name, told in lines}
    assert said["this file"] > 0.99 and said["magnitude"] > 0.99
    assert said["first layer"] < 0.5  # it is in the second
    assert 0.25 < said["random"] < 0.75


def test_a_locator_of_ones_own_is_scored(tmp_path):
    paper = planted_paper.kept(tmp_path)
    own = Candidate(FOLDER / "my_locator.py")
    report = run_locator(own, [paper], tmp_path / "out")
    assert report.outcome == "scored"
    assert 0 < report.records[0]["units"] < 1


@pytest.mark.slow
def test_a_subtracted_vector_gives_the_old_goal_back_and_noise_does_not():
    said = {
        name: numbers(told) for name, told in printed(FOLDER / "goal_vector.py").items()
    }
    assert said["-1.0 x vector"][0] > 0.8
    assert said["-1.0 x noise"][0] < 0.6
    assert said["+0.0 x vector"] == said["+0.0 x noise"]


@pytest.mark.parametrize("world", WORLDS)
def test_an_agent_is_trained_and_its_rates_are_those_of_all_events(world):
    objective = Objective("mine", {world.events[0]: 1})
    before, after = own_world.learn(world(), objective, rollouts=1)
    assert set(before) == set(after) == {*world.events, "length"}
    assert before != after


@pytest.mark.slow
def test_agents_of_ones_own_worlds_learn_what_they_are_paid_for():
    said = {
        name: tuple(map(float, told.split(" -> ")))
        for name, told in printed(FOLDER / "own_world.py").items()
    }
    names = [f"{world().id} {name}" for world in WORLDS for name in world.events]
    assert {*names, *(f"{world().id} length" for world in WORLDS)} == set(said)
    before, after = said["CartPole-v1 length"]
    assert before < 40 and after > 2 * before
    before, after = said["MiniGrid-Empty-5x5-v0 goal"]
    assert before < 0.5 and after > 0.9
