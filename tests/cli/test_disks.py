"""Disks that refuse × verbs: an exit code that says so, and never "a bug".

6 where something had to be written, 4 where another process writes, 3 where a file
cannot be read, 2 where what was asked for is not there; 0 where nothing had to be
written, with a note if something is missing. The slow ones take real disks as well:

    pytest -m slow tests/cli/test_disks.py
"""

import contextlib
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from filelock import FileLock

from telic.cli.main import VERBS, main
from telic.runs.folder import find
from tests.adapters.zips import sb3_zip, weights
from tests.cli import broken
from tests.scale import here
from tests.studies.trained import copies, without_its_last_phase

RUN = "pair/seed-0000"
SMALL = ["--preset", "small"]
TRY = ["purple + mean(blue - purple)", "--episodes", "8"]
CARTPOLE = ["--world", "CartPole-v1"]
SPLICE = [*SMALL, "--groups", "layers", "--switches", "1", "--no-recovery"]

QUICK = {
    "train": ["train", "alternation", *SMALL, "--name", "fresh", "--seeds", "0"],
    "resume": ["resume", "pair"],
    "runs list": ["runs", "list"],
    "runs show": ["runs", "show", RUN],
    "runs verify": ["runs", "verify", RUN],
    "runs reindex": ["runs", "reindex"],
    "compare": ["compare"],
    "doctor": ["doctor"],
}
LONG = {
    "edit": ["edit", RUN, *TRY],
    "want": ["want", RUN, "--boards", "2"],
    "study": ["study", "splice", RUN, *SPLICE],
    "score": ["score", "LOCATOR"],
    "report": ["report", RUN],
    "demo": ["demo", *SMALL, "--seeds", "0:1"],
}
CODES = {
    "full": {
        **{"train": 6, "resume": 6, "study": 6, "score": 6, "report": 6, "demo": 6},
        "want": 6,
    },
    "read-only": {
        **{"train": 6, "resume": 6, "study": 6, "score": 6, "report": 6, "demo": 6},
        "want": 6,
        "doctor": 2,  # it looks whether the folder can be written
    },
    "failing": {
        **{"train": 6, "resume": 3, "runs show": 3, "runs verify": 3, "doctor": 2},
        **{"edit": 3, "study": 3, "want": 3, "score": 3, "report": 3, "demo": 6},
    },
    "moved": {
        **{"train": 6, "resume": 6, "study": 6, "score": 6, "report": 6, "demo": 6},
        "want": 6,
    },
    "gone": {
        **{"resume": 2, "runs show": 2, "runs verify": 2},
        **{"edit": 2, "study": 2, "want": 2, "score": 2, "report": 2},
    },
    "locked": {"resume": 4, "train": 4, "demo": 4},
}
"""Exit codes that are not 0."""

WORDS = {
    "full": "the disk is full",
    "read-only": "the disk is read-only",
    "failing": "Input/output error|the disk failed",
    "moved": "was it moved or removed",
}
"""The reason, or what helps against it, where the exit code is 6."""


@pytest.fixture
def root(pair, tmp_path, monkeypatch):
    """Two runs, one of them partial, and workers that see the disk of this process."""
    monkeypatch.setenv("TELIC_CACHE", str(tmp_path / "cache"))
    _, partial = copies(pair, tmp_path / "root")
    without_its_last_phase(partial)
    for home in ("telic.scale.local", "telic.cli.execute"):
        monkeypatch.setattr(f"{home}.carry_all", here.carry_all)
    return tmp_path / "root"


