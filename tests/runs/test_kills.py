"""SIGKILL at random moments, resume, and compare every byte with a run left alone.

The default suite kills a few times; the whole count is a slow claim:

    pytest -m slow tests/runs/test_kills.py
"""

import os
import random
import signal
import subprocess
import sys
import time

import pytest

from telic.runs.carry import carry
from telic.runs.folder import Run
from tests.runs.small import make, shot

CARRY = """
import sys
from pathlib import Path
from telic.scale import engine
engine.prepare()
from telic.runs.carry import carry
from telic.runs.folder import Run
print("ready", flush=True)
carry(Run(Path(sys.argv[1])), report=lambda row, seconds: print("row", flush=True))
"""


def kill_once(run: Run, rng: random.Random) -> int:
    """Start carrying the run, and kill the process up to 0.3 s after it is ready.

    Returns:
        How many rollouts it did before it died.
    """
    child = subprocess.Popen(
        [sys.executable, "-c", CARRY, str(run.path)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    if rng.random() < 0.7:  # most kills fall into the loop, some into its start
        child.stdout.readline()
        time.sleep(rng.random() * 0.05)
    else:
        time.sleep(rng.random() * 0.5)
    child.send_signal(signal.SIGKILL)
    said = child.stdout.read()
    child.stdout.close()
    child.wait()
    return said.count("row")


def assert_kills_change_nothing(tmp_path, kills: int) -> None:
    """Kill runs again and again until there have been `kills` kills."""
    rng, done, unreadable = random.Random(kills), 0, 0
    whole = make(tmp_path / "whole")
    carry(whole)
    while done < kills:
        run = make(tmp_path / f"killed-{done}")
        for _ in range(3):
            if run.status() == "complete":
                break
            kill_once(run, rng)
            done += 1
            unreadable += run.status() not in ("new", "partial", "complete")
        carry(run)
        assert shot(run) == shot(whole)
    assert unreadable == 0
    print(f"{done} kills, {unreadable} unreadable runs, all resumed runs equal by byte")


def test_a_run_that_is_killed_again_and_again_ends_the_same(tmp_path):
    assert_kills_change_nothing(tmp_path, kills=3)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thirty_kills_at_random_moments_change_no_byte(tmp_path):
    assert_kills_change_nothing(tmp_path, kills=30)
