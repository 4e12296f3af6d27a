"""A sitting: a child at work, and the three files that it shares with its examiner.

Three files without names stand between the two: the question, one after another; the
answer; and what the child prints. A file that has no name cannot be exchanged for
another. No path of a paper, of its run or of the report is in what the child is given.
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
    """Files without names."""

    question: IO[bytes]
    answer: IO[bytes]
    printed: IO[bytes]


class WorkerSession:
    """A child at work, as its examiner sees it."""

    def __init__(
        self, keeper: subprocess.Popen, files: Files, others: set[int]
    ) -> None:
        """Listen to a keeper that was just started."""
        assert keeper.stdin and keeper.stdout, "both are pipes"
        self._keeper, self._files, self._others = keeper, files, others
        self._orders = keeper.stdin
        self._channel = Channel(keeper.stdout)

    def take(self, seconds: float) -> tuple[Message, float]:
        """The next message, and how many seconds of these it took to come."""
        started = time.monotonic()
        message = self._channel.take(started + seconds)
        return message, time.monotonic() - started

    def hand_out(self, question: bytes, token: str) -> None:
        """Ask the next question; only an answer that names the token is one to it."""
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
        """A line to the child; whether it is read shows in what comes back."""
        with contextlib.suppress(OSError):
            self._orders.write(json.dumps(what).encode() + b"\n")
            self._orders.flush()

    def answer(self, most: int) -> bytes:
        """What the child wrote; of more than allowed, one byte more than allowed."""
        return os.pread(self._files.answer.fileno(), most + 1, 0)

    def end(self) -> None:
        """End it and all that it started; what could not be ended is in the log."""
        self._channel.close()  # who waits to write to it wakes up
        with contextlib.suppress(OSError):
            self._orders.close()
        left = processes.end_process(self._keeper, self._others)
        if left:
            self._files.printed.write(f"telic: {left} processes go on\n".encode())
            self._files.printed.flush()


@contextlib.contextmanager
def open_session(place: Place, log: Path, *, walls: bool) -> Iterator[WorkerSession]:
    """A child that has been started; at the end it is gone, with all that it started.

    Args:
        place: What it is to do.
        log: Where what it printed is to be, once it is gone.
        walls: Whether to build walls around it.

    Raises:
        InputError: If the system cannot start processes in the way of POSIX.
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
    """All that is in a file, up to what may be."""
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