@contextlib.contextmanager
def state(kind: str, root, monkeypatch):
    """A disk in one of its states."""
    with contextlib.ExitStack() as held:
        if kind == "locked":
            for name in ("pair/seed-0000", "pair/seed-0001", "fresh", "demo-small"):
                folder = root / name
                folder = folder if "/" in name else folder / "seed-0000"
                folder.mkdir(parents=True, exist_ok=True)
                held.enter_context(FileLock(folder / "run.lock"))
        elif kind == "gone":
            shutil.rmtree(root)
        else:
            break_ = {"full": broken.full, "read-only": broken.read_only}
            break_ |= {"failing": broken.failing, "moved": broken.moved}
            held.callback(monkeypatch.undo)
            break_[kind](root, monkeypatch)
        yield


def ends_as_it_should(kind, verb, argv, root, monkeypatch, capfd) -> None:
    """Run a verb on such a disk, and hold what came of it to the table."""
    with state(kind, root, monkeypatch):
        code = main([*argv, "--root", str(root)])
    said = capfd.readouterr()
    assert "a bug" not in said.err and "Traceback" not in said.err
    assert code == CODES[kind].get(verb, 0), said.err
    if code == 6:
        text = said.out + said.err
        assert str(root) in text
        assert any(word in text for word in WORDS[kind].split("|"))
        assert kind == "full" or "make room" not in text
    if code == 4:
        assert "is being written" in said.err
    if kind == "failing" and verb in ("runs list", "runs show", "compare"):
        assert "note: pair/seed-0000 is left out" in said.err


@pytest.mark.contract
@pytest.mark.parametrize("verb", QUICK)
@pytest.mark.parametrize("kind", CODES)
def test_a_disk_that_refuses_is_said_to(kind, verb, root, monkeypatch, capfd):
    ends_as_it_should(kind, verb, QUICK[verb], root, monkeypatch, capfd)


@pytest.mark.slow
@pytest.mark.contract
@pytest.mark.parametrize("verb", LONG)
@pytest.mark.parametrize("kind", CODES)
def test_a_disk_that_refuses_is_said_to_by_verbs_that_take_longer(
    kind, verb, root, monkeypatch, capfd, request, tmp_path
):
    argv = LONG[verb]
    if verb == "score":
        argv = ["score", *scored(request, root, tmp_path)]
    ends_as_it_should(kind, verb, argv, root, monkeypatch, capfd)


def scored(request, root, tmp_path) -> list[str]:
    """A locator's file and flags, with planted agents under the root for it."""
    from tests.scale import candidates
    from tests.studies.examined import FLAGS

    for run in request.getfixturevalue("examined"):
        shutil.copytree(run.path, root / run.path.parent.name / run.path.name)
    return [str(candidates.written(tmp_path, candidates.GOOD)), *FLAGS]


OF_FILES = {
    "import": ["import", "ZIP", *CARTPOLE, "--episodes", "0", "--name", "more"],
    "verify": ["verify", "theirs"],
    "diff": ["diff", "theirs@0", "theirs@1", "--episodes", "8", "--out", "OUT"],
    "export": ["export", "theirs@1", "--to", "hf", "--episodes", "0", "--out", "OUT"],
}
"""Verbs whose agents come from files, or go to some; both agents are of one run."""

FILE_CODES = {
    "full": {"import": 6, "diff": 6, "export": 6},
    "read-only": {"import": 6, "diff": 6, "export": 6},
    "failing": {"import": 6, "verify": 3, "diff": 3, "export": 3},
    "moved": {"import": 6, "diff": 6, "export": 6},
    "gone": {"verify": 2, "diff": 2, "export": 2},
    "locked": {},
}
"""Their exit codes that are not 0."""


@pytest.fixture
def theirs(root, tmp_path):
    """The runs, and one that was imported from a file beside them."""
    held = weights()
    (tmp_path / "one.zip").write_bytes(sb3_zip(held))
    held["action_net.bias"] = held["action_net.bias"] + np.array([2, -2], "f4")
    (tmp_path / "two.zip").write_bytes(sb3_zip(held))
    zips = [str(tmp_path / name) for name in ("one.zip", "two.zip")]
    made = ["import", *zips, *CARTPOLE, "--episodes", "2", "--name", "theirs"]
    assert main([*made, "--root", str(root)]) == 0
    return root


