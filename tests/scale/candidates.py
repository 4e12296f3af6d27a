"""Locators as others might write them: good, chatty, and bad in many ways."""

from pathlib import Path

GOOD = """
import dataclasses, os, sys
import numpy as np
from telic.locators import Locus

@dataclasses.dataclass
class Setting:
    power: float = 1.0

def locate(evidence, key):
    print("hello" * 1000)
    os.write(1, b"not a line of ours\\n")
    sys.__stdout__.write("and more\\n")
    assert evidence.truth is None
    vector = evidence.vector.items()
    return Locus("weights", {p: np.abs(np.asarray(v)) for p, v in vector})
"""

BAD = """
import numpy as np
from telic.locators import Locus

def locate(evidence, key):
    return Locus("weights", {p: v * np.nan for p, v in evidence.vector.items()})
"""

CRASHING = """
def locate(evidence, key):
    return 1 / 0
"""

ENDLESS = """
def locate(evidence, key):
    while True:
        pass
"""

DYING = """
import os

def locate(evidence, key):
    os._exit(3)
"""

NUMBER = """
def locate(evidence, key):
    return 7
"""

BROKEN = """
raise RuntimeError("\\x1b[31mred\\nand a second line")

def locate(evidence, key): ...
"""


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    """A file with a locator."""
    path = folder / name
    path.write_text(text)
    return path
