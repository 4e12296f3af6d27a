"""Every verb does what its help says, on a small experiment."""

import json
import re
import subprocess
import sys

import pytest

import telic
from telic.cli.main import VERBS, main, module_of
from tests.scale.here import in_this_process

HEAVY = ("jax", "numpy", "scipy", "tyro", "rich", "matplotlib", "gymnasium")


@pytest.fixture(scope="module", autouse=True)
def no_workers():
    """All work is done in this process."""
    with in_this_process():
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Two seeds of the small study."""
    root = tmp_path_factory.mktemp("root")
    argv = ["train", "alternation", "--preset", "small", "--seeds", "0:2"]
    assert main([*argv, "--name", "tiny", "--root", str(root)]) == 0
    return root


def test_help_needs_none_of_the_heavy_packages():
    code = (
        "import sys; from telic.cli.main import main; main(['--help']);"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(verb in done.stdout for verb in VERBS)


@pytest.mark.contract
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_file_and_a_help(verb, capsys):
    assert module_of(verb).__doc__
    try:
        code = main([verb, "--help"])
    except SystemExit as stop:
        code = stop.code
    assert not code
    assert "usage" in capsys.readouterr().out


def test_every_public_name_can_be_imported():
    for name in telic._HOMES:
        assert getattr(telic, name) is not None
    with pytest.raises(AttributeError, match="nothing_like_it"):
        telic.nothing_like_it  # noqa: B018


def test_the_same_command_again_changes_nothing(root, capsys):
    before = {p: p.read_bytes() for p in root.rglob("*") if p.suffix == ".safetensors"}
    argv = ["train", "alternation", "--preset", "small", "--seeds", "0:2", "--json"]
    assert main([*argv, "--name", "tiny", "--root", str(root)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [run["status"] for run in said["runs"]] == ["complete"] * 2
    assert before == {path: path.read_bytes() for path in before}


def test_runs_are_listed_shown_and_verified(root, capsys):
    assert main(["runs", "list", "--root", str(root)]) == 0
    assert "tiny/seed-0001" in capsys.readouterr().out
    assert main(["runs", "show", "tiny/seed-0000", "--json", "--root", str(root)]) == 0
    assert json.loads(capsys.readouterr().out)["width"] == 16
    assert main(["runs", "verify", "--root", str(root)]) == 0
    assert "4 checkpoints, sound" in capsys.readouterr().out
    assert main(["runs", "reindex", "--root", str(root)]) == 0
    assert "2 runs" in capsys.readouterr().out


def test_verify_names_what_is_damaged_and_exits_with_3(root, capsys):
    path = root / "tiny" / "seed-0001" / "checkpoints" / "u00002" / "agent.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert main(["runs", "verify", "tiny", "--root", str(root)]) == 3
    assert "1 DAMAGED" in capsys.readouterr().out
    path.write_bytes(whole)


def test_compare_chooses_by_a_condition_and_gives_n(root, capsys):
    argv = ["compare", "--where", "seed < 5", "--root", str(root)]
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert "tiny/seed-0000" in said and "n=2" in said
    assert main([*argv, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["seed"] for row in rows] == [0, 1]


def test_compare_tells_by_step_what_it_tells_by_episode(root, capsys):
    column, rows = "final_rate_timeout", {}
    argv = ["compare", "--root", str(root), "--json"]
    for per in ("episode", "step"):
        assert main([*argv, "--per", per]) == 0
        said = capsys.readouterr().out.splitlines()
        rows[per] = [json.loads(line) for line in said]
    for one, two in zip(rows["episode"], rows["step"], strict=True):
        assert two[column] == pytest.approx(one[column] / one["final_length"])
        assert two["final_length"] == one["final_length"] > 1
    assert main(["compare", "--root", str(root), "--per", "minute"]) == 2
    assert "no unit 'minute'" in capsys.readouterr().err


def test_report_writes_a_page_its_tables_and_its_figures(root, capsys, tmp_path):
    argv = ["report", "tiny", "--root", str(root), "--out", str(tmp_path), "--json"]
    assert main(argv) == 0
    files = json.loads(capsys.readouterr().out)["files"]
    page = (tmp_path / "report.html").read_text()
    assert len(files) == len(list(tmp_path.iterdir())) >= 5
    assert "image/gif;base64" in page and "<svg" in page and "http-equiv" in page
    assert "telic train alternation --preset small" in page


def test_resume_with_nothing_to_do_says_so(root, capsys):
    assert main(["resume", "--root", str(root)]) == 0
    assert "all 2 runs" in capsys.readouterr().out


def test_doctor_finds_this_machine_fit(root, capsys):
    assert main(["doctor", "--root", str(root), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert all(check["ok"] for check in found.values())


def test_demo_ends_in_a_table_a_page_and_what_to_try_next(tmp_path, capsys):
    argv = ["demo", "--preset", "small", "--seeds", "0:1", "--root", str(tmp_path)]
    assert main(argv) == 0
    said = capsys.readouterr().out
    assert "first" in said and "report.html" in said and "next:" in said
    assert re.search(r"(?m)^ *0  blue ", said) and not re.search(r"(?m)^ *3  ", said)
    assert (tmp_path / "demo-small" / "report" / "report.html").exists()
