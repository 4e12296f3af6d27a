"""start.py: what it decides, without installing anything."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent / "start.py"


@pytest.fixture
def start(tmp_path: Path) -> ModuleType:
    """start.py as a module, in a folder of its own with stand-ins for the locks."""
    spec = importlib.util.spec_from_file_location("start", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.ROOT = tmp_path
    module.VENV = tmp_path / "a place" / ".venv"
    module.BIN = module.VENV / "bin"
    module.PYTHON = module.BIN / "python"
    module.STAMP = module.VENV / "stamp"
    locks = {name for names in module.LOCKS.values() for name in names}
    for name in [*locks, "pyproject.toml"]:
        (tmp_path / name).write_text(name)
    return module


@pytest.fixture
def ran(start: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that `start` would have run; .venv's Python appears by them."""
    commands: list[list[str]] = []

    def record(command: list[str], **_: object) -> None:
        commands.append(command)
        start.BIN.mkdir(parents=True, exist_ok=True)
        start.PYTHON.touch()

    monkeypatch.setattr(start.subprocess, "run", record)
    return commands


@pytest.mark.parametrize("version", [(3, 6), (3, 10), (3, 15), (4, 0)])
def test_a_python_out_of_range_is_told_the_range_and_what_to_type(start, version):
    with pytest.raises(start.UnfitError, match=r"3\.11 to 3\.14") as error:
        start.check_python(version, "/usr/bin/python3", [])
    assert "Python {}.{}".format(*version) in str(error.value)
    assert "start.py" in str(error.value)


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13), (3, 14)])
def test_a_python_in_range_is_taken(start, version):
    start.check_python(version, "/usr/bin/python3", [])


def test_a_debian_python_without_ensurepip_is_told_the_package_to_install(start):
    with pytest.raises(start.UnfitError, match=r"apt install python3\.11-venv"):
        start.check_python((3, 11), "/usr/bin/python3", ["ensurepip"])


def test_uv_is_used_if_there_is_one_and_pip_if_not(start):
    with_uv = start.commands("/bin/uv", "run", False)
    with_pip = start.commands("", "run", False)
    assert {command[0] for command in with_uv} == {"/bin/uv"}
    assert [command[1:3] for command in with_pip][1:] == [["-m", "pip"], ["-m", "pip"]]


@pytest.mark.parametrize("uv", ["/bin/uv", ""])
def test_packages_come_hashed_from_the_lock_and_as_wheels_only(start, uv):
    _, packages, itself = start.commands(uv, "dev", False)
    assert {"--require-hashes", "--only-binary", ":all:"} <= set(packages)
    assert packages[-1] == str(start.ROOT / "requirements.lock")
    assert {"--no-deps", "--no-build-isolation", "--editable"} <= set(itself)


def test_the_second_call_runs_nothing(start, ran):
    start.set_up("run")
    assert len(ran) == 3
    start.set_up("run")
    assert len(ran) == 3


def test_the_tests_add_to_what_the_demo_installed_and_the_demo_keeps_it(start, ran):
    start.set_up("run")
    start.set_up("dev")
    assert len(ran) == 5
    start.set_up("run")
    assert len(ran) == 5
    assert "\ndev " in start.STAMP.read_text()


@pytest.mark.parametrize(
    ("words", "packages"),
    [
        ("demo", "run"),
        ("train alternation --seeds 0:10", "run"),
        ("study splice alternation-9854ccb0", "run"),
        ("train landing --help", "lander"),
        ("study isolation landing-6c0e9f2b", "lander"),
        ("study snr mine", "lander"),
        ("resume landing-8e8502ed", "lander"),
        ("study locate mine --preset lander", "lander"),
        ("test -k landing", "dev"),
        ("lint", "dev"),
        ("audit", "dev"),
    ],
)
def test_the_landers_packages_come_only_where_a_lander_flies(start, words, packages):
    verb, *rest = words.split()
    assert start.needed(verb, rest) == packages


def test_the_landers_packages_are_added_to_those_of_the_demo_and_kept(start, ran):
    start.set_up("run")
    start.set_up("lander")
    added = ran[3]
    assert [word for word in added if word.endswith(".lock")] == [
        str(start.ROOT / "requirements-run.lock"),
        str(start.ROOT / "requirements-lander.lock"),
    ]
    assert "--require-hashes" in added
    start.set_up("run")
    assert len(ran) == 5
    assert "\nlander " in start.STAMP.read_text()


def test_the_locks_agree_and_the_demo_has_none_of_the_landers_packages():
    def pins(name: str) -> set[str]:
        lines = (SCRIPT.parent / name).read_text().splitlines()
        return {line.rstrip(" \\") for line in lines if line[:1].isalpha()}

    run, lander, dev = (
        pins(f"requirements{kind}.lock") for kind in ("-run", "-lander", "")
    )
    assert {pin.split("==")[0] for pin in lander} == {"box2d", "pygame-ce"}
    assert not run & lander
    assert run | lander <= dev


@pytest.mark.parametrize("name", ["requirements-run.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_is_installed_in_place(start, ran, name):
    start.set_up("run")
    (start.ROOT / name).write_text("changed")
    start.set_up("run")
    assert len(ran) == 5


def test_an_interrupted_set_up_is_made_anew(start, ran, capsys):
    start.set_up("run")
    start.STAMP.unlink()
    leftover = start.VENV / "half-installed"
    leftover.touch()
    start.set_up("run")
    assert len(ran) == 6
    assert not leftover.exists()
    assert "making it anew" in capsys.readouterr().err


def test_a_set_up_of_another_python_or_place_is_made_anew(start, ran):
    start.set_up("run")
    start.STAMP.write_text("Python 3.9.0 in /elsewhere\nrun 0\n")
    start.set_up("run")
    assert len(ran) == 6


def test_a_set_up_that_fails_leaves_no_stamp(start, ran, monkeypatch):
    def fail(*_: object, **__: object) -> None:
        raise subprocess.CalledProcessError(7, "pip")

    start.set_up("run")
    monkeypatch.setattr(start.subprocess, "run", fail)
    assert start.main(["test"]) == 7
    assert not start.STAMP.exists()


def test_the_first_failing_step_stops_the_rest_and_gives_its_exit_code(
    start, monkeypatch, capsys
):
    codes = {"ruff": 0, "basedpyright": 3}
    monkeypatch.setattr(
        start.subprocess, "call", lambda words, **_: codes[Path(words[0]).name]
    )
    assert start.take([["ruff", "check"], ["basedpyright"], ["pytest"]]) == 3
    said = capsys.readouterr().err
    assert "ruff check: passed" in said
    assert "basedpyright: failed" in said


@pytest.mark.parametrize(("words", "code"), [([], 2), (["--help"], 0)])
def test_without_a_verb_it_says_how_it_is_used_and_sets_nothing_up(words, code):
    found = subprocess.run(
        [sys.executable, str(SCRIPT), *words], capture_output=True, text=True
    )
    assert (found.returncode, found.stderr) == (code, "")
    assert "python3 start.py demo" in found.stdout


def test_the_audit_runs_in_what_was_set_up_and_its_exit_code_is_kept(
    start, monkeypatch
):
    set_up, called = [], []

    def call(words: list[str]) -> int:
        called.append(words)
        return 3

    monkeypatch.setattr(start, "set_up", set_up.append)
    monkeypatch.setattr(start.subprocess, "call", call)
    assert start.main(["audit"]) == 3
    assert set_up == ["dev"]
    assert called == [[str(start.PYTHON), str(start.ROOT / "tools" / "audit.py")]]
