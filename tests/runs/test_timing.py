"""The seconds of a run's rollouts are those that it took."""

import dataclasses
import time

import pytest

from telic.runs import metrics
from telic.runs.carry import carry_run
from telic.training import RolloutConfig
from tests.runs import small

PLAN = dataclasses.replace(
    small.PLAN, rollout=RolloutConfig(num_envs=32, num_steps=128)
)
"""Rollouts that are long beside the writing of their metrics."""


@pytest.fixture(scope="module")
def carried(tmp_path_factory):
    """A run of a program that is compiled already, what was reported, and its time."""
    root, reported = tmp_path_factory.mktemp("timed"), []
    carry_run(small.make(root, 0, PLAN), stop=lambda: True)
    run = small.make(root, 1, PLAN)
    began = time.perf_counter()
    carry_run(
        run, report=lambda row, seconds: reported.append((row["rollout"], seconds))
    )
    return run, reported, time.perf_counter() - began


def test_every_rollout_has_its_seconds(carried):
    rows = metrics.read(carried[0].timing)
    assert [row["rollout"] for row in rows] == list(range(1, PLAN.total_rollouts + 1))
    assert all(set(row) == {"rollout", "seconds"} for row in rows)
    assert all(row["seconds"] > 0 for row in rows)


def test_what_is_reported_is_what_is_written(carried):
    run, reported, _ = carried
    rows = metrics.read(run.timing)
    for row, (rollout, seconds) in zip(rows, reported, strict=True):
        assert row["rollout"] == rollout
        assert row["seconds"] == pytest.approx(seconds, abs=1e-4)


def test_the_seconds_of_all_rollouts_are_a_good_part_of_those_of_the_run(carried):
    # Results that JAX has only promised would take next to none of them.
    run, _, wall = carried
    total = sum(row["seconds"] for row in metrics.read(run.timing))
    assert wall / 3 < total < wall
