"""Runs that many tests need: built once for all processes and sessions, then copied.

A built folder is named by a digest of all that it is built from. It is built under a
lock, in a folder of another name, and renamed when it is whole: whoever finds it finds
all of it. Every process has a copy of its own, which its tests may write to.
"""

import functools
import hashlib
import os
import shutil
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from telic.runs.folder import Run, find
from tests.memory import let_go

ROOT = Path(__file__).parent.parent
STORE = ROOT / ".pytest_cache" / "made"
BUILDERS = (
    "made.py",
    "small.py",
    "studies/trained.py",
    "studies/landed.py",
    "studies/examined.py",
)
"""The files of `tests` that say what is built."""


def copied(name: str, build: Callable[[Path], object], place: Path) -> list[Run]:
    """The runs that a function makes in a folder, as copies in a place of one's own.

    Args:
        name: What is built; two functions must not share a name.
        build: Makes the runs under a root that it is given.
        place: Where the copies go: a folder that is not there yet, or is empty.
    """
    shelf = STORE / name
    shelf.mkdir(parents=True, exist_ok=True)
    # The lock is held while copying, too: who builds takes older folders away.
    with FileLock(shelf.with_suffix(".lock")):
        whole = shelf / digest()
        if not whole.exists():
            for old in shelf.iterdir():
                shutil.rmtree(old)
            part = shelf / "unfinished"
            let_go()  # a build compiles for 700 MB
            build(part)
            part.rename(whole)
        shutil.copytree(whole, place, dirs_exist_ok=True)
    return find(place)


@functools.cache
def digest() -> str:
    """A digest of telic, of the builders, and of what they run on."""
    found = hashlib.sha256(" ".join(_platform()).encode())
    files = [path for path in (ROOT / "src").rglob("*") if path.is_file()]
    files += [ROOT / "tests" / name for name in BUILDERS]
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            found.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _platform() -> list[str]:
    """What decides bits, and is not in this repository."""
    versions = [version(name) for name in ("jax", "jaxlib", "numpy", "optax")]
    return [sys.version, os.environ["XLA_FLAGS"], *versions]
