"""What worlds need that `start.py test` does not install."""

from importlib.util import find_spec

import pytest

from telic.worlds import WORLDS

NEEDS = {
    "lander in envpool": "envpool",
    "runner": "mujoco",
    "mo-gym": "mo_gymnasium",
}
"""The package by world."""

MARKS = {
    name: pytest.mark.skipif(find_spec(package) is None, reason=f"needs {package}")
    for name, package in NEEDS.items()
}
"""The mark of a test of each."""

EVERY = [pytest.param(name, marks=MARKS.get(name, ())) for name in WORLDS]
"""Every registered world."""

HERE = [name for name in WORLDS if name not in NEEDS or find_spec(NEEDS[name])]
"""Those whose packages are installed."""
