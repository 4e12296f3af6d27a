"""`telic compare` takes intervals over seeds of one plan, and says what it left out."""

import json

import pytest

from telic.cli.main import main
from telic.runs import folder, index
from telic.studies import Alternation
from telic.studies.base import preset
from tests.runs import small
from tests.runs.small import PLAN


def put(root, experiment: str, seed: int, *, complete: bool = True, plan=PLAN) -> None:
    """A run with made-up metrics that is complete, or stopped half-way."""
    run = folder.create_run(root, experiment, seed, plan)
    blue = 0.123456789012 + seed / 10
    small.tell(run, *(small.row(i, plan, return_blue=blue) for i in range(1, 7)))
    done = plan.total_rollouts if complete else plan.total_rollouts - 1
    (run.path / "checkpoints" / f"u{done:05d}").mkdir(parents=True)


@pytest.fixture
def root(tmp_path, capsys):
    """Four seeds, one of them twice, one that is partial, and one of another plan."""
    for seed in range(4):
        put(tmp_path, "tiny", seed)
    put(tmp_path, "again", 0)
    put(tmp_path, "tiny", 9, complete=False)
    put(tmp_path, "other", 1, plan=preset(Alternation, "demo").plan())
    return tmp_path


def said(capsys, *words: str) -> str:
    assert main(["compare", *words]) == 0
    return capsys.readouterr().out


def test_intervals_are_over_seeds_of_one_plan_and_say_what_they_leave_out(root, capsys):
    lines = said(capsys, "--root", str(root)).splitlines()
    over = [line for line in lines if "final_return_blue: IQM" in line]
    assert [line.partition(": ")[0] for line in over] == ["again, tiny", "other"]
    assert "(n=4)" in over[0] and "[" in over[0]
    assert "(n=1" in over[1] and "[" not in over[1]
    assert lines[-2:] == [
        "left out: 1 of 7 runs, not complete",
        "left out: 1 of 7 runs, a plan and seed a second time",
    ]


def test_runs_of_one_plan_have_one_mark_and_those_of_two_have_two(root):
    marks = {row["run"]: row["plan"] for row in index.refresh(root).rows}
    assert marks["again/seed-0000"] == marks["tiny/seed-0003"]
    assert marks["other/seed-0001"] != marks["tiny/seed-0001"]


def test_columns_may_be_told_apart_by_commas(root, capsys):
    where = ["--root", str(root), "--where", "experiment = 'tiny'", "--columns"]
    apart = said(capsys, *where, "width", "created", "final_return_blue")
    assert said(capsys, *where, "width,created,final_return_blue") == apart
    assert said(capsys, *where, "width,created", "final_return_blue,") == apart
    assert main(["compare", *where, "width,creatd"]) == 2
    assert "'created'" in capsys.readouterr().err


def test_times_and_numbers_are_short_for_people_and_whole_for_programs(root, capsys):
    where = ["--where", "run = 'tiny/seed-0000'", "--root", str(root)]
    text = said(capsys, *where, "--columns", "created", "final_return_blue")
    assert "0.123" in text and "0.1234" not in text and "+00:00" not in text
    row = json.loads(said(capsys, *where, "--json"))
    assert row["final_return_blue"] == 0.123456789012
    assert row["created"].endswith("+00:00")
    assert main(["runs", "show", "tiny/seed-0000", "--root", str(root)]) == 0
    text = capsys.readouterr().out
    assert "0.123457\n" in text and "+00:00" not in text
    assert main(["runs", "list", "--root", str(root)]) == 0
    assert "+00:00" not in capsys.readouterr().out


def test_notes_of_a_bad_run_stand_beside_the_json_and_not_in_it(root, capsys):
    (root / "tiny" / "seed-0003" / "run.json").write_text("{")
    for argv in (["compare"], ["runs", "list"]):
        assert main([*argv, "--json", "--root", str(root)]) == 0
        told = capsys.readouterr()
        assert len([json.loads(line) for line in told.out.splitlines()]) == 6
        assert "tiny/seed-0003 is left out" in told.err
