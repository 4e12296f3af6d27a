"""A sitting: a child with a desk, in a room of its own where the system allows it.

Three files without names stand between the two: the question, one after another; the
answer; and what the child prints. A file that has no name cannot be exchanged for
another. HOME, TMPDIR and the current folder are an empty one; between walls it is in
memory. No path of a paper, of its run or of the report is in what the child is given,
and of the environment it has what Python, JAX and the dynamic linker read.
"""

import contextlib
import json
import os
import site
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile, gettempdir
from typing import IO, Any, NamedTuple

from telic.core.errors import InputError
from telic.runs import disk
from telic.scale import engine, processes
from telic.scale.channel import Channel, Message

SAID = 64 << 20
"""The most that a child may write to one file, in bytes; what it prints is one."""

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "XLA_FLAGS")
"""Of the environment, beside what begins with JAX_."""


@dataclass(frozen=True)
class Place:
    """Where somebody's locator is, and what it must not find."""

    file: Path
    """The Python file."""
    function: str
    """The name of the function in it."""
    hidden: tuple[Path, ...]
    """Folders: runs, papers."""
    seconds: int
    """Of a core's time, for everything."""


class Files(NamedTuple):
    """Files without names."""

    question: IO[bytes]
    answer: IO[bytes]
    printed: IO[bytes]


class Sitting:
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
        for file, data in ((self._files.answer, b""), (self._files.question, question)):
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
        left = processes.end(self._keeper, self._others)
        if left:
            self._files.printed.write(f"telic: {left} processes go on\n".encode())
            self._files.printed.flush()


@contextlib.contextmanager
def sitting(place: Place, log: Path, *, walls: bool) -> Iterator[Sitting]:
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
    return os.pread(file.fileno(), SAID, 0)


def _started(place: Place, base: Path, files: Files, walls: bool) -> Sitting:
    """A keeper that has its order."""
    home, room = base / "home", base / "room"
    home.mkdir()
    room.mkdir()
    others, paths = processes.children(), _imported()
    environment = _environment(home, paths)
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
    found = Sitting(keeper, files, others)
    found.order(
        {
            "parent": os.getpid(),
            "command": [
                *(sys.executable, "-P", "-m", "telic.scale.examinee"),
                json.dumps(given),
            ],
            "environment": environment,
            "home": str(home),
            "limits": _limits(place.seconds),
            "walls": _walls(place, home, room, paths) if walls else None,
        }
    )
    return found


def _imported() -> list[Path]:
    """The folders from which a child imports, beside those that Python knows itself."""
    own = Path(__file__).resolve().parents[2]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    found = [own, *(Path(name).absolute() for name in named if name)]
    known = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    return [path for path in dict.fromkeys(found) if path not in known]


def _environment(home: Path, paths: Sequence[Path]) -> dict[str, str]:
    """What of the environment a child has."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("JAX_")}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",  # it is killed, not ended: what it printed must stand
        # Programs that were compiled before are used; what a stranger's code compiles
        # is not kept, as it would be run by whoever asks for the same program later.
        "JAX_COMPILATION_CACHE_DIR": str(_cache()),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1e9",
    }


def _cache() -> Path:
    """The folder of compiled programs, which is there."""
    named = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    cache = Path(named) if named else engine.cache_folder()
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    return cache.absolute()


def _limits(seconds: int) -> dict[str, int]:
    """What a child may use, by the system's names."""
    cores = os.cpu_count() or 1
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        memory = 16 << 30
    own = processes.threads()
    return {
        "DATA": max(4 << 30, min(memory * 3 // 4, 32 << 30)),
        "AS": (64 << 30) + cores * (1 << 30),  # JAX reserves far more than it uses
        "FSIZE": SAID,
        "NPROC": own + 256 + 32 * cores,
        "CPU": seconds * cores,
        "CORE": 0,
    }


def _walls(
    place: Place, home: Path, room: Path, paths: Sequence[Path]
) -> dict[str, Any]:
    """What is to be seen between walls, and what is not."""
    hidden = [path.resolve() for path in place.hidden]
    linked = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    wanted = [
        *(Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)),
        Path(sys.executable).parent,
        *(Path(name) for name in linked if name),
        *(Path(site.getuserbase()), _cache()),
        *paths,
    ]
    both = {p for path in wanted for p in (path.absolute(), path.resolve())}
    bare = {Path("/"), *hidden}
    shown = {path for path in both if path.exists() and path not in bare}
    shown |= set(_beside(place.file, hidden))
    return {
        "room": str(room),
        "home": str(home),
        "show": sorted(map(str, shown)),
        "hide": sorted(map(str, hidden)),
    }


def _beside(file: Path, hidden: Sequence[Path]) -> list[Path]:
    """The locator's folder; of one that holds all sorts of things, its Python alone."""
    folder, home = file.parent, Path.home().resolve()
    crowded = [home, *home.parents, Path(gettempdir()).resolve()]
    within = any(folder.is_relative_to(path) for path in hidden)
    if within or folder in crowded:
        return [path for path in folder.glob("*.py") if path.is_file()]
    return [folder]
