"""The corridor and the purity line hold, and the checks that say so can fail."""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "telic"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CORRIDOR, PURITY = CONTRACTS["contracts"]
ROOMS = [room.strip("()") for room in CORRIDOR["layers"]]
PURE = [room for room in ROOMS[ROOMS.index("runs") + 1 :] if (HOUSE / room).exists()]
LINT = """
import sys
from importlinter.cli import lint_imports

sys.path.insert(0, sys.argv[1])
sys.exit(lint_imports(no_cache=True, no_logo=True))
"""


def lint_imports(house: Path) -> subprocess.CompletedProcess[str]:
    """Check the package `telic` in a folder against this project's contracts."""
    return subprocess.run(
        [sys.executable, "-c", LINT, str(house)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def toy_house(folder: Path, *, room: str, line: str) -> Path:
    """A package `telic` with every room, empty but for one line in one room."""
    for name in ROOMS:
        path = folder / "telic" / name / "__init__.py"
        path.parent.mkdir(parents=True)
        path.write_text(line + "\n" if name == room else "")
    (folder / "telic" / "__init__.py").touch()
    return folder


def test_no_room_imports_upwards_or_crosses_the_purity_line():
    found = lint_imports(HOUSE.parent)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_pure_room_stands_in_the_purity_contract():
    named = {room.removeprefix("telic.") for room in PURITY["source_modules"]}
    assert named == set(PURE)


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_does_not_print_or_open_files(room: str):
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.func.id}()"
        for path in sorted((HOUSE / room).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "open", "input", "exec", "eval", "__import__"}
    ]
    assert not calls


@pytest.mark.parametrize(
    ("room", "line", "kept"),
    [
        ("runs", "import os, time, telic.core", True),
        ("core", "import telic.worlds", False),
        ("studies", "from telic import scale", False),
        ("training", "from time import perf_counter", False),
        ("worlds", "def draw():\n    import matplotlib.pyplot", False),
    ],
)
def test_the_contract_lets_good_imports_pass_and_stops_bad_ones(
    tmp_path: Path, room: str, line: str, kept: bool
):
    found = lint_imports(toy_house(tmp_path, room=room, line=line))
    assert (found.returncode == 0) == kept, found.stdout + found.stderr
    assert ("BROKEN" in found.stdout) != kept
