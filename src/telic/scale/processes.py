"""Ending a process and all of its descendants.

A process that leaves its session and its parent is found as well: the keeper (`room`)
adopts it, and if the keeper was killed, this process does.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from telic.scale import walls

PATIENCE = 10.0
"""Seconds after which a process that cannot be killed is given up on."""


class ProcessEntry(NamedTuple):
    """A row of the system's table of processes."""

    pid: int
    parent: int
    session: int
    ended: bool


@contextlib.contextmanager
def guarded() -> Iterator[None]:
    """A block in which this process adopts orphans, and is not readable by others.

    Otherwise another process of the same user could read its memory.
    """
    before = {x: walls.held(x) for x in (walls.ADOPT_ORPHANS, walls.DUMPABLE)}
    walls.prctl(walls.ADOPT_ORPHANS, 1)
    walls.prctl(walls.DUMPABLE, 0)
    try:
        yield
    finally:
        for option, value in before.items():
            walls.prctl(option, value)


def end_process(keeper: subprocess.Popen, others: set[int]) -> int:
    """Kill a process and all its descendants; return the number that remain.

    Args:
        keeper: The process. It adopts orphans of its children, and exits with code 0
            once the system reports that none is left: a process list may miss one.
        others: The children that this process had before.
    """
    until, left = time.monotonic() + PATIENCE, 0
    while _table() and keeper.poll() is None and time.monotonic() < until:
        os.kill(keeper.pid, signal.SIGCONT)
        left = _kill(descendants(keeper.pid))
        time.sleep(0.01)
    if keeper.returncode == 0:
        return 0
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(keeper.pid, signal.SIGKILL)
    keeper.kill()
    keeper.wait()
    # The keeper was killed, and this process has adopted the rest.
    while (left := _kill(_orphans(others))) and time.monotonic() < until:
        time.sleep(0.01)
    return left


def children() -> set[int]:
    """The children of this process."""
    return {entry.pid for entry in _table() if entry.parent == os.getpid()}


def threads() -> int:
    """The number of threads of this user, in all processes."""
    found = 0
    for path in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            if path.stat().st_uid == os.geteuid():
                found += len(os.listdir(path))
    return found


def descendants(pid: int) -> list[ProcessEntry]:
    """The descendants of a process that have not ended."""
    table = _table()
    found, known = [], {pid}
    while new := [e for e in table if e.parent in known and e.pid not in known]:
        known |= {entry.pid for entry in new}
        found += new
    return [entry for entry in found if not entry.ended]


def _orphans(others: set[int]) -> list[ProcessEntry]:
    """The processes of other sessions adopted by this one, and their descendants."""
    own = os.getsid(0)
    found = []
    for entry in _table():
        adopted = entry.parent == os.getpid() and entry.session != own
        if adopted and entry.pid not in others:
            found += [entry, *descendants(entry.pid)]
    return found


def _kill(entries: list[ProcessEntry]) -> int:
    """Kill processes, reap adopted ones, and return their number."""
    for entry in entries:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(entry.pid, signal.SIGKILL)
        if entry.parent == os.getpid():
            with contextlib.suppress(ChildProcessError):
                os.waitpid(entry.pid, os.WNOHANG)
    return len(entries)


def _table() -> list[ProcessEntry]:
    """All processes in /proc; none on systems without it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent, _, session = path.read_text().rpartition(")")[2].split()[:4]
            pid = int(path.parent.name)
            found.append(ProcessEntry(pid, int(parent), int(session), state in "ZX"))
    return found
