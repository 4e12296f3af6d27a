"""Every command of the README is run: as it is, made small, or its words alone.

A line that is not in `LINES` turns a test red, so that none is added and never tried.
"""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from telic.cli.main import VERBS
from telic.runs.folder import experiment_name
from telic.studies import EXPERIMENTS, STUDIES, VARIANTS
from telic.worlds import Lander

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()

RUNS = "alternation-9854ccb0"
EDIT = f'telic edit {RUNS} "purple + 1.5 * mean(blue - purple, phases=0:22)"'
TINY = "--preset small"
TAKEN = (
    'telic export mine --edit "purple + top(blue - purple, 0.2)" --to sb3 --out edited'
)
LINES = {
    "start.py demo": "",
    "start.py test": "not here: it is what runs this file",
    "telic train alternation --seeds 0:10": (
        f"--seeds 0:2 --name {RUNS} --period 1 --num-envs 4 --num-steps 32"
    ),
    EDIT: "--episodes 16",
    f"telic study locate {RUNS}": TINY,
    f"telic study splice {RUNS}": TINY,
    f"telic study donors {RUNS}": TINY,
    f"telic study shifts {RUNS}": TINY,
    f"telic want {RUNS}": "--boards 2",
    f"telic study retarget {RUNS} --new yellow": TINY,
    "telic study calibrate": "not here: thirty runs and 1,250 pairs, half an hour",
    "telic score my_locator.py": "not here: it sits the exam of that study's runs",
    "telic train landing --backend envpool --seeds 0:10": (
        f"{TINY} --backend gymnasium --seeds 0 --name landing-6c0e9f2b"
    ),
    "telic study isolation landing-6c0e9f2b": TINY,
    "telic import blue.zip purple.zip --world keys --goal blue purple --name mine": (
        "not here: tests/adapters/test_walk.py, where Stable-Baselines3 trains both"
    ),
    "telic diff mine@0 mine@1": "not here: see above",
    TAKEN: "not here: see above",
}
"""Each command, and what makes it small; or why it is not run, only its words."""


def commands() -> list[str]:
    """Every command of the README's shell blocks, in order, without its comment."""
    blocks = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
    lines = [
        re.sub(r"\s+#.*| ?^#.*", "", line) for line in "".join(blocks).splitlines()
    ]
    parts = [part.strip() for line in lines for part in line.split("&&")]
    return [part.removeprefix("python3 ") for part in parts if part]


def test_every_command_of_the_readme_is_listed_here_in_its_order():
    assert commands() == list(LINES)


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("telic")])
def test_the_words_of_a_command_exist(line, capsys):
    from telic.cli.main import main

    _, verb, *rest = shlex.split(line)
    assert verb in VERBS
    named = []
    if verb in ("train", "study"):
        known = EXPERIMENTS if verb == "train" else {**STUDIES, **VARIANTS}
        assert rest[0] in known
        named = [rest[0]]
    try:
        code = main([verb, *named, "--help"])
    except SystemExit as stop:
        code = stop.code
    assert not code
    said = capsys.readouterr().out
    for option in re.findall(r"--[a-z-]+", line):
        assert option in said, option


def test_the_experiments_that_it_names_are_those_that_its_commands_make():
    flying = {"backend": "envpool"}
    made = {
        experiment_name("alternation", EXPERIMENTS["alternation"]().plan()),
        experiment_name(
            "landing", EXPERIMENTS["landing"](world=Lander(**flying)).plan()
        ),
    }
    assert "train landing --backend envpool" in README
    assert set(re.findall(r"(?:alternation|landing)-[0-9a-f]{8}", README)) == made


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """A copy of telic in a folder of its own, with nothing that was ever run."""
    folder = tmp_path_factory.mktemp("fresh")
    shutil.copytree(ROOT / "src", folder / "src")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    "line", [line for line, how in LINES.items() if not how.startswith("not here")]
)
def test_a_command_runs_from_a_fresh_copy(fresh, line, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(fresh / "src"))
    monkeypatch.setenv("TELIC_ROOT", str(fresh / "telic_runs"))
    words = [*shlex.split(line)[1:], *shlex.split(LINES[line])]
    done = subprocess.run(
        [sys.executable, "-m", "telic", *words],
        cwd=fresh,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
