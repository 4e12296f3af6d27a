"""A stranger's run folder: every path that telic opens, and what may stand there.

In the place of each of them: a link to a good copy outside, a pipe, a link to a device,
a folder (or a file where a folder is due), a huge file of holes. Whatever is then asked
of the run ends in a `TelicError`, or in what a good run gives; nothing outside changes,
nothing is waited for, and the run beside it is still found. All of it:

    pytest -m "slow or not slow" tests/runs/test_hostile_folder.py
"""

import os
import shutil
import time

import numpy as np
import pytest

from telic.cli.main import main
from telic.core import trees
from telic.core.errors import DamagedError, TelicError
from telic.edits import Add
from telic.locators import Locus
from telic.runs import checkpoint, disk, edit_file, folder, inside, locus_file
from telic.runs.carry import carry_run
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.runs.verify import verify
from telic.stats.rows import Row
from telic.studies import results
from tests.runs.small import PLAN, TINY, make

SETTINGS = {"episodes": 1}
LAST = "checkpoints/u00006"
ROWS = [Row("trial", "aim", 0.5)]
RESULT = f"studies/splice-{disk.sha256(disk.to_json(SETTINGS))[:8]}.safetensors"
PATHS = (
    ".",
    *inside.LAYOUT,
    LAST,
    *(f"{LAST}/{name}" for name in inside.HELD),
    RESULT,
)
"""Every path that telic opens in a run's folder; `.` is the folder itself."""

SECONDS = 20
"""The longest that all questions to one run may take together."""


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """Two complete runs with an answer."""
    root = tmp_path_factory.mktemp("good")
    for seed in (0, 1):
        run = make(root, seed)
        carry_run(run)
        path = results.write(run, "splice", SETTINGS, ROWS)
        assert path == run.path / RESULT
        run.path.joinpath("run.lock").touch()
    return root


@pytest.fixture
def place(good, tmp_path):
    """A root with the two runs, the second for ill use, and a copy of it outside."""
    shutil.copytree(good, tmp_path / "root")
    shutil.copytree(good / "small" / "seed-0001", tmp_path / "outside")
    return tmp_path


def replace(path, outside, kind):
    """Put something of a kind in the place of a file or a folder."""
    was_folder = path.is_dir()
    shutil.rmtree(path) if was_folder else path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(outside)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "other" and not was_folder:
        path.mkdir()
    else:  # a folder's place is taken by a file, and a file is made huge
        path.touch()
        huge = disk.LIMITS.get(path.suffix, 1 << 20) - 1
        os.truncate(path, huge if kind == "sparse" else 10)


QUESTIONS = {
    "find": lambda run: run in folder.find(run.path.parent.parent),
    "resolve": lambda run: folder.resolve(run.path.parent.parent, [run.name]) == [run],
    "create": lambda run: make(run.path.parent.parent, 1) == run,
    "plan": lambda run: run.plan() == PLAN,
    "seed": lambda run: run.seed() == 1,
    "status": lambda run: run.status() == "complete",
    "rows": lambda run: len(run.rows()) == PLAN.total_rollouts,
    "agents": lambda run: [trees.unsound(each) for each in agents(run)] == [None] * 4,
    "source": lambda run: trees.unsound(RunSource(run).agent(2)) is None,
    "verify": lambda run: not verify(run).problems,
    "answer": lambda run: (
        results.read(run, "splice", SETTINGS).values.tolist() == [0.5]
    ),
    "kept": lambda run: bool(results.write(run, "splice", SETTINGS, ROWS)),
    "done": lambda run: results.is_done(run, "splice", SETTINGS) in (True, False),
    "lock": lambda run: entered(run),
    "carry": lambda run: int(carry_run(run).rollouts) == PLAN.total_rollouts,
}
"""What may be asked of a run; True if it is as it should be. Those that write last."""


def agents(run):
    """The agents of all checkpoints."""
    return [checkpoint.read_agent(found) for found in run.checkpoints]


def entered(run):
    """Whether the lock can be taken."""
    with folder.locked(run):
        return True


def asked(run, question):
    """What a question comes to: good, an error of telic's, or something else."""
    try:
        return "good" if QUESTIONS[question](run) else "other"
    except TelicError as error:
        assert str(run.path.name) in str(error) or error.what
        return "error"


def everything(root):
    """All that is under a folder: kinds, contents and times."""
    found = {}
    for path in sorted(root.rglob("*")):
        stat = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = (stat.st_mode, stat.st_mtime_ns, stat.st_ino, data)
    return found


