"""The child process of `telic score`: it runs a user's locator on every pair.

    python -m telic.scale.locator_worker GIVEN

It reads one question at a time (`telic.runs.evidence_file`) from an open file, and
writes the locus to another. Messages to its parent are lines of JSON on the original
standard output; anything the locator prints goes to standard error.

The user's code can read everything in this process, so no ground truth may enter it.
"""

import importlib.util
import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

IMPORTED, READY, ANSWERED, FAILED = "imported", "ready", "answered", "failed"
"""The messages to the parent."""

SHORT = 200
"""The longest text in a message, in characters."""


def main(given: Mapping[str, Any]) -> None:
    """Answer all questions; `given` has `file`, `function`, `question` and `answer`."""
    orders, say = _parted()
    _leave_with(os.getppid())
    from telic.scale import engine

    engine.prepare()
    from telic.runs import evidence_file

    evidence_file.warm()  # so that it is not counted as the locator's time
    say(at=READY)
    file = Path(given["file"])
    try:
        locator = _locator(file, given["function"])
        say(at=IMPORTED)
        for order in orders:
            found, key = evidence_file.unpack_evidence(_read(given["question"]))
            _write(locator(found, key), given["answer"])
            say(at=ANSWERED, token=order["token"])
    except UnfitError as error:
        say(at=FAILED, text=f"no locus: {error}")
    except BaseException as error:  # SystemExit too: the parent must learn of it
        traceback.print_exc()
        say(at=FAILED, text=f"crashed: {_short(error)}", line=_line(error, file))


class UnfitError(Exception):
    """The error of an answer that is not a locus."""


def _parted() -> tuple[Iterator[dict[str, str]], Callable[..., None]]:
    """The parent's orders, and a function that sends messages to it.

    Later prints go to standard error (the log), and standard input is empty.
    """
    orders = os.fdopen(os.dup(0), "rb")
    lines = os.fdopen(os.dup(1), "wb", buffering=0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)

    def say(**message: Any) -> None:
        lines.write(json.dumps(message).encode() + b"\n")

    return (json.loads(line) for line in iter(orders.readline, b"")), say


def _leave_with(parent: int) -> None:
    """Exit when the parent does, also on systems that do not enforce it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _locator(file: Path, name: str) -> Callable[..., Any]:
    """The function in a file, which may import modules beside it."""
    sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location("examined", file)
    assert spec and spec.loader, "a file that ends in .py has both"
    module = importlib.util.module_from_spec(spec)
    sys.modules["examined"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return getattr(module, name)


def _read(question: int) -> bytes:
    """The bytes of the current question."""
    return os.pread(question, os.fstat(question).st_size, 0)


def _write(locus: Any, answer: int) -> None:
    """Write a locus to the answer file."""
    from telic.locators import Locus
    from telic.runs import locus_file

    if not isinstance(locus, Locus):
        raise UnfitError(f"the locator gave a {type(locus).__name__}")
    try:
        data = locus_file.locus_to_bytes(locus)
    except (AttributeError, TypeError, ValueError) as error:
        raise UnfitError(f"scores that are not numbers: {_short(error)}") from error
    os.lseek(answer, 0, os.SEEK_SET)
    with os.fdopen(os.dup(answer), "wb") as file:
        file.write(data)


def _short(error: BaseException) -> str:
    """The type of an error and the first line of its message."""
    try:
        lines = str(error).splitlines()
    except Exception:
        lines = []
    name = type(error).__name__
    return f"{name}: {lines[0]}"[:SHORT] if lines else name


def _line(error: BaseException, file: Path) -> str:
    """The line of a file that an error came from: the last one in its traceback."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == str(file)]
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{file.name}, line {error.lineno}"
    if not own:
        return ""
    return f"{file.name}, line {own[-1].lineno}: {own[-1].line}"[:SHORT]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
