"""`telic study`: one command answers, reports, and goes on where it stopped."""

import json
import re
import shutil

import pytest

from telic.cli import study
from telic.cli.main import main
from telic.core.errors import InputError
from telic.runs.folder import Run
from telic.scale.local import Outcome
from telic.studies import STUDIES, VARIANTS
from telic.studies.splice import SpliceStudy
from telic.studies.work import Work
from telic.vectors import NULLS
from tests.scale.here import in_this_process
from tests.studies.trained import copies, without_its_last_phase

QUICK = ["--preset", "small", "--groups", "layers", "--switches", "1", "--no-recovery"]


@pytest.fixture
def root(pair, tmp_path):
    """A folder with one experiment of two runs, without results."""
    copies(pair, tmp_path)
    return tmp_path


def results_under(root):
    """All results, by their place."""
    return {path: path.read_bytes() for path in root.glob("*/*/studies/*.safetensors")}


def refused(argv, capsys):
    """What is said of a command that is refused with exit code 2."""
    assert main(argv) == 2
    said = capsys.readouterr()
    assert said.out == "" and len(said.err.splitlines()) <= 8
    return said.err


@pytest.mark.contract
@pytest.mark.parametrize("name", [*STUDIES, *VARIANTS])
def test_every_study_is_in_the_help_and_lists_its_options(name, capsys):
    assert main(["study", "--help"]) == 0
    assert f"\n  {name} " in capsys.readouterr().out
    with pytest.raises(SystemExit) as stop:
        main(["study", name, "--help"])
    assert not stop.value.code
    said = capsys.readouterr().out
    assert f"telic study {name}" in said
    assert "--episodes" in said and "--workers" in said and "--json" in said


def test_without_a_study_the_help_is_shown_and_the_exit_code_is_2(capsys):
    assert main(["study"]) == 2
    assert "usage: telic study NAME EXPERIMENT" in capsys.readouterr().out


def test_an_unknown_study_is_answered_with_the_nearest(capsys):
    assert "did you mean 'retarget'" in refused(["study", "retraget", "x"], capsys)


def test_an_experiment_that_is_not_there_is_answered_with_the_nearest(root, capsys):
    said = refused(["study", "splice", "pear", "--root", str(root)], capsys)
    assert "did you mean 'pair'" in said


def test_an_incomplete_run_is_named_with_what_to_do_and_nothing_is_done(
    root, pair, capsys
):
    run = copies(pair[:1], root / "other")[0]
    without_its_last_phase(run)
    argv = ["study", "splice", "pair", "--root", str(root / "other")]
    said = refused(argv, capsys)
    assert "pair/seed-0000 is partial" in said
    assert "fix: telic resume pair/seed-0000" in said
    assert not results_under(root / "other")


def test_runs_of_two_experiments_are_refused_before_any_work(root, capsys):
    shutil.copytree(root / "pair", root / "twin")
    argv = ["study", "splice", "pair", "twin/seed-0000", "--root", str(root)]
    assert "2 experiments" in refused(argv, capsys)
    assert not results_under(root)


@pytest.mark.parametrize(
    ("argv", "why", "fix"),
    [
        (["splice", "--switches", "9"], "three phases must lie before", "--switches 3"),
        (["locate", "--switches", "9"], "three phases must lie before", "--switches 3"),
        (["retarget", "--new", "blue"], "objectives are blue, purple", "--new "),
        (["isolation", "--second", "red"], "known: blue, purple", "--second"),
        (["snr", "--second", "purpel"], "known: blue, purple", "'purple'"),
    ],
)
def test_what_a_study_cannot_do_is_said_once_and_before_any_work(
    root, capsys, monkeypatch, argv, why, fix
):
    monkeypatch.setattr("telic.scale.local.carry_all", None)
    said = refused(["study", argv[0], "pair", *argv[1:], "--root", str(root)], capsys)
    assert said.count(why) == 1 and fix in said
    assert "compiling" not in said and not results_under(root)


def test_one_and_the_same_failure_of_many_runs_is_told_once(root, capsys, monkeypatch):
    def failing(paths, **_):
        return Outcome(failed={str(p): InputError("no", why="so") for p in paths})

    monkeypatch.setattr("telic.scale.local.carry_all", failing)
    said = refused(["study", "splice", "pair", *QUICK, "--root", str(root)], capsys)
    assert said.count("telic: no") == 1


@pytest.fixture
def one_null(monkeypatch):
    """Every addition is tried beside one null."""
    one = {"gaussian": NULLS["gaussian"]}
    monkeypatch.setattr("telic.edits.weights.NULLS", one)


def test_a_study_tells_what_it_tries_and_of_how_many(root, one_null):
    told = []
    run = Run(root / "pair" / "seed-0000")
    study = SpliceStudy(groups=("layers",), switches=2, episodes=4, recovery=False)
    list(study.measure(run, Work(lambda *what: told.append(what), lambda: False)))
    shares = [share for _, (share, _) in told]
    assert {kind for kind, _ in told} == {"share"}
    assert shares == sorted(shares) and shares[0] >= 0 and shares[-1] < 1
    words = [text for _, (_, text) in told]
    assert any(re.fullmatch(r"switch 2 of 2, edit 2 of \d+", text) for text in words)


def test_a_study_prints_what_it_found_and_where_and_the_same_command_goes_on(
    root, capsys, one_null, monkeypatch
):
    monkeypatch.setattr("telic.render.page.svg", lambda figure, **_: "<svg/>")
    argv = ["study", "splice", "pair", *QUICK, "--root", str(root), "--workers", "1"]
    with in_this_process():
        assert main(argv) == 0
    said = capsys.readouterr()
    assert "layers 0: " in said.out and "strongest null" in said.out
    assert "Traceback" not in said.err
    out = root / "pair" / "splice"
    assert f"3 files in {out}" in said.out
    assert f"open:  {out / 'report.html'}" in said.out
    page, done = (out / "report.html").read_bytes(), results_under(root)
    assert len(done) == 2
    times = {path: path.stat().st_mtime_ns for path in done}

    assert main([*argv, "--json"]) == 0
    said = capsys.readouterr()
    files = json.loads(said.out)["files"]
    assert files[0] == str(out / "report.html")
    assert sorted(files) == sorted(str(path) for path in out.iterdir())
    assert results_under(root) == done
    assert times == {path: path.stat().st_mtime_ns for path in done}
    assert (out / "report.html").read_bytes() == page


def test_the_command_in_a_page_holds_no_place():
    argv = ["pair", "--root", "/a", "--out=/b", "--switches", "2", "--json"]
    assert study.study_command("splice", argv) == "telic study splice pair --switches 2"
    assert study.study_command("splice", ["a b"]) == "telic study splice 'a b'"
    assert study.study_command("recipes", ["--root", "/a"]) == "telic study recipes"
