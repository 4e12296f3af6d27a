"""The page of a want, and the verb that writes it, on two small runs."""

import json

import pytest

import telic
from telic.cli.main import main
from telic.core.errors import InputError
from telic.runs import folder
from telic.runs.source import RunSource
from telic.studies import want
from telic.studies.want import page
from tests.scale.here import in_this_process

QUICK = ["--boards", "2"]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two seeds of the small alternation."""
    root = tmp_path_factory.mktemp("root")
    argv = ["train", "alternation", "--preset", "small", "--seeds", "0:2"]
    with in_this_process():
        assert main([*argv, "--name", "tiny", "--root", str(root)]) == 0
    return root


def asked(root, **given):
    """What the last agent of each seed wants."""
    settings = want.Settings(boards=2)
    runs = folder.resolve(root, ["tiny"])
    return [want.ask(RunSource(run), settings, **given) for run in runs]


def test_one_agent_has_intervals_over_boards_and_several_over_seeds(root):
    both = asked(root)
    one, two = page.page(both[:1]), page.page(both)
    assert "n = 1: intervals are over 2 boards" in " ".join(one.findings)
    assert "n = 2 seeds" in " ".join(two.findings)
    assert two.title == "What do tiny/seed-0000@2 and 1 more want?"
    assert both[0].estimator == "exact" and both[0].untrained is not None


def test_what_it_was_trained_for_stands_beside_it(root):
    (first, _) = asked(root, phase=0)
    assert f"trained last for {first.goal}" in " ".join(page.findings([first]))
    rows = page.page([first]).sections[1].tables[0].rows
    assert [row[0] for row in rows] == [*first.world.events]
    success = first.world.goals[first.goal].success
    assert {row[0]: row[3] for row in rows}[success] == "1"


def test_an_edit_is_asked_as_an_agent_is(root):
    made = asked(root, edit="purple@1 + 1.5 * (blue@0 - purple@1)")
    told = " ".join(page.findings(made[:1]))
    assert "It is an edit: no reward made it." in told
    with pytest.raises(InputError, match="names its own phases"):
        asked(root, edit="purple@1 + 1.5 * (blue@0 - purple@1)", phase=0)
    with pytest.raises(InputError, match="as it is"):
        asked(root, edit="purple@1 + 0 * (blue@0 - purple@1)")


def test_the_verb_writes_a_page_and_json(root, capsys):
    run = "tiny/seed-0000"
    assert main(["want", f"{run}@0", *QUICK, "--root", str(root)]) == 0
    said = capsys.readouterr().out
    assert "Its choices weigh highest" in said and "report.html" in said
    text = (root / "tiny" / "want" / "report.md").read_text()
    assert "What does tiny/seed-0000@0 want?" in text
    assert main(["want", "tiny", *QUICK, "--json", "--root", str(root)]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["agent"] for row in rows] == ["tiny/seed-0000@2", "tiny/seed-0001@2"]
    assert all(row["estimator"] == "exact" for row in rows)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["tiny/seed-0000@x"], 2),
        (["tiny/seed-0000@9"], 2),
        (["tiny", "--estimator", "best"], 2),
        (["tiny", "--boards", "1"], 2),
    ],
)
def test_what_cannot_be_asked_is_said(root, words, code, capsys):
    assert main(["want", *words, "--root", str(root)]) == code
    assert "a bug" not in capsys.readouterr().err


def test_it_is_public(root):
    source = RunSource(folder.resolve(root, ["tiny"])[0])
    found = telic.revealed(source.agent(1), estimator="forked", states=16, draws=2)
    assert set(found.weights) <= {*found.events}
