"""`telic study recipes`, `held-out`: one command trains, edits and compares."""

import json

import pytest

from telic.cli.main import main
from telic.vectors import NULLS
from tests.scale.here import in_this_process

# Weight decay is traced: the two recipes run the same compiled programs.
RECIPES = ["recipes", "--only", "default", "decay-0"]


def study(name, root, *more):
    """The exit code of the small study of one seed, in a folder."""
    argv = ["study", *name, "--preset", "small", "--seeds", "0", "--workers", "1"]
    return main([*argv, "--root", str(root), *more])


def contents(root):
    """Every run and result with its time of writing, by place."""
    kept = [*root.glob("*/*/run.json"), *root.glob("*/*/studies/*.safetensors")]
    return {str(p.relative_to(root)): p.stat().st_mtime_ns for p in kept}


@pytest.fixture(scope="module", autouse=True)
def small_work():
    """All work is done in this process, beside two nulls an edit, and little drawn."""
    two = {name: NULLS[name] for name in ("gaussian", "shuffled")}
    with in_this_process(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("telic.edits.weights.NULLS", two)
        patch.setattr("telic.render.page.svg", lambda figure, **_: "<svg/>")
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A folder in which two recipes were trained, edited and compared."""
    root = tmp_path_factory.mktemp("variants")
    assert study(RECIPES, root, "--json") == 0
    return root


@pytest.mark.slow
def test_the_chosen_recipes_are_trained_edited_and_compared(root):
    folders = {path.split("/")[0] for path in contents(root)}
    assert folders == {"recipe-default", "recipe-decay-0"}
    out = root / "recipes"
    drawn = {f"the-same-edits-side-by-side-{i}.svg" for i in range(1, 8)}
    names = {path.name for path in out.iterdir()}
    assert names == {"report.html", "report.md", *drawn}
    text = (out / "report.md").read_text()
    assert "| default | " in text and "| decay-0 | " in text
    assert "telic study recipes --only default decay-0" in text
    assert str(root) not in text


@pytest.mark.slow
def test_the_same_command_goes_on_and_does_nothing_again(root, capsys, tmp_path):
    before = contents(root)
    assert study(RECIPES, root, "--json", "--out", str(tmp_path)) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    assert files[:2] == [str(tmp_path / name) for name in ("report.html", "report.md")]
    assert len(files) == 2 + 7
    assert contents(root) == before


@pytest.mark.slow
def test_fewer_variants_are_compared_from_what_is_there(root, capsys, tmp_path):
    before = contents(root)
    only = ["recipes", "--only", "decay-0"]
    assert study(only, root, "--out", str(tmp_path)) == 0
    said = capsys.readouterr().out
    assert "(decay-0)" in said and "strongest null" not in said
    assert f"open:  {tmp_path / 'report.html'}" in said
    assert contents(root) == before


@pytest.mark.slow
def test_a_folder_with_runs_of_other_settings_is_refused_with_what_to_do(root, capsys):
    before = contents(root)
    assert study(RECIPES, root, "--phases", "6") == 2
    said = capsys.readouterr().err
    assert "holds a run of another plan" in said and "--root DIR" in said
    assert contents(root) == before


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_agents_are_retargeted_to_both_held_out_colours(tmp_path):
    assert study(["held-out", "--only", "colours-2"], tmp_path, "--json") == 0
    places = list(contents(tmp_path))
    assert len([p for p in places if "/studies/retarget-" in p]) == 2
    text = (tmp_path / "held-out" / "report.md").read_text()
    for row in ("2 trained, yellow", "2 trained, grey", "2 trained, both"):
        assert f"| {row} | " in text
    assert "How to read it" in text
