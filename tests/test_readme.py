"""What the README shows is run, and what it names exists."""

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import telic
from tests import flags, small

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


SMALL = {
    "Keys": lambda: small.KEYS,
    "train": functools.partial(telic.train, policy=small.POLICY, rollout=small.SIZES),
}
"""What the code asks for, and gets here: it runs as it is, and learns nothing."""


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_of_the_readme_runs_to_its_end(code, capsys, monkeypatch):
    for name, made in SMALL.items():
        monkeypatch.setattr(telic, name, made)
    exec(compile(code, "README.md", "exec", optimize=1), {})  # without its claims
    assert capsys.readouterr().out.strip() or "print(" not in code


@pytest.mark.slow
@pytest.mark.parametrize("code", blocks("python"))
def test_the_claims_of_the_code_of_the_readme_hold(code):
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"XLA_FLAGS": flags.TRAINING},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() or "print(" not in code


def test_every_file_that_the_readme_names_exists():
    words = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)\)", words):
        assert (ROOT / target).exists(), target


def test_every_verb_that_the_readme_names_exists():
    from telic.cli.main import VERBS

    shown = re.findall(r"^telic (\w+)", "\n".join(blocks("sh")), flags=re.MULTILINE)
    assert shown and set(shown) <= set(VERBS)


def test_the_readme_is_short():
    assert len(README.splitlines()) <= 110
