"""How a command ends that is not let to its end: closed pipes, signals, busy runs."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from telic.cli import terminal
from telic.cli.main import main
from telic.runs.folder import find
from telic.scale.local import Outcome
from tests.runs.small import make
from tests.scale.test_local import SMALL, telic, wait_for_a_row

pytestmark = pytest.mark.e2e


def shell(command: str, root) -> subprocess.CompletedProcess:
    """A pipeline of bash, in which "$PYTHON" -m telic is the command."""
    return subprocess.run(
        ["bash", "-c", command],
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(sys.path),
            "PYTHON": sys.executable,
            "TELIC_ROOT": str(root),
        },
    )


@pytest.mark.parametrize(
    "command",
    ["runs list --json", "--help", "doctor --help", "runs list --json --debug"],
)
def test_a_reader_that_has_read_enough_is_no_bug(tmp_path, command):
    make(tmp_path)
    pipeline = f'"$PYTHON" -m telic {command} | head -c 1; echo ${{PIPESTATUS[0]}}'
    done = shell(pipeline, tmp_path)
    assert done.stderr == ""
    assert done.stdout[1:] in ("141\n", "0\n")


def test_an_output_that_is_full_is_told_as_a_full_disk(tmp_path):
    done = shell('"$PYTHON" -m telic runs list > /dev/full', tmp_path)
    assert done.returncode == 6
    assert "standard output" in done.stderr and "full" in done.stderr
    assert "Exception" not in done.stderr


def test_a_run_that_is_being_written_is_refused_before_jax_is_loaded(tmp_path):
    run = make(tmp_path)
    (run.path / "run.holder").write_text("process 42 on here")
    argv = ["train", "alternation", "--preset", "small", "--name", "small"]
    code = (
        "import sys; from telic.cli.main import main; code = main(sys.argv[1:]);"
        "print(code, 'jax' in sys.modules, 'numpy' in sys.modules)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with FileLock(run.path / "run.lock"):
        for words in (["resume", "small"], ["resume"], [*argv, "--seeds", "0:3"]):
            done = subprocess.run(
                [sys.executable, "-c", code, *words, "--root", str(tmp_path)],
                capture_output=True,
                text=True,
                env=env,
            )
            assert done.stdout == "4 False False\n"
            assert "seed-0000 is being written" in done.stderr
            assert "process 42 on here" in done.stderr
        assert not (tmp_path / "small" / "seed-0001").exists()


def test_other_seeds_of_an_experiment_may_be_trained_beside_a_busy_one(tmp_path):
    from telic.runs import lock

    busy, free = make(tmp_path, seed=0), make(tmp_path, seed=1)
    with FileLock(busy.path / "run.lock"):
        lock.check_named(tmp_path, ["small/seed-0001"])
        lock.check_free([free.path])
        for names in ([], ["small"], ["small/seed-0000"], [str(busy.path)]):
            with pytest.raises(lock.BusyError):
                lock.check_named(tmp_path, names)


def test_a_lock_that_is_no_file_is_left_to_those_who_take_it(tmp_path):
    from telic.runs import lock

    run, victim = make(tmp_path), tmp_path / "victim"
    victim.write_text("precious")
    (run.path / "run.lock").symlink_to(victim)
    lock.check_named(tmp_path, [])
    (run.path / "run.lock").unlink()
    os.mkfifo(run.path / "run.lock")
    lock.check_named(tmp_path, ["small"])
    assert victim.read_text() == "precious"


def test_who_was_told_to_stop_says_how_to_go_on_and_by_which_signal(
    tmp_path, capsys, monkeypatch
):
    told = Outcome()
    monkeypatch.setattr("telic.cli.execute.carry_all", lambda *_, **__: told)
    for number in (signal.SIGINT, signal.SIGTERM):
        told.stopped = number.value
        assert main([*SMALL, "--root", str(tmp_path)]) == 128 + number
        assert "telic resume" in capsys.readouterr().out


@pytest.mark.slow
def test_sigterm_checkpoints_stops_and_ends_with_143(tmp_path):
    """Sent to the whole group, as schedulers send it."""
    long = ["--period", "400", "--phases", "2", "--seeds", "0:3"]
    child = telic(*SMALL, *long, "--workers", "1", root=tmp_path)
    wait_for_a_row(child, tmp_path)
    os.killpg(child.pid, signal.SIGTERM)
    out, err = child.communicate(timeout=120)
    assert child.returncode == 143, err
    assert "telic resume" in out and "stopping after this rollout" in err
    assert "resource_tracker" not in err and "Traceback" not in err
    stopped = [run for run in find(tmp_path) if run.status() == "partial"]
    assert stopped and stopped[0].checkpoints[-1].rollouts > 0


def test_a_second_sigterm_kills_and_leaves_no_process(tmp_path):
    child = telic(*SMALL, "--period", "4000", "--workers", "1", root=tmp_path)
    wait_for_a_row(child, tmp_path)
    (worker,) = workers(child.pid)
    os.kill(worker, signal.SIGSTOP)  # it cannot stop by itself
    child.send_signal(signal.SIGTERM)
    assert child.stderr and any("stopping after" in line for line in child.stderr)
    child.send_signal(signal.SIGTERM)
    _, err = child.communicate(timeout=60)
    assert child.returncode == 143
    assert "ended; telic resume goes on" in err and "resource_tracker" not in err
    assert not alive(worker)


def workers(parent: int) -> list[int]:
    """The workers among the children of a process."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [
        int(child)
        for child in children
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]


def alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        found = Path(f"/proc/{pid}/stat").read_text()
        return found.rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_resume_of_a_finished_run_starts_nothing_and_says_so(
    tmp_path, capsys, monkeypatch
):
    run = make(tmp_path)
    (run.path / "checkpoints" / "u00006").mkdir(parents=True)
    monkeypatch.setattr("telic.cli.execute.carry_all", lambda *_, **__: pytest.fail())
    for names in ([], ["small"], [run.name]):
        assert main(["resume", *names, "--root", str(tmp_path)]) == 0
        assert f"{run.name} is complete" in capsys.readouterr().out


def test_json_is_plain_ascii_where_people_may_see_it(monkeypatch, capsys):
    odd = "\x9b31m\u202e\ud800é"
    terminal.say_json({"name": odd})
    assert json.loads(capsys.readouterr().out) == {"name": odd}
    terminal.say_json({"name": "é"})
    assert capsys.readouterr().out == '{"name": "é"}\n'
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    terminal.say_json({"name": "é\x9b"})
    assert capsys.readouterr().out == '{"name": "\\u00e9\\u009b"}\n'
