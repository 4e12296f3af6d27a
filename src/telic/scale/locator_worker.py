"""What a child process does in an exam: it asks somebody's locator about every pair.

    python -m telic.scale.locator_worker GIVEN

It is handed one question at a time (`telic.runs.evidence_file`) in an open file, and
writes the locus to another. To its parent it speaks in lines of JSON, on what was its
standard output; whatever the locator prints goes to standard error.

What is known here, somebody's code knows: so nothing is that it should not.
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
"""What it says to its parent."""

SHORT = 200
"""The longest text in it, in characters."""


def main(given: Mapping[str, Any]) -> None:
    """Sit an exam: a `file`, a `function`, and descriptors `question` and `answer`."""
    orders, say = _parted()
    _leave_with(os.getppid())
    from telic.scale import engine

    engine.prepare()
    from telic.runs import evidence_file

    evidence_file.warm()  # what the first question would take beside the locator
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
    except BaseException as error:  # SystemExit as well: the parent has to be told
        traceback.print_exc()
        say(at=FAILED, text=f"crashed: {_short(error)}", line=_line(error, file))


class UnfitError(Exception):
    """An answer that is no locus at all."""


def _parted() -> tuple[Iterator[dict[str, str]], Callable[..., None]]:
    """The parent's orders, and what writes lines to it.

    What is printed goes to the log from now on, and there is nothing to be read.
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
    """End when the parent does, also where the system does not see to it."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _locator(file: Path, name: str) -> Callable[..., Any]:
    """The function in a file, which may import what lies beside it."""
    sys.path.append(str(file.parent))
    spec = importlib.util.spec_from_file_location("examined", file)
    assert spec and spec.loader, "a file that ends in .py has both"
    module = importlib.util.module_from_spec(spec)
    sys.modules["examined"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return getattr(module, name)


def _read(question: int) -> bytes:
    """The question that was handed out."""
    return os.pread(question, os.fstat(question).st_size, 0)


def _write(locus: Any, answer: int) -> None:
    """Hand a locus in."""
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
    """The type of an error and the first line of what it says, as far as it is read."""
    try:
        lines = str(error).splitlines()
    except Exception:
        lines = []
    name = type(error).__name__
    return f"{name}: {lines[0]}"[:SHORT] if lines else name


def _line(error: BaseException, file: Path) -> str:
    """Where in a file an error came from: the last line of it that was being run."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename == str(file)]
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return f"{file.name}, line {error.lineno}"
    if not own:
        return ""
    return f"{file.name}, line {own[-1].lineno}: {own[-1].line}"[:SHORT]


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
