"""Put one named fault at a time into a copy of the sources: does a test notice?

A test that cannot fail is worth nothing, and green says nothing of it. Each mutant of
`named.toml` names a fault and the test that is there to notice it. A fault that no
longer fits its file is an error, so that the list does not rot in silence.
"""

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
COPIED = ("src", "tests", "benchmarks")
WORKERS = 2
"""Mutants tried at a time: each is a process of its own, of up to 1.5 GB."""


class Mutant(NamedTuple):
    """A fault of the numerical core.

    Attributes:
        name: What goes wrong.
        path: The file, in `src/telic`.
        old: What stands there, exactly once.
        new: What stands there instead.
        test: The test that must turn red, in `tests`.
    """

    name: str
    path: str
    old: str
    new: str
    test: str


class Tried(NamedTuple):
    """A mutant, tried.

    Attributes:
        name: The mutant's.
        outcome: `killed` (the test turned red), `survived` (it stayed green), `stale`
            (the old text is not there once) or `broken` (no test came to run).
        seconds: How long it took.
        said: The end of what the tests printed.
    """

    name: str
    outcome: str
    seconds: float
    said: str


def mutants() -> list[Mutant]:
    """All named mutants."""
    named = tomllib.loads((Path(__file__).parent / "named.toml").read_text())
    return [Mutant(**fields) for fields in named["mutant"]]


def mutated(mutant: Mutant, root: Path = ROOT) -> str | None:
    """The text of the mutant's file with its fault; None if it is stale."""
    text = (root / "src" / "telic" / mutant.path).read_text()
    if text.count(mutant.old) != 1:
        return None
    fault = text.replace(mutant.old, mutant.new)
    ast.parse(fault)
    return fault


def tried(mutant: Mutant) -> Tried:
    """Try one mutant, in a copy of its own."""
    start = time.perf_counter()
    with _temporary() as folder:
        house = _copied(Path(folder))
        fault = mutated(mutant, house)
        if fault is None:
            return Tried(mutant.name, "stale", 0.0, f"see {mutant.path}")
        (house / "src" / "telic" / mutant.path).write_text(fault)
        code, said = _run(house, [mutant.test])
    outcome = {0: "survived", 1: "killed"}.get(code, "broken")
    return Tried(mutant.name, outcome, time.perf_counter() - start, said)


def sound(tests: Sequence[str]) -> tuple[bool, str]:
    """Whether tests are green without a fault, else red means nothing."""
    with _temporary() as folder:
        code, said = _run(_copied(Path(folder)), list(dict.fromkeys(tests)))
    return code == 0, said


def all_tried(chosen: Sequence[Mutant]) -> Iterator[Tried]:
    """Every mutant tried, some at a time, in their order."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield from pool.map(tried, chosen)
    finally:
        pool.shutdown(cancel_futures=True)


def report(chosen: Sequence[Mutant]) -> bool:
    """Try mutants and print a table; whether all were killed."""
    start = time.perf_counter()
    fine, said = sound([mutant.test for mutant in chosen])
    if not fine:
        print(f"not all tests are green without a fault:\n{said}")
        return False
    print(f"green without a fault, {time.perf_counter() - start:.0f} s", flush=True)
    killed = 0
    for found in all_tried(chosen):
        killed += found.outcome == "killed"
        print(f"{found.outcome:<8} {found.seconds:4.0f} s  {found.name}", flush=True)
        if found.outcome != "killed":
            print(found.said, flush=True)
    seconds = time.perf_counter() - start
    print(f"{killed} of {len(chosen)} mutants killed, {seconds:.0f} s in all")
    return killed == len(chosen)


def main(words: Sequence[str]) -> int:
    """Try the mutants whose names hold one of some words; all if there are none."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("name", nargs="*", help="a part of a mutant's name")
    wanted, named = parser.parse_args(words).name, mutants()
    chosen = [m for m in named if not wanted or any(w in m.name for w in wanted)]
    if not chosen:
        parser.error("there are only\n" + "\n".join(m.name for m in named))
    return 0 if report(chosen) else 1


def _temporary() -> tempfile.TemporaryDirectory[str]:
    """A place for a copy; what cannot be removed there says nothing of the mutant."""
    return tempfile.TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True)


def _copied(folder: Path) -> Path:
    """A copy of all that tests need, to be spoilt."""
    for name in COPIED:
        skip = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _run(house: Path, tests: Sequence[str]) -> tuple[int, str]:
    """Run tests in a copy, and of the copy: exit code, and the end of the output."""
    options = ["-x", "-q", "-n0", "--no-header", "--tb=short", "-p", "no:cacheprovider"]
    options += [f"--basetemp={house / 'tmp'}"]
    env = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(house / "src"), str(house)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        # Programs without a fault are compiled once for all copies.
        "JAX_COMPILATION_CACHE_DIR": str(ROOT / ".pytest_cache" / "xla"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *(f"tests/{t}" for t in tests)],
        cwd=house,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr)[-2000:]