@pytest.mark.contract
@pytest.mark.parametrize("verb", OF_FILES)
@pytest.mark.parametrize("kind", FILE_CODES)
def test_a_disk_that_refuses_is_said_to_by_verbs_of_files(
    kind, verb, theirs, tmp_path, monkeypatch, capfd
):
    given = {"ZIP": str(tmp_path / "one.zip"), "OUT": str(theirs / "out")}
    argv = [given.get(word, word) for word in OF_FILES[verb]]
    with state(kind, theirs, monkeypatch):
        code = main([*argv, "--root", str(theirs)])
    said = capfd.readouterr()
    assert "a bug" not in said.err and "Traceback" not in said.err
    assert code == FILE_CODES[kind].get(verb, 0), said.err
    if code == 6:
        assert any(word in said.err for word in WORDS[kind].split("|")), said.err
    if verb == "import" and code:
        assert not (theirs / "more" / "seed-0000" / "run.json").exists()


def test_every_verb_is_in_the_table():
    tried = {name.split()[0] for name in (*QUICK, *LONG, *OF_FILES)}
    assert tried == set(VERBS) - {"completion", "world"}


def test_a_run_that_fails_keeps_its_exit_code_where_the_index_fails_too(
    root, monkeypatch, capfd
):
    """A full disk under both: the second refusal once hid the first as "a bug"."""
    monkeypatch.setenv("TELIC_CACHE", str(root / "cache"))
    with state("full", root, monkeypatch):
        assert main(["resume", "pair", "--root", str(root)]) == 6
    said = capfd.readouterr().err
    assert "the index is not kept" in said and "the disk is full" in said


def mounted(*words: str) -> bool:
    """Whether a disk could be mounted."""
    return subprocess.run(["mount", *words], capture_output=True).returncode == 0


def telic(*words: str, root) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "telic", *words, "--root", str(root)],
        capture_output=True,
        text=True,
        timeout=240,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_run_on_a_disk_that_is_really_full_goes_on_when_there_is_room(tmp_path):
    small, roomy = tmp_path / "small", tmp_path / "roomy"
    small.mkdir()
    if not mounted("-t", "tmpfs", "-o", "size=300k", "telic-test", str(small)):
        pytest.skip("mounting is not permitted here")
    train = ["train", "alternation", *SMALL, "--name", "tiny", "--seeds", "0"]
    try:
        done = telic(*train, root=small)
        assert done.returncode == 6
        assert "the disk is full" in done.stdout + done.stderr
        for words in (["runs", "list"], ["runs", "verify"], ["compare"]):
            assert telic(*words, root=small).returncode == 0
        for words in (train, ["resume", "tiny"], ["report", "tiny"]):
            done = telic(*words, root=small)
            assert (done.returncode, "a bug" in done.stderr) == (6, False)
        shutil.copytree(small, tmp_path / "room")
    finally:
        subprocess.run(["umount", str(small)], check=True)
    assert telic("resume", "tiny", root=tmp_path / "room").returncode == 0
    assert telic(*train, root=roomy).returncode == 0
    (after,), (whole,) = find(tmp_path / "room"), find(roomy)
    from tests.runs.small import shot

    assert shot(after) == shot(whole)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_disk_that_is_really_read_only_can_be_read(root, tmp_path, monkeypatch):
    place = tmp_path / "read-only"
    place.mkdir()
    if not mounted("--bind", str(root), str(place)):
        pytest.skip("mounting is not permitted here")
    try:
        assert mounted("-o", "remount,ro,bind", str(place))
        for verb, argv in QUICK.items():
            done = telic(*argv, root=place)
            assert done.returncode == CODES["read-only"].get(verb, 0), done.stderr
            assert "a bug" not in done.stderr
    finally:
        subprocess.run(["umount", str(place)], check=True)
