"""A clock that jumps back changes no byte of a run, and hides nothing of it."""

import os
import time

import pytest

from telic.runs import index
from telic.runs.carry import carry_run
from tests.runs.small import make, shot

HOUR = 3600.0


@pytest.fixture
def set_back(monkeypatch):
    """Set the clock back by an hour: of the process, and of the files it writes."""

    def call() -> None:
        real, synced = time.time, os.fsync

        def sync(handle: int) -> None:
            synced(handle)
            os.utime(handle, (real() - HOUR, real() - HOUR))

        monkeypatch.setattr(time, "time", lambda: real() - HOUR)
        monkeypatch.setattr(time, "time_ns", lambda: round((real() - HOUR) * 1e9))
        monkeypatch.setattr(os, "fsync", sync)

    return call


def test_a_run_whose_clock_jumps_back_is_equal_and_listed(tmp_path, set_back):
    whole, jumping = make(tmp_path / "whole"), make(tmp_path / "jumping")
    carry_run(whole)
    listed = []

    def report(row, _):
        (found,) = index.refresh(tmp_path / "jumping").rows
        listed.append((row["rollout"], found["rollouts"]))
        if row["rollout"] == 3:
            set_back()

    carry_run(jumping, report=report, stop=lambda: len(listed) == 3)
    assert jumping.status() == "partial"
    carry_run(jumping, report=report)
    assert shot(jumping) == shot(whole)
    assert listed == [(number, number) for number in range(1, 7)]
    assert jumping.metrics.stat().st_mtime < whole.metrics.stat().st_mtime
    (row,) = index.refresh(tmp_path / "jumping").rows
    assert (row["status"], row["rollouts"]) == ("complete", 6)