SLOW = [pytest.param(kind, marks=pytest.mark.slow) for kind in ("device", "sparse")]
KINDS = pytest.mark.parametrize("kind", ["link", "pipe", "other", *SLOW])


@pytest.mark.timeout(60)
@KINDS
@pytest.mark.parametrize("part", PATHS)
def test_whatever_stands_in_a_path_of_a_run_only_telics_errors_come_out(
    place, part, kind
):
    run = Run(place / "root" / "small" / "seed-0001")
    replace(run.path / part, place / "outside" / part, kind)
    before, began = everything(place / "outside"), time.monotonic()
    found = {question: asked(run, question) for question in QUESTIONS}
    assert time.monotonic() - began < SECONDS
    assert everything(place / "outside") == before
    beside = Run(run.path.with_name("seed-0000"))
    assert beside in folder.find(place / "root")
    assert asked(beside, "rows") == asked(beside, "source") == "good"
    held = part.startswith(LAST + "/")  # opened by name, when it is needed
    if kind in ("link", "pipe", "device") and not held:
        others = set(QUESTIONS) - {"find", "verify"}
        assert found["find"] == "other", "a run that is not opened is not found"
        assert found["verify"] == "other", "verify names it"
        assert {found[question] for question in others} == {"error"}
        notes = folder.survey(place / "root")[1]
        assert [note.split(" is left out")[0] for note in notes] == [run.name][
            : len(notes)
        ]
    if held:
        assert "other" not in {found["agents"], found["source"]}
        assert found["verify"] == "other", "verify names it"
        assert found["carry"] == "good", "it is put aside and done again"


@pytest.mark.timeout(60)
@KINDS
@pytest.mark.parametrize("file", ["edit", "locus"])
def test_a_file_that_was_sent_is_an_ordinary_one_or_an_error(tmp_path, file, kind):
    scores = {"a": np.arange(2.0)}
    path, outside = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    if file == "edit":
        write = lambda path: edit_file.write(path, Add(dict(TINY)), TINY)
        reads = [edit_file.read, lambda path: edit_file.apply(path, TINY)]
    else:
        write = lambda path: locus_file.write(path, Locus("weights", scores))
        reads = [locus_file.read]
    write(outside)
    path.touch()
    replace(path, outside, kind)
    for read in reads:
        began = time.monotonic()
        with pytest.raises(DamagedError):
            read(path)
        assert time.monotonic() - began < SECONDS


def test_a_root_and_a_named_experiment_may_be_links_to_another_disk(good, tmp_path):
    shutil.copytree(good, tmp_path / "disk")
    root = tmp_path / "root"
    root.symlink_to(tmp_path / "disk")
    assert [run.name for run in folder.find(root)] == [
        "small/seed-0000",
        "small/seed-0001",
    ]
    other = tmp_path / "other"
    other.mkdir()
    (other / "mine").symlink_to(tmp_path / "disk" / "small")
    named = folder.resolve(other, ["mine"])
    assert [run.path for run in named] == [
        other / "mine" / f"seed-000{seed}" for seed in (0, 1)
    ]
    assert folder.resolve(other, ["mine/seed-0001"]) == named[1:]
    assert carry_run(named[0]).rollouts == PLAN.total_rollouts
    assert folder.create_run(other, "mine", 0, PLAN) == named[0]
    assert folder.find(other) == []
    assert "mine is left out: a link" in folder.survey(other)[1][0]


def test_a_run_that_is_not_opened_is_refused_by_its_name_and_by_its_path(place):
    root = place / "root"
    path = root / "small" / "seed-0001"
    replace(path / "checkpoints", place / "outside" / "checkpoints", "link")
    for name in ("small/seed-0001", str(path)):
        with pytest.raises(DamagedError, match="checkpoints is a link"):
            folder.resolve(root, [name])
    assert [run.name for run in folder.resolve(root, ["small"])] == ["small/seed-0000"]
    shutil.rmtree(root / "small" / "seed-0000")
    with pytest.raises(DamagedError, match="checkpoints is a link"):
        folder.resolve(root, ["small"])


def test_pages_are_not_written_to_where_a_link_leads(place, capsys):
    root = place / "root"
    (root / "small" / "report").symlink_to(place / "outside")
    before = everything(place / "outside")
    assert main(["report", "small", "--root", str(root)]) == 3
    assert "report is a link" in capsys.readouterr().err
    assert everything(place / "outside") == before
