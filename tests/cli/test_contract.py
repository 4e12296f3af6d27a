"""Every verb and every study, typed bare, with --help and with something wrong.

The verbs and studies are read from their registries: a new one is covered by itself.
"""

import json
import signal
import subprocess
import sys

import pytest

from telic.cli import known
from telic.cli.main import VERBS, main
from telic.core.errors import InputError
from telic.scale.local import Outcome
from telic.studies import EXPERIMENTS, STUDIES, VARIANTS
from telic.studies.base import preset as start

pytestmark = pytest.mark.contract

COMMANDS = [
    *([verb] for verb in VERBS),
    *(["train", name] for name in EXPERIMENTS),
    *(["study", name] for name in (*STUDIES, *VARIANTS)),
]
STARTS = [
    ["demo"],
    *(["train", name] for name in EXPERIMENTS),
    *(["study", name] for name in VARIANTS),
]
"""What trains at once, with nothing behind it."""

WRONG = [
    *([*command, "--no-such-option"] for command in COMMANDS),
    *([*command, "--root"] for command in COMMANDS if command not in (["train"],)),
    *([*command, "--preset", "no-such"] for command in STARTS),
    *([*command, "--seeds", "0-3"] for command in STARTS),
    *(["study", name, "no-such-run"] for name in STUDIES),
    ["report", "no-such-run"],
    ["edit", "no-such-run", "purple + 1.5 * mean(blue - purple)"],
    ["edit", "there", "purple + + mean(blue - purple)"],
    ["edit", "there", "purple + men(blue - purple)"],
    ["edit", "there", "purple + 1.5 mean(blue - purple)"],
    ["edit", "there", "purple + blu"],
    ["edit", "there", "purple@2 - blue"],
    ["edit", "there", "mean(purple - blue, phases=0:9)"],
    ["edit", "purple + blue", "there"],
    ["edit", "there", "purple", "--save", "x.json"],
    ["train", "alternation", "--name", "../up"],
    ["train", "alternation", "--learning-rate", "fast"],
    ["train", "alternation", "--period", "1.5"],
    ["train", "alternation", "--workers", "0"],
    ["study", "recipes", "--workers", "0"],
    ["trian"],
    ["train", "alternatoin"],
    ["study", "splise"],
]
"""What can be refused without JAX."""


@pytest.fixture
def there(tmp_path, monkeypatch):
    """A root in which there is the record of one run, and nothing is ever trained."""
    run = tmp_path / "there" / "seed-0000"
    run.mkdir(parents=True)
    schedule = [["blue", 1], ["purple", 1]]
    (run / "run.json").write_text(json.dumps({"plan": {"schedule": schedule}}))
    monkeypatch.setenv("TELIC_ROOT", str(tmp_path))
    return tmp_path


@pytest.fixture
def begun(monkeypatch):
    """The runs that were to be carried: nothing is, as if Ctrl-C had come at once."""
    runs = []

    def stopped(paths, **_):
        runs.extend(paths)
        return Outcome(stopped=signal.SIGINT)

    monkeypatch.setattr("telic.cli.execute.carry_all", stopped)
    monkeypatch.setattr("telic.scale.local.carry_all", stopped)
    return runs


def called(argv):
    """The exit code of a command."""
    try:
        return main(argv)
    except SystemExit as stop:
        return stop.code or 0


def check_said(code, said):
    """What a refused command has said is short, and tells what, why and what to do."""
    both = said.out + said.err
    assert "Traceback" not in both and "a bug" not in both
    if code and not said.out.startswith("usage: "):
        what, *more = said.err.splitlines()
        assert what.startswith("telic: ") and len(more) <= 7
        assert any(line.startswith("  why: ") for line in more), said.err
        assert any(line.startswith("  fix: ") for line in more), said.err


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_bare_command_works_or_says_what_it_needs(argv, capsys, there, begun):
    (there / "there" / "seed-0000" / "run.json").unlink()
    code = called(argv)
    assert code in ((130,) if argv in STARTS else (0, 2))
    assert bool(begun) == (argv in STARTS)
    if argv not in STARTS:
        check_said(code, capsys.readouterr())


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_help_is_whole_and_free_of_the_parser_s_own_language(argv, capsys):
    assert called([*argv, "--help"]) == 0
    said = capsys.readouterr().out
    assert "usage: telic " in said
    for noise in ("[STR", "{None}", "(default: None)", "(default: False)", "INT"):
        assert noise not in said
    assert "(default: True)" not in said and "(default: )" not in said


@pytest.mark.parametrize("argv", WRONG, ids=" ".join)
def test_what_is_wrong_is_said_with_why_and_what_to_do(argv, capsys, there):
    code = called(argv)
    assert code == 2
    check_said(code, capsys.readouterr())
    assert {path.name for path in there.iterdir()} == {"there"}


def test_neither_help_nor_a_wrong_argument_loads_jax(there):
    calls = [*WRONG, *([*command, "--help"] for command in COMMANDS)]
    code = f"""
import contextlib, io, sys
from telic.cli.main import main
for argv in {calls!r}:
    with contextlib.redirect_stdout(io.StringIO()), \\
            contextlib.redirect_stderr(io.StringIO()):
        try:
            main(argv)
        except SystemExit:
            pass
    if "jax" in sys.modules:
        sys.exit(f"{{argv}} loads JAX")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_the_table_of_options_is_what_the_studies_classes_say():
    kept = json.loads(known.FILE.read_text(encoding="utf-8"))
    made = json.loads(json.dumps(known.made_table()))
    assert kept == made, "make it anew: python -m telic.cli.known"


@pytest.mark.parametrize(
    ("registry", "kinds"),
    [
        (known.EXPERIMENTS, EXPERIMENTS),
        (known.STUDIES, STUDIES),
        (known.VARIANTS, VARIANTS),
    ],
)
def test_every_default_of_the_command_line_is_that_of_the_study(registry, kinds):
    for study, kind in kinds.items():
        for preset in known.presets(registry, study):
            groups = known.groups(registry, study, preset)
            given = {g.path: {o.name: o.default for o in g.options} for g in groups}
            settings = start(kind, preset)
            assert known.applied(settings, given) == settings
            flags = [option.flag for group in groups for option in group.options]
            assert len(set(flags)) == len(flags)


def test_what_is_given_reaches_the_settings():
    from telic.cli.parsing import parse_study
    from telic.cli.train import Running

    argv = ["--objectives=blue,red", "--colors", "red", "blue", "--gamma", "0.5"]
    _, chosen = parse_study(
        Running(preset="post"), known.EXPERIMENTS, "alternation", argv, prog="telic"
    )
    assert chosen.changes == {
        "": {"objectives": ("blue", "red")},
        "world": {"colours": ("red", "blue")},
        "ppo": {"gamma": 0.5},
    }
    found = chosen.settings(EXPERIMENTS["alternation"])
    assert found.ppo.gamma == 0.5 and found.world.colours == ("red", "blue")
    with pytest.raises(InputError, match="no option --colers"):
        parse_study(
            Running(preset="post"),
            known.EXPERIMENTS,
            "alternation",
            ["--colers", "red"],
            prog="telic",
        )
