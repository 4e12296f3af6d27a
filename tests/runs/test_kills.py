"""SIGKILL at random moments, the work again, and every byte as of one left alone.

Runs, studies and reports are killed: after a random share of their processor time, or
at a random one of their calls that change the disk, with the last bytes of a file lost
that was not synced yet. The default suite kills twice; the whole count is slow,
about twenty minutes of two cores or less:

    pytest -m slow -s tests/runs/test_kills.py

TELIC_KILLS is how many kills there are in all, by default 210.
"""

import concurrent.futures
import contextlib
import io
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from telic.cli.main import main
from telic.runs import folder, index
from telic.runs.folder import Run
from telic.training import ExperimentConfig
from tests.runs.small import PLAN, shot
from tests.studies import trained

pytestmark = pytest.mark.e2e

KILLS = int(os.environ.get("TELIC_KILLS", "210"))
LOST = 150
"""The most bytes of a file that a kill takes; a row of metrics has more."""

ONE_AT_A_TIME = threading.Lock()
"""Standard output is one for all threads."""


class Zygote:
    """A process that forks what is killed."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.runs.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self._line() == "ready\n"

    def ask(self, victim: str, run: Run, at: list | None = None) -> dict[str, Any]:
        """Let a victim work on a run, to its end or until it is killed."""
        assert self.process.stdin
        call = f"tests.runs.victims:{victim}"
        task = {"call": call, "args": [str(run.path)], "at": at}
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        return json.loads(self._line())

    def close(self) -> None:
        self.process.communicate(timeout=30)

    def _line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()


class Count(NamedTuple):
    """What came of the kills of one victim."""

    victim: str
    kills: int
    writing: int
    places: int
    unreadable: int
    different: int


def begun(root: Path, whole: Run | None, plan: ExperimentConfig = PLAN) -> Run:
    """What a victim begins with: a fresh run, or a copy of one that is complete."""
    if whole is None:
        return folder.create_run(root, "small", 0, plan)
    place = root / whole.path.parent.name / whole.path.name
    shutil.copytree(whole.path, place, ignore=shutil.ignore_patterns("studies"))
    return Run(place)


def written(run: Run) -> dict[str, bytes]:
    """All that must be equal: of the run, of its studies, and of its report."""
    answers = (run.path / "studies").glob("*.json")
    pages = (run.path.parent / "report").glob("[!.]*")
    beside = {path.name: path.read_bytes() for path in (*answers, *pages)}
    return shot(run) | beside


def is_readable(root: Path) -> bool:
    """Whether the folder is sound, and its run listed, as a kill has left it."""
    with ONE_AT_A_TIME, contextlib.redirect_stdout(io.StringIO()):
        code = main(["runs", "verify", "--root", str(root)])
    found = index.refresh(root)
    return code == 0 and len(found.rows) == 1 and not found.notes


def kill(
    victim: str, kills: int, root: Path, whole: Run | None, at_writes: float = 0.4
) -> Count:
    """Kill a victim again and again, and compare what it writes in the end."""
    rng, zygote = random.Random(f"{victim} {kills}"), Zygote()
    done = writing = unreadable = different = places = 0
    alone = begun(root / "alone", whole)
    cost = zygote.ask(victim, alone)
    if at_writes < 1:  # what it compiled is kept: from now on it costs less
        cost = zygote.ask(victim, begun(root / "warm", whole))
    while done < kills:
        run = begun(root / f"place-{places}", whole)
        places += 1
        for _ in range(min(3, kills - done)):
            at = ["cpu", rng.random() * cost["cpu"]]
            if rng.random() < at_writes:
                at = ["write", rng.randint(1, cost["writes"]), rng.randint(0, LOST)]
            if not zygote.ask(victim, run, at)["killed"]:
                break  # it had less left to do, and is complete
            done, writing = done + 1, writing + (at[0] == "write")
            unreadable += not is_readable(run.path.parent.parent)
        zygote.ask(victim, run)
        different += written(run) != written(alone)
        shutil.rmtree(root / f"place-{places - 1}")
    zygote.close()
    return Count(victim, done, writing, places, unreadable, different)


def told(counts: list[Count]) -> None:
    """Print the table, and hold it to what is promised."""
    print("\n" + "  ".join(Count._fields))
    for count in counts:
        print("  ".join(map(str, count)))
    assert sum(count.unreadable for count in counts) == 0
    assert sum(count.different for count in counts) == 0


@pytest.mark.timeout(600)
def test_a_run_that_is_killed_again_and_again_ends_the_same(tmp_path):
    told([kill("run", 2, tmp_path, None, at_writes=1.0)])


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_no_byte_of_runs_studies_and_reports_depends_on_who_was_killed(pair, tmp_path):
    (whole, _) = trained.copies(pair, tmp_path / "whole")
    shares: list[tuple[str, int, Callable[[], Run | None]]] = [
        ("report", KILLS * 40 // 210, lambda: whole),
        ("splice", KILLS * 60 // 210, lambda: whole),
        ("run", KILLS - KILLS * 40 // 210 - KILLS * 60 // 210, lambda: None),
    ]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        work = [
            pool.submit(kill, victim, kills, tmp_path / victim, start())
            for victim, kills, start in shares
        ]
        counts = [one.result() for one in work]
    assert sum(count.kills for count in counts) == KILLS
    told(counts)
