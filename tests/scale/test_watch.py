"""A world that does not answer ends its run, and nothing else does."""

import os
import signal
import subprocess
import sys
import threading
import time

import jax
import pytest

from telic.core.errors import InputError, WorldError
from telic.rollouts import HostCollector
from telic.scale import watch
from telic.scale.local import carry_all
from tests.worlds.faulty import Trouble
from tests.worlds.test_guard import AGENT, acted

pytestmark = pytest.mark.e2e

JOB = "tests.scale.sleepers:sleep"


def test_a_world_that_sleeps_in_a_step_is_an_error_with_its_step():
    acted(Trouble())  # so that all is compiled
    began = time.monotonic()
    with (
        pytest.raises(
            WorldError, match=r"Trouble.* did not answer in step 5"
        ) as caught,
        watch.watchdog(1.0),
    ):
        acted(Trouble(fault="sleep"))
    assert 1.0 <= time.monotonic() - began < 30
    assert "1 seconds" in caught.value.why
    assert "TELIC_STEP_SECONDS" in caught.value.fix


def test_what_takes_long_between_two_steps_is_left_alone():
    copies = HostCollector(Trouble(), [0, 1])
    before = signal.getsignal(signal.SIGUSR2)
    with watch.watchdog(0.2):
        copies.collect(jax.random.key(0), AGENT, 4)
        time.sleep(0.6)
        copies.collect(jax.random.key(1), AGENT, 4)
    copies.close()
    assert signal.getsignal(signal.SIGUSR2) is before
    assert threading.active_count() == len(threading.enumerate())


def test_many_short_calls_that_take_long_together_are_no_hang():
    class Slow(Trouble):
        def make(self, render_mode=None):
            env = super().make()
            inner = env.step
            env.step = lambda action: (time.sleep(0.05), inner(action))[1]
            return env

    acted(Trouble())
    with watch.watchdog(0.4):
        acted(Slow(), rollouts=3)  # 12 steps of 0.1 s


def test_in_a_worker_a_hang_is_a_failed_run_with_the_words_of_its_error(
    tmp_path, monkeypatch
):
    monkeypatch.setenv(watch.VARIABLE, "1")
    outcome = carry_all([tmp_path], workers=1, listen=lambda *_: None, job=JOB)
    error = outcome.failed[str(tmp_path)]
    assert isinstance(error, WorldError) and "did not answer in step 5" in error.what


STUBBORN = """
from telic.scale import watch
watch.GRACE = 1.0
from tests.scale.sleepers import sleep
with watch.watchdog(1.0, last_words=lambda error: print(error.what, flush=True)):
    sleep(None, {"kind": "stubborn"}, tell=print, stop=None)
"""


def test_a_world_that_swallows_the_error_takes_its_process_with_it():
    child = subprocess.run(
        [sys.executable, "-c", STUBBORN],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.returncode == WorldError.code
    assert "did not answer in step 5" in child.stdout
    assert "did not answer in step 5" in child.stderr


TWICE = """
import signal, sys
from pathlib import Path
from telic.scale.local import carry_all
if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        carry_all(
            [Path("x")],
            workers=1,
            listen=lambda path, kind, value: print(kind, value, flush=True),
            job="tests.scale.sleepers:sleep",
        )
    except KeyboardInterrupt:
        sys.exit(130)
"""


@pytest.mark.slow
def test_a_second_ctrl_c_ends_a_run_whose_world_sleeps(tmp_path):
    script = tmp_path / "twice.py"
    script.write_text(TWICE)
    with subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            if "it begins" in line:
                break
        time.sleep(2)  # it is asleep by now, or about to be
        for _ in range(2):
            os.kill(child.pid, signal.SIGINT)
            time.sleep(0.5)
        assert child.wait(timeout=30) == 130


@pytest.mark.parametrize("text", ["soon", "-1", "inf", "nan"])
def test_a_limit_that_is_no_number_of_seconds_is_refused(text, monkeypatch):
    monkeypatch.setenv(watch.VARIABLE, text)
    with pytest.raises(InputError, match=watch.VARIABLE):
        watch.limit()


def test_the_limit_is_a_minute_unless_it_is_given(monkeypatch):
    monkeypatch.delenv(watch.VARIABLE, raising=False)
    assert watch.limit() == 60
    monkeypatch.setenv(watch.VARIABLE, "0")
    assert watch.limit() == 0
    with watch.watchdog(0.0):
        assert signal.getsignal(signal.SIGUSR2) in (signal.SIG_DFL, signal.SIG_IGN)
