"""What the README shows is run, and what it names exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests import flags

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_code_of_the_readme_runs_and_its_claims_hold(code):
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
