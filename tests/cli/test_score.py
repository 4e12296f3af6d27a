"""`telic score`: a good, a bad, a crashing and an endless locator are rows alike."""

import json

import pytest

from telic.cli.main import main
from tests.scale import candidates
from tests.scale.candidates import written
from tests.studies.examined import EXAM, FLAGS


@pytest.fixture
def score(examined, tmp_path, capsys):
    """The command on a locator's text: its exit code, and what it said."""

    def call(text: str, *flags: str):
        root = examined[0].path.parent.parent
        argv = ["score", str(written(tmp_path, text)), *FLAGS, *flags]
        code = main([*argv, "--root", str(root), "--out", str(tmp_path / "out")])
        return code, capsys.readouterr()

    return call


def test_a_good_locator_stands_first_with_a_rank(score, tmp_path):
    code, said = score(candidates.GOOD, "--json")
    found = json.loads(said.out)
    first, *rest = found["rows"]
    assert code == 0 and found["outcome"] == first["outcome"] == "scored"
    assert first["locator"] == "mine.py" and first["rank"] >= 1
    ours = {row["locator"]: row for row in rest}
    assert set(ours) == set(EXAM.beside)
    assert first["mean"] == ours["magnitude"]["mean"]
    assert ours["oracle"]["mean"]["estimate"] == 1
    assert (found["pairs"], found["seeds"]) == (8, [0])
    assert json.loads((tmp_path / "out" / "board.json").read_text()) == found
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"board.json", "log.txt"}


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (candidates.BAD, "no locus: scores at 'actor/0/"),
        (candidates.CRASHING, "crashed: ZeroDivisionError: division by zero on pair 1"),
        (candidates.ENDLESS, "timed out: no answer within 2 s on pair 1 of 8"),
    ],
)
def test_a_locator_that_fails_is_a_row_at_the_end(score, text, outcome):
    code, said = score(text, "--limit", "2")
    table, _, caption = said.out.partition("\n\n")
    assert code == 0
    last = table.splitlines()[-1]
    assert "mine.py" in last and outcome in last and last.lstrip().startswith("–")
    assert "magnitude" in table and "oracle" in table
    assert "1 seed, 8 pairs" in caption and "chance" in caption
    assert outcome in caption and "log.txt" in caption and "next:" in caption


@pytest.mark.parametrize(
    ("text", "flags", "what"),
    [
        (candidates.GOOD, ["--function", "lokate"], "did you mean 'locate'?"),
        ("def locate(:", [], "is not Python"),
        (candidates.GOOD, ["--limit", "0"], "limit = 0"),
        (candidates.GOOD, ["--beside", "magnitud"], "did you mean 'magnitude'?"),
        (candidates.GOOD, ["--seeds", "0"], "seeds = 0"),
        (candidates.GOOD, ["--workers", "0"], "1 or more"),
    ],
)
def test_what_cannot_be_tried_is_an_error(score, text, flags, what):
    code, said = score(text, *flags)
    assert code == 2 and what in said.err and said.out == ""


def test_a_file_that_is_missing_is_named(capsys):
    assert main(["score", "nowhere.py"]) == 2
    assert "nowhere.py" in capsys.readouterr().err


def test_without_planted_agents_the_way_to_them_is_told(tmp_path, capsys):
    file = written(tmp_path, candidates.GOOD)
    assert main(["score", str(file), "--root", str(tmp_path)]) == 2
    assert "telic study calibrate" in capsys.readouterr().err
