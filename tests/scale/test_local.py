"""How the work is spread changes nothing; Ctrl-C and death leave runs that go on."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from telic.cli.main import main
from telic.core.errors import InputError
from telic.runs.folder import find
from telic.scale import engine, local
from telic.studies import SpliceStudy
from telic.studies.base import preset, settings_of
from tests.runs.small import make, shot
from tests.scale.here import in_this_process

pytestmark = pytest.mark.e2e

TELIC = """
import signal, sys
from telic.cli.main import main
# Whoever runs the tests in the background ignores Ctrl-C for all children.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.exit(main())
"""
SMALL = ["train", "alternation", "--preset", "small"]


def telic(*words: str, root: Path, **kwargs) -> subprocess.Popen:
    """A telic process in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", TELIC, *words, "--root", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        **kwargs,
    )


def wait_for_a_row(child: subprocess.Popen, root: Path) -> None:
    """Until some run under a root has its first row of metrics."""
    while not any(r.metrics.exists() and r.metrics.read_text() for r in find(root)):
        time.sleep(0.1)
        assert child.poll() is None


def test_one_process_and_two_workers_give_the_same_bytes(tmp_path, capsys):
    both, one, two = [*SMALL, "--seeds", "0:2"], tmp_path / "one", tmp_path / "two"
    with in_this_process():
        assert main([*both, "--json", "--root", str(one)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [run["status"] for run in said["runs"]] == ["complete", "complete"]
    child = telic(*both, "--workers", "2", root=two)
    out, err = child.communicate(timeout=240)
    assert child.returncode == 0, err
    assert "next:" in out and "telic report" in out
    assert len(find(two)) == 2
    assert [shot(run) for run in find(two)] == [shot(run) for run in find(one)]


def test_ctrl_c_checkpoints_stops_and_says_how_to_go_on(tmp_path):
    long = ["--period", "400", "--phases", "2", "--seeds", "0:3"]
    child = telic(*SMALL, *long, "--workers", "1", root=tmp_path)
    wait_for_a_row(child, tmp_path)
    os.killpg(child.pid, signal.SIGINT)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 130, err
    assert "telic resume" in out and "Traceback" not in err
    stopped = [run for run in find(tmp_path) if run.status() == "partial"]
    assert stopped and stopped[0].checkpoints[-1].rollouts > 0


def test_a_process_that_is_killed_is_reported_and_leaves_no_children(tmp_path):
    child = telic(*SMALL, "--period", "4000", "--workers", "1", root=tmp_path)
    wait_for_a_row(child, tmp_path)
    child.kill()
    child.communicate(timeout=60)
    (run,) = find(tmp_path)
    until = time.monotonic() + 60
    while run.checkpoints[-1].rollouts == 0 and time.monotonic() < until:
        time.sleep(0.1)  # its worker notices, checkpoints and ends
    assert run.checkpoints[-1].rollouts > 0


def test_the_number_of_workers_is_checked():
    with pytest.raises(InputError, match="1 or more"):
        local.carry_all([Path("x")], workers=0, listen=lambda *_: None)


def test_a_job_that_fails_is_reported_and_the_other_runs_are_still_done(tmp_path):
    short = [make(tmp_path, seed) for seed in (0, 1)]  # three phases: too few
    settings = settings_of(preset(SpliceStudy, "small"))
    told = []
    outcome = local.carry_all(
        [run.path for run in short],
        workers=1,
        listen=lambda path, kind, value: told.append((Path(path).name, kind)),
        job="telic.scale.jobs:measure_run",
        options={"study": "splice", "settings": settings},
    )
    names = ["seed-0000", "seed-0001"]
    assert told == [(name, kind) for name in names for kind in ("start", "error")]
    assert outcome.done == [] and not outcome.stopped
    for error in outcome.failed.values():
        assert isinstance(error, InputError) and error.code == 2
        assert "late switches of 3 phases" in error.what and error.fix


def test_a_worker_that_is_killed_in_mid_sentence_takes_one_run_with_it(tmp_path):
    paths = [tmp_path / f"seed-{seed:04d}" for seed in range(4)]
    outcome = local.carry_all(
        paths,
        workers=2,
        listen=lambda *_: None,
        job="tests.scale.dying:job",
        options={"dying": ["seed-0001"]},
    )
    assert list(outcome.failed) == [str(paths[1])]
    assert "died" in outcome.failed[str(paths[1])].what
    assert outcome.done == [str(paths[i]) for i in (0, 2, 3)]
    assert not multiprocessing.active_children()


def test_a_listener_that_raises_leaves_no_worker_behind(tmp_path):
    def listen(path, kind, value):
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        local.carry_all(
            [tmp_path / "seed-0000"],
            workers=1,
            listen=listen,
            job="tests.scale.dying:job",
            options={"dying": []},
        )
    assert not multiprocessing.active_children()


def test_a_worker_that_cannot_begin_leaves_no_run_unaccounted_for(tmp_path, capfd):
    path = tmp_path / "seed-0000"
    told = []
    outcome = local.carry_all(
        [path],
        workers=1,
        listen=lambda path, kind, value: told.append(kind),
        job="telic.no_such_module:job",
    )
    assert outcome.done == [] and list(outcome.failed) == [str(path)]
    assert told == ["error"]
    assert "no_such_module" in capfd.readouterr().err


def test_the_cache_folder_names_the_processor_and_the_version(monkeypatch, tmp_path):
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path))
    folder = engine.cache_folder()
    assert folder.parent == tmp_path
    assert folder.name.startswith("xla-") and len(folder.name.split("-")[-1]) == 8
