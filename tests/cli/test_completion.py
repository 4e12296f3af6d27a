"""`telic completion`: a script by which TAB completes what the helps list."""

import subprocess
from pathlib import Path

import pytest

from telic.cli.completion import SHELLS, completions
from telic.cli.main import VERBS, main
from telic.studies import EXPERIMENTS, STUDIES, VARIANTS


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    """The script for bash, in a file."""
    path = tmp_path_factory.mktemp("completion") / "telic.sh"
    path.write_text(SHELLS["bash"](completions()))
    return path


def completed(script, *line, root="nowhere"):
    """What bash offers for the last word of a line."""
    quoted = " ".join(f"'{word}'" for word in line)
    code = f"""
    . {script}
    COMP_WORDS=({quoted}) COMP_CWORD={len(line) - 1}
    TELIC_ROOT={root} _telic
    echo "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_the_script_is_sound_bash(script):
    subprocess.run(["bash", "-n", script], check=True)


def test_verbs_studies_and_options_are_completed(script):
    assert set(completed(script, "telic", "")) >= set(VERBS)
    assert completed(script, "telic", "tr") == ["train"]
    assert set(completed(script, "telic", "train", "")) >= set(EXPERIMENTS)
    names = {*STUDIES, *VARIANTS}
    assert set(completed(script, "telic", "study", "")) >= names
    assert completed(script, "telic", "study", "splice", "--ep") == ["--episodes"]
    assert completed(script, "telic", "train", "landing", "--backe") == ["--backend"]
    assert completed(script, "telic", "edit", "a run", "--lo") == ["--load"]
    assert completed(script, "telic", "runs", "sh") == ["show"]


def test_experiments_are_completed_where_runs_are_named(script, tmp_path):
    (tmp_path / "alternation-1a2b").mkdir()
    offered = completed(script, "telic", "study", "splice", "alt", root=tmp_path)
    assert offered == ["alternation-1a2b"]
    assert completed(script, "telic", "alt", root=tmp_path) == []


def test_a_strangers_folder_is_neither_run_nor_offered(script, tmp_path):
    """`compgen -W` expands its words: a folder's name once ran what it spelt."""
    for name in ("$(touch${IFS}ran)", "`touch${IFS}ran`", "a b", "-rf"):
        (tmp_path / name).mkdir()
    offered = completed(script, "telic", "report", "", root=tmp_path)
    assert not {"ran", "$(touch${IFS}ran)", "a", "b", "-rf"} & set(offered)
    assert not Path("ran").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_has_a_script_that_names_every_verb(shell, capsys):
    assert main(["completion", shell]) == 0
    said = capsys.readouterr().out
    assert all(verb in said for verb in VERBS)


def test_an_unknown_shell_is_answered_with_those_that_are_known(capsys):
    assert main(["completion", "bsh"]) == 2
    assert "did you mean 'bash'" in capsys.readouterr().err
