"""Wrong arguments: what, why and what to do, in at most eight lines, exit code 2."""

import pytest

from telic.cli.main import main

TRAIN = ["train", "alternation", "--root", "ROOT"]
SPLICE = ["study", "splice", "none", "--root", "ROOT"]
THERE = ["study", "splice", "there", "--root", "ROOT"]
RECIPES = ["study", "recipes", "--root", "ROOT"]
HELD_OUT = ["study", "held-out", "--root", "ROOT"]
EDIT = ["edit", "none", "blue", "--root", "ROOT"]

CASES = [
    (["trian"], "train"),
    (["raport"], "report"),
    (["--seeds", "3"], "telic --help"),
    (["xyzzy"], "train"),
    (["train", "alternatoin"], "alternation"),
    (["train", "--seeds", "3"], "alternation"),
    ([*TRAIN, "--learnin-rate", "1"], "--learning-rate"),
    ([*TRAIN, "--learning-rate", "fast"], "learning-rate"),
    ([*TRAIN, "--seeds", "0:999999999"], "more than 10,000"),
    ([*TRAIN, "--seeds", "5:2"], "5:2 holds no seed"),
    (["runs", "verify", "--root", "ROOT"], "nothing was verified"),
    (["runs", "list", "--root", __file__], "is no folder of experiments"),
    (["doctor", "--root", __file__], "is no folder of experiments"),
    ([*TRAIN, "--learning-rate", "-1"], "learning_rate"),
    ([*TRAIN, "--gamma", "1.5"], "0 to 1"),
    ([*TRAIN, "--seeds", "a:b"], "0:10"),
    ([*TRAIN, "--seeds", "5:5"], "holds no seed"),
    ([*TRAIN, "--seeds", "-1"], "0:10"),
    ([*TRAIN, "--seeds"], "--seeds"),
    ([*TRAIN, "--preset", "pst"], "post"),
    ([*TRAIN, "--view", "4"], "odd"),
    ([*TRAIN, "--size", "3"], "4 to 10"),
    ([*TRAIN, "--colours", "purpel", "blue"], "purple"),
    ([*TRAIN, "--colours", "purple", "purple"], "at most once"),
    ([*TRAIN, "--objectives", "green"], "--colours green"),
    ([*TRAIN, "--objectives", "gren"], "gren"),
    ([*TRAIN, "--encoding-name", "one-hot"], "onehot"),
    ([*TRAIN, "--activation", "rely"], "relu"),
    ([*TRAIN, "--width", "0"], "1 or more"),
    ([*TRAIN, "--num-minibatches", "3"], "divide"),
    ([*TRAIN, "--period", "0"], "at least one"),
    ([*TRAIN, "--phases", "none"], "phases"),
    ([*TRAIN, "--workers", "0"], "1 or more"),
    ([*TRAIN, "--objectives", "blue"], "--objectives blue purple"),
    ([*TRAIN, "--learning-rate", "-1"], "0 or more"),
    ([*TRAIN, "--presett", "post"], "did you mean --preset?"),
    ([*TRAIN, "--colors", "purpel", "blue"], "purple"),
    (["score", "--root", "ROOT"], "needs a Python file"),
    ([*TRAIN, "--name", "../up"], "letters"),
    ([*TRAIN, "extra"], "extra"),
    (["resume", "nothing-here", "--root", "ROOT"], "telic runs list"),
    (["resume", "--worker", "1"], "--workers"),
    (["runs", "lst"], "list"),
    (["runs", "--json"], "list|show"),
    (["runs", "show", "--root", "ROOT"], "which run"),
    (["runs", "show", "x", "--root", "ROOT"], "'x'"),
    (["runs", "list", "--jsn"], "--json"),
    (["compare", "--wher", "1"], "--where"),
    (["report", "--root", "ROOT"], "which runs"),
    (["report", "none", "--root", "ROOT"], "'none'"),
    (["demo", "--preset", "dmo"], "demo"),
    (["demo", "--seeds", "x"], "0:10"),
    (["doctor", "--fix"], "doctor --help"),
    (["study", "splise"], "splice"),
    (["study", "--preset", "small"], "telic study"),
    (["study", "splice", "--root", "ROOT"], "which runs"),
    ([*SPLICE], "'none'"),
    ([*SPLICE, "--preset", "smal"], "small"),
    ([*SPLICE, "--switch", "2"], "--switches"),
    ([*SPLICE, "--switches", "many"], "switches"),
    ([*THERE, "--groups", "layer"], "layers"),
    ([*THERE, "--episodes", "0"], "1 or more"),
    (["study", "retarget", "none", "--agent", "1", "--root", "ROOT"], "--agents"),
    ([*RECIPES, "--seeds", "x"], "0:10"),
    ([*RECIPES, "--workers", "0"], "1 or more"),
    ([*RECIPES, "--preset", "post"], "small"),
    ([*RECIPES, "--base", "pst"], "post"),
    ([*RECIPES, "--only", "tnah"], "tanh"),
    ([*RECIPES, "--switches", "10"], "--switches 9"),
    ([*HELD_OUT, "--seeds", "x"], "0:10"),
    ([*HELD_OUT, "--only", "colours-5"], "colours-4"),
    ([*HELD_OUT, "--base", "code"], "onehot"),
    ([*HELD_OUT, "--agents", "0"], "at least one agent"),
    ([*HELD_OUT, "--episodes", "0"], "1 or more"),
    (["edit", "--root", "ROOT"], "nothing was given"),
    (["edit", "none", "--root", "ROOT"], "an expression"),
    ([*EDIT], "'none'"),
    ([*EDIT, "--episodes", "0"], "1 to 100,000"),
    ([*EDIT, "--episode", "1"], "--episodes"),
    ([*EDIT, "--sav", "x"], "--save"),
]


@pytest.mark.parametrize(("argv", "word"), CASES, ids=lambda x: " ".join(x)[:60])
def test_a_wrong_argument_is_answered_in_short(argv, word, capsys, tmp_path):
    if "there" in argv:
        (tmp_path / "there").mkdir()
    code = main([str(tmp_path) if arg == "ROOT" else arg for arg in argv])
    said = capsys.readouterr()
    assert code == 2
    assert word in said.err
    assert len(said.err.splitlines()) <= 8
    assert "Traceback" not in said.err + said.out
    assert said.err.startswith("telic: ")
    assert not [path for path in tmp_path.rglob("*") if path.name != "there"]


def test_a_backend_that_is_missing_is_refused_before_a_run_has_a_folder(
    monkeypatch, capsys, tmp_path
):
    monkeypatch.setattr("telic.worlds.pool.find_spec", lambda name: None)
    argv = ["train", "landing", "--backend", "envpool", "--root", str(tmp_path)]
    assert main(argv) == 2
    assert "pip install 'telic[envpool]'" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_there_are_enough_cases():
    assert len(CASES) >= 25


def test_an_unforeseen_error_is_called_a_bug_without_a_traceback(monkeypatch, capsys):
    monkeypatch.setattr("telic.cli.main._run", lambda args: 1 / 0)
    assert main(["doctor"]) == 70
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said and "--debug" in said and "Traceback" not in said


def test_debug_shows_where_an_error_came_from():
    with pytest.raises(ValueError, match="no verb"):
        main(["trian", "--debug"])
