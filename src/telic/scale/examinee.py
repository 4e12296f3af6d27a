"""What a child process does in an exam: it asks somebody's locator about every pair.

    python -m telic.scale.examinee TASK.json

The child is given agents and keys; it is not told where goals are. To its parent it
speaks in lines of JSON, on what was its standard output; whatever the locator prints
goes to standard error. Loci are kept as safetensors, in files of their own.

This keeps an accident away from the parent, not malice: the locator is a program of its
user, with all the user's rights.
"""

import importlib.util
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

ANSWER = "pair-{:03d}.safetensors"
"""The file of a pair's locus."""

LARGEST = 64 << 20
"""The largest file that a locator may write, in bytes; its prints are one."""


def main(task: Path) -> None:
    """Sit an exam; the answers and a line for each of them are all that is left."""
    say = _speaker()
    _leave_with(os.getppid())
    from telic.scale import engine

    engine.prepare()
    from telic.studies import paper

    given = json.loads(task.read_text())
    questions = [q for folder in given["papers"] for q in paper.questions(Path(folder))]
    _limit_files()
    say(at="import")
    try:
        locator = _locator(Path(given["file"]), given["function"])
        for number, question in enumerate(questions):
            found = question.evidence()
            say(at="asked", pair=number)
            started = time.perf_counter()
            locus = locator(found, question.key)
            _write(locus, Path(given["out"]) / ANSWER.format(number))
            seconds = time.perf_counter() - started
            say(at="answered", pair=number, seconds=seconds)
        say(at="done")
    except UnfitError as error:
        say(at="failed", text=f"no locus: {error}")
    except BaseException as error:  # SystemExit as well: the parent has to be told
        traceback.print_exc()
        say(at="failed", text=f"crashed: {_short(error)}")


class UnfitError(Exception):
    """An answer that is no locus at all."""


def _speaker() -> Callable[..., None]:
    """What writes lines to the parent; what is printed goes to the log from now on."""
    lines: TextIO = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**message: Any) -> None:
        lines.write(json.dumps(message) + "\n")
        lines.flush()

    return say


def _leave_with(parent: int) -> None:
    """End when the parent does: a locator that never answers would run for ever."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _limit_files() -> None:
    """Refuse files that are too large, where the system can."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, most))


def _locator(file: Path, name: str) -> Callable[..., Any]:
    """The function in a file, which may import what lies beside it."""
    sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location("examined", file)
    assert spec and spec.loader, "a file that ends in .py has both"
    module = importlib.util.module_from_spec(spec)
    sys.modules["examined"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return getattr(module, name)


def _write(locus: Any, path: Path) -> None:
    """Keep a locus."""
    from telic.locate import Locus
    from telic.runs import locus_file

    if not isinstance(locus, Locus):
        raise UnfitError(f"the locator gave a {type(locus).__name__}")
    try:
        locus_file.write(path, locus)
    except (AttributeError, TypeError, ValueError) as error:
        raise UnfitError(f"scores that are not numbers: {_short(error)}") from error


def _short(error: BaseException) -> str:
    """The type of an error and the first line of what it says."""
    try:
        lines = str(error).splitlines()
    except Exception:
        lines = []
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


if __name__ == "__main__":
    main(Path(sys.argv[1]))
