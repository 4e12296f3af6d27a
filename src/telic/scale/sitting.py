"""A sitting: a child with a desk, in a room of its own where the system allows it.

    desk/        questions, one at a time; in walls read-only
    desk/home/   HOME, TMPDIR and the current folder; in walls in memory
    log          what the child prints
    answer       a file without a name: the child writes to it, the examiner reads

No path of a paper, of its run or of the report is in what the child is given, and of
the environment it has what Python, JAX and the dynamic linker read.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from telic.core.errors import InputError
from telic.runs import disk
from telic.scale import engine, examinee, processes
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


class Sitting:
    """A child at work, as its examiner sees it."""

    def __init__(
        self, keeper: subprocess.Popen, desk: Path, answer: IO[bytes], others: set[int]
    ) -> None:
        """Listen to a keeper that was just started."""
        assert keeper.stdin and keeper.stdout, "both are pipes"
        self._keeper, self._desk, self._answer = keeper, desk, answer
        self._orders, self._others = keeper.stdin, others
        self._channel = Channel(keeper.stdout.fileno())

    def take(self, seconds: float) -> tuple[Message, float]:
        """The next message, and how many seconds of these it took to come."""
        started = time.monotonic()
        message = self._channel.take(started + seconds)
        return message, time.monotonic() - started

    def hand_out(self, question: bytes, token: str) -> None:
        """Ask the next question; only an answer that names the token is one to it."""
        self._answer.truncate(0)
        disk.write_file(self._desk / examinee.QUESTION, question)
        self.order({"token": token})

    def order(self, what: Mapping[str, Any]) -> None:
        """A line to the child; whether it is read shows in what comes back."""
        with contextlib.suppress(OSError):
            self._orders.write(json.dumps(what).encode() + b"\n")
            self._orders.flush()

    def answer(self, most: int) -> bytes:
        """What the child wrote; of more than allowed, one byte more than allowed."""
        return os.pread(self._answer.fileno(), most + 1, 0)

    def end(self) -> int:
        """End it and all that it started; how many processes could not be ended."""
        left = processes.end(self._keeper, self._others)
        for pipe in (self._keeper.stdin, self._keeper.stdout):
            with contextlib.suppress(OSError):
                pipe.close() if pipe else None
        return left


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
    with (
        tempfile.TemporaryDirectory(prefix="telic-", ignore_cleanup_errors=True) as at,
        tempfile.TemporaryFile() as answer,
    ):
        base = Path(at).resolve()
        for name in ("desk/home", "room"):
            (base / name).mkdir(parents=True)
        said = base / "log"
        try:
            with open(said, "wb") as printed, processes.guarded():
                child = _started(place, base, answer, printed, walls)
                try:
                    yield child
                finally:
                    child.end()
        finally:
            disk.write_file(log, said.read_bytes())


def _started(
    place: Place, base: Path, answer: IO[bytes], printed: IO[bytes], walls: bool
) -> Sitting:
    """A keeper that has its order."""
    others, desk = processes.children(), base / "desk"
    paths = _imported()
    environment = _environment(desk / "home", paths)
    keeper = subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "telic.scale.room"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=printed,
        env=environment,
        cwd=desk / "home",
        pass_fds=[answer.fileno()],
        start_new_session=True,
    )
    given = {"file": str(place.file), "function": place.function}
    found = Sitting(keeper, desk, answer, others)
    found.order(
        {
            "parent": os.getpid(),
            "command": [
                *(sys.executable, "-P", "-m", "telic.scale.examinee"),
                *(str(desk), str(answer.fileno()), json.dumps(given)),
            ],
            "environment": environment,
            "home": str(desk / "home"),
            "limits": _limits(place.seconds),
            "walls": _walls(place, base, paths) if walls else None,
        }
    )
    return found


def _imported() -> list[Path]:
    """The folders from which a child imports: telic's own, and those of PYTHONPATH."""
    own = Path(__file__).resolve().parents[2]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return [own, *(Path(name).absolute() for name in named if name)]


def _environment(home: Path, paths: Sequence[Path]) -> dict[str, str]:
    """What of the environment a child has."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("JAX_")}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
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


def _walls(place: Place, base: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """What is to be seen between walls, and what is not."""
    hidden = [path.resolve() for path in place.hidden]
    linked = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    wanted = [
        *(Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)),
        Path(sys.executable).parent,
        *(Path(name) for name in linked if name),
        *paths,
        _cache(),
    ]
    both = {p for path in wanted for p in (path.absolute(), path.resolve())}
    bare = {Path("/"), *hidden}
    shown = {path for path in both if path.exists() and path not in bare}
    shown |= {*_beside(place.file, hidden), base / "desk"}
    return {
        "room": str(base / "room"),
        "home": str(base / "desk" / "home"),
        "show": sorted(map(str, shown)),
        "hide": sorted(map(str, hidden)),
    }


def _beside(file: Path, hidden: Sequence[Path]) -> list[Path]:
    """The locator's folder; of one that holds all sorts of things, its Python alone."""
    folder, home = file.parent, Path.home().resolve()
    crowded = [home, *home.parents, Path(tempfile.gettempdir()).resolve()]
    within = any(folder.is_relative_to(path) for path in hidden)
    if within or folder in crowded:
        return [path for path in folder.glob("*.py") if path.is_file()]
    return [folder]
