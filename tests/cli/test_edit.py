"""`telic edit`: an expression is tried beside nulls, shown, and kept if asked to."""

import json
import shlex

import numpy as np
import pytest

from telic.cli.edit import EXAMPLES
from telic.cli.main import main
from telic.expressions.signatures import SIGNATURES
from telic.runs import edit_file
from telic.runs.source import RunSource
from telic.studies.expression_edit import from_expression
from telic.vectors import NULLS

TEXT = "purple + 1.5 * mean(blue - purple, phases=0:4)"
RUN = "pair/seed-0000"


@pytest.fixture
def edit(pair, capsys):
    """`edit(...)`: run `telic edit`; its exit code, and what it printed."""
    root = str(pair[0].path.parent.parent)

    def run(*words, what=(RUN, TEXT), episodes="16"):
        argv = ["edit", *what, "--root", root, "--episodes", episodes, *words]
        code = main(argv)
        said = capsys.readouterr()
        assert "Traceback" not in said.err and len(said.err.splitlines()) <= 8
        return code, said

    return run


def test_a_table_has_the_unedited_agent_the_edit_and_every_null(edit):
    code, said = edit()
    assert code == 0
    lines = said.out.splitlines()
    assert lines[0] == TEXT
    first = [line[: lines[2].index("  ")].strip() for line in lines[2:5]]
    assert first[0] == "agent"
    assert lines[3].startswith("no edit") and lines[4].startswith("edited")
    for row, null in zip(lines[5:], NULLS, strict=False):
        assert row.startswith(f"  null: {null} ")
    assert "n = 1 seed, 16 episodes each" in said.out
    for colour in ("purple", "blue"):
        (line,) = [x for x in lines if x.startswith(f"pick_{colour}: ")]
        assert line.endswith("episodes of one agent: says nothing of other seeds")


def test_an_experiment_is_tried_seed_by_seed_and_has_a_verdict(edit):
    code, said = edit(what=("pair", TEXT))
    assert code == 0
    assert "n = 2 seeds, 16 episodes each" in said.out
    assert "says nothing of other seeds" not in said.out
    assert ", before 0." in said.out and "null" in said.out


def test_json_has_one_object_a_row_and_seed(edit):
    code, said = edit("--json", what=("pair", TEXT))
    rows = [json.loads(line) for line in said.out.splitlines()]
    assert code == 0 and len(rows) == 2 * (2 + len(NULLS))
    assert [row["seed"] for row in rows[:: 2 + len(NULLS)]] == [0, 1]
    assert (rows[0]["edit"], rows[1]["edit"]) == ("no edit", TEXT)
    assert {"pick_blue", "return_blue", "length"} <= set(rows[1]["rates"])


def test_an_edit_that_is_kept_does_to_its_agent_what_was_tried(edit, pair, tmp_path):
    path = tmp_path / "kept" / "blue.edit"
    code, said = edit("--save", str(path))
    assert code == 0 and f"kept in {path}" in said.out
    agent, made = RunSource(pair[0]).agent(5), from_expression(pair[0], TEXT)
    found, meant = edit_file.apply(path, agent), made.edit(made.agent)
    assert all(np.array_equal(found[p], meant[p]) for p in meant)
    assert any(not np.array_equal(found[p], agent[p]) for p in agent)


def test_only_the_edit_of_one_run_can_be_kept(edit, tmp_path):
    path = tmp_path / "blue.edit"
    code, said = edit("--save", str(path), what=("pair", TEXT))
    assert code == 2 and "name one: pair/seed-0000" in said.err
    assert not path.exists()


def test_a_wrong_expression_is_shown_with_a_caret_under_the_fault(edit):
    code, said = edit(what=(RUN, "purple + blu"))
    assert code == 2 and said.out == ""
    lines = said.err.splitlines()
    shown = next(i for i, line in enumerate(lines) if "purple + blu" in line)
    assert lines[shown + 1].index("^") == lines[shown].index("blu")
    assert "did you mean 'blue'" in said.err


def test_other_keys_can_lie_on_the_boards_and_a_bad_colour_is_named(edit):
    code, said = edit("--board", "purple", "yellow")
    assert code == 0
    header = said.out.splitlines()[2].split()
    assert header[:3] == ["agent", "purple", "yellow"]
    assert "pick_yellow: " in said.out and "pick_blue: " not in said.out
    code, said = edit("--board", "purple", "yelow")
    assert code == 2 and "did you mean 'yellow'" in said.err


@pytest.mark.parametrize("episodes", ["0", "-1", "100001"])
def test_a_number_of_episodes_that_cannot_be_is_refused(edit, episodes):
    code, said = edit(episodes=episodes)
    assert code == 2 and "1 to 100,000" in said.err


def test_an_expression_that_changes_nothing_is_refused(edit):
    code, said = edit(what=(RUN, "purple"))
    assert code == 2 and "leaves the agent as it is" in said.err


