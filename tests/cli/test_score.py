"""`telic score`: a good, a bad, a crashing and an endless locator are rows alike."""

import json

import pytest

from telic.cli.main import main
from tests.scale import candidates
from tests.scale.candidates import written
from tests.studies.examined import EXAM, FLAGS

pytestmark = pytest.mark.e2e


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
    assert (found["pairs"], found["seeds"]) == (12, [0])
    assert json.loads((tmp_path / "out" / "board.json").read_text()) == found
    assert {p.name for p in (tmp_path / "out").iterdir()} == {"board.json", "log.txt"}
    assert found["isolated"] is (found["not_isolated_because"] is None)


def test_one_line_says_that_a_locator_was_not_isolated(score):
    code, said = score(candidates.NUMBER, "--isolation", "off")
    assert code == 0
    assert "not isolated (it was switched off): a locator that wants to" in said.out
    code, said = score(candidates.NUMBER, "--isolation", "off", "--json")
    found = json.loads(said.out)
    assert found["isolated"] is False
    assert found["not_isolated_because"] == "it was switched off"


@pytest.mark.parametrize(
    ("text", "limit", "outcome"),
    [
        (candidates.BAD, "60", "are not finite"),
        (candidates.CRASHING, "60", "(mine.py, line 3: return 1 / 0)"),
        (candidates.ENDLESS, "2", "timed out: no answer within 2 s on pair 1 of 12"),
    ],
)
def test_a_locator_that_fails_is_a_row_at_the_end(score, text, limit, outcome):
    code, said = score(text, "--limit", limit)
    table, _, caption = said.out.partition("\n\n")
    assert code == 0
    last = table.splitlines()[-1]
    assert "mine.py" in last and outcome in last and last.lstrip().startswith("–")
    assert "magnitude" in table and "oracle" in table
    assert "1 seed, 12 pairs" in caption and "chance" in caption
    assert outcome in caption and "log.txt" in caption and "next:" in caption


@pytest.mark.parametrize(
    ("text", "flags", "what"),
    [
        (candidates.GOOD, ["--function", "lokate"], "did you mean 'locate'?"),
        ("def locate(:", [], "is not Python"),
        (candidates.GOOD, ["--limit", "0"], "limit = 0"),
        (candidates.GOOD, ["--isolation", "of"], "did you mean 'off'?"),
        (candidates.GOOD, ["--beside", "magnitud"], "did you mean 'magnitude'?"),
        (candidates.GOOD, ["--seeds", "0"], "seeds = 0"),
        (candidates.GOOD, ["--workers", "0"], "1 or more"),
    ],
)
def test_what_cannot_be_tried_is_an_error(score, text, flags, what):
    code, said = score(text, *flags)
    assert code == 2 and what in said.err and said.out == ""


def test_what_evidence_holds_is_in_the_help(capsys):
    with pytest.raises(SystemExit):
        main(["score", "--help"])
    said = capsys.readouterr().out
    for name in ("recipient", "donor", "observations", "gap", "switches", "capture"):
        assert name in said


@pytest.mark.parametrize("flags", [[], ["--json"], ["--limit", "5"]])
def test_without_a_file_what_is_missing_is_said(capsys, flags):
    assert main(["score", *flags]) == 2
    said = capsys.readouterr().err
    assert "needs a Python file" in said and "locate(evidence, key)" in said


def test_a_file_that_is_missing_is_named(capsys):
    assert main(["score", "nowhere.py"]) == 2
    assert "nowhere.py" in capsys.readouterr().err


def test_without_planted_agents_the_way_to_them_is_told(tmp_path, capsys):
    file = written(tmp_path, candidates.GOOD)
    assert main(["score", str(file), "--root", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "telic study calibrate" in said and "half an hour" in said
    assert "--preset small" in said
