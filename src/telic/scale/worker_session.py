"""A session: a running child, and the three files it shares with its examiner.

They share three files without names: the current question, the answer, and the log. A
file without a name cannot be replaced by another. The child gets no path of a benchmark
set, of its run or of the report.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, Any, NamedTuple

from telic.core.errors import InputError
from telic.runs import disk
from telic.scale import outfit, processes
from telic.scale.channel import Channel, Message
from telic.scale.outfit import Place


class Files(NamedTuple):
    """The three shared files, which have no names."""

    question: IO[bytes]
    answer: IO[bytes]
    printed: IO[bytes]


class WorkerSession:
    """A running child, as its examiner sees it."""

    def __init__(
        self, keeper: subprocess.Popen, files: Files, others: set[int]
    ) -> None:
        """Connect to a keeper that was just started."""
        assert keeper.stdin and keeper.stdout, "both are pipes"
        self._keeper, self._files, self._others = keeper, files, others
        self._orders = keeper.stdin
        self._channel = Channel(keeper.stdout)

    def take(self, seconds: float) -> tuple[Message, float]:
        """The next message, and the seconds until it came."""
        started = time.monotonic()
        message = self._channel.take(started + seconds)
        return message, time.monotonic() - started

    def hand_out(self, question: bytes, token: str) -> None:
        """Send the next question; only an answer with the token counts."""
        with disk.writing(Path(gettempdir())):
            for file, data in (
                (self._files.answer, b""),
                (self._files.question, question),
            ):
                file.seek(0)
                file.truncate()
                file.write(data)
                file.flush()
        self.order({"token": token})

    def order(self, what: Mapping[str, Any]) -> None:
        """Send a line to the child; a failure will show in the next message."""
        with contextlib.suppress(OSError):
            self._orders.write(json.dumps(what).encode() + b"\n")
            self._orders.flush()

    def answer(self, most: int) -> bytes:
        """The child's answer; one byte more than allowed if it is too long."""
        return os.pread(self._files.answer.fileno(), most + 1, 0)

    def end(self) -> None:
        """Kill the child and its descendants; note survivors in the log."""
        self._channel.close()  # wakes up a blocked writer
        with contextlib.suppress(OSError):
            self._orders.close()
        left = processes.end_process(self._keeper, self._others)
        if left:
            self._files.printed.write(f"telic: {left} processes go on\n".encode())
            self._files.printed.flush()


@contextlib.contextmanager
def open_session(place: Place, log: Path, *, walls: bool) -> Iterator[WorkerSession]:
    """A context with a started child; on exit it and its descendants are killed.

    Args:
        place: The locator, and the hidden folders.
        log: The path for its log, written at the end.
        walls: Whether to isolate it.

    Raises:
        InputError: If the system cannot fork processes.
    """
    if not hasattr(os, "fork"):
        raise InputError(f"telic score does not work on {sys.platform}")
    with contextlib.ExitStack() as stack:
        files = Files(*(stack.enter_context(TemporaryFile()) for _ in Files._fields))
        base = stack.enter_context(
            TemporaryDirectory(prefix="telic-", ignore_cleanup_errors=True)
        )
        stack.callback(lambda: disk.write_file(log, _whole(files.printed)))
        stack.enter_context(processes.guarded())
        child = _started(place, Path(base).resolve(), files, walls)
        stack.callback(child.end)
        yield child


def _whole(file: IO[bytes]) -> bytes:
    """The contents of a file, up to the limit."""
    return os.pread(file.fileno(), outfit.SAID, 0)


def _started(place: Place, base: Path, files: Files, walls: bool) -> WorkerSession:
    """A keeper that has its order."""
    home, room = base / "home", base / "room"
    home.mkdir()
    room.mkdir()
    others, environment = processes.children(), outfit.environment(home)
    keeper = subprocess.Popen(
        [sys.executable, "-P", "-m", "telic.scale.room"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=files.printed,
        env=environment,
        cwd=home,
        pass_fds=[files.question.fileno(), files.answer.fileno()],
        start_new_session=True,
    )
    given = {
        "file": str(place.file),
        "function": place.function,
        "question": files.question.fileno(),
        "answer": files.answer.fileno(),
    }
    found = WorkerSession(keeper, files, others)
    found.order(
        {
            "parent": os.getpid(),
            "command": [
                *(sys.executable, "-P", "-m", "telic.scale.locator_worker"),
                json.dumps(given),
            ],
            "environment": environment,
            "home": str(home),
            "limits": outfit.child_limits(place.seconds),
            "walls": outfit.visible_paths(place, home, room) if walls else None,
        }
    )
    return found