@pytest.mark.parametrize("what", [(), (RUN,), (RUN, TEXT, "more")])
def test_a_run_and_an_expression_are_both_needed(edit, what):
    code, said = edit(what=what)
    assert code == 2 and "needs a run and an expression" in said.err
    assert ("one word in quotes" in said.err) == (len(what) > 2)
    assert 'telic edit demo "purple' in said.err


def test_the_change_and_the_cost_in_steps_stand_beside_each_edit(edit):
    _, said = edit()
    header, unedited, edited, *nulls = said.out.splitlines()[2:]
    assert "Δ purple  Δ blue" in header and header.endswith("steps")
    assert "→" not in unedited and "–" in unedited
    before = unedited.split()[-1]
    assert f"{before} → " in edited and f"{before} → " in nulls[0]
    _, said = edit("--json")
    rows = [json.loads(line) for line in said.out.splitlines()]
    for row in rows:
        for name, rate in row["rates"].items():
            assert row["change"][name] == rate - rows[0]["rates"][name]
        before, after = rows[0]["rates"]["length"], row["rates"]["length"]
        assert row["steps"] == {"before": before, "after": after}


def test_a_kept_edit_is_tried_again_on_the_agent_that_it_is_of(edit, tmp_path):
    path = tmp_path / "blue.safetensors"
    _, first = edit("--save", str(path), "--json")
    code, again = edit("--load", str(path), "--json", what=(RUN,))
    assert code == 0
    tried, loaded = (
        [json.loads(line) for line in said.out.splitlines()] for said in (first, again)
    )
    assert [row["rates"] for row in loaded] == [row["rates"] for row in tried]
    assert loaded[1]["edit"] == f"{path}: Add for purple@5 of {RUN}"
    code, said = edit("--load", str(path), what=(RUN,))
    assert said.out.splitlines()[0] == loaded[1]["edit"]


def test_a_kept_edit_is_refused_for_another_run_and_beside_an_expression(
    edit, tmp_path
):
    path = tmp_path / "blue.safetensors"
    edit("--save", str(path))
    code, said = edit("--load", str(path), what=("pair/seed-0001",))
    assert code == 2 and "an edit of another agent" in said.err
    code, said = edit("--load", str(path))
    assert code == 2 and "in place of an expression" in said.err
    code, said = edit("--load", str(path), what=("pair",))
    assert code == 2 and "--load with 2 runs" in said.err
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    code, said = edit("--load", str(path), what=(RUN,))
    assert code == 3


def test_a_file_name_that_would_mislead_is_refused_and_none_is_completed(
    edit, tmp_path
):
    code, said = edit("--save", str(tmp_path / "blue.json"))
    assert code == 2 and f"--save {tmp_path / 'blue.safetensors'}" in said.err
    assert not list(tmp_path.iterdir())
    code, said = edit("--save", str(tmp_path / "blue"))
    assert code == 0 and f"kept in {tmp_path / 'blue.safetensors'}" in said.out
    assert [path.name for path in tmp_path.iterdir()] == ["blue.safetensors"]


def test_swapped_arguments_are_noticed(edit):
    code, said = edit(what=(TEXT, RUN))
    assert code == 2 and "the run comes first" in said.err
    assert f'telic edit {RUN} "{TEXT}"' in said.err


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("purple + 1.5 mean(blue - purple)", "1.5 * mean?"),
        ("purple + 2(blue - purple)", "2 * (…)?"),
        ("purple@5 blue", None),
    ],
)
def test_a_forgotten_sign_is_named(edit, text, meant):
    code, said = edit(what=(RUN, text))
    assert code == 2 and "joined by + - * /" in said.err
    assert ("did you mean" in said.err) == bool(meant)
    assert meant is None or meant in said.err


def test_every_example_of_the_help_can_be_run(pair, capsys, tmp_path, monkeypatch):
    with pytest.raises(SystemExit) as stop:
        main(["edit", "--help"])
    said = capsys.readouterr().out
    assert not stop.value.code
    shown = [line.strip() for line in said.splitlines() if "  telic edit " in line]
    assert shown == list(EXAMPLES)
    assert all(each.usage in said for each in SIGNATURES.values())
    monkeypatch.chdir(tmp_path)
    root = ["--root", str(pair[0].path.parent.parent), "--episodes", "4"]
    for example in shown:
        words = shlex.split(example.replace("demo", "pair"))
        assert main([*words[1:], *root]) == 0, example


def test_agents_of_a_host_world_are_edited_as_well(landers, capsys, monkeypatch):
    one = {"gaussian": NULLS["gaussian"]}
    monkeypatch.setattr("telic.edits.weights.NULLS", one)
    root = str(landers[0].path.parent.parent)
    what = ["landers", "land@1 - 2 * (land@1 - land@0)"]
    assert main(["edit", *what, "--root", root, "--episodes", "4"]) == 0
    said = capsys.readouterr().out
    assert "landing" in said and "return_stock" in said and "null: gaussian" in said
    assert "n = 2 seeds" in said
