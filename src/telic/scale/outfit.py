"""What a child gets: an environment, limits, and a list of what it may see.

HOME, TMPDIR and the current folder are an empty one; between walls it is in memory. Of
the environment it has what Python, JAX and the dynamic linker read.
"""

import contextlib
import os
import site
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from telic.scale import engine, processes

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


def environment(home: Path) -> dict[str, str]:
    """What of the environment a child has."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("JAX_")}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONPATH": os.pathsep.join(map(str, _imported())),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",  # it is killed, not ended: what it printed must stand
        # Programs that were compiled before are used; what a stranger's code compiles
        # is not kept, as it would be run by whoever asks for the same program later.
        "JAX_COMPILATION_CACHE_DIR": str(_cache()),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1e9",
    }


def child_limits(seconds: int) -> dict[str, int]:
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


def visible_paths(place: Place, home: Path, room: Path) -> dict[str, Any]:
    """What is to be seen between walls, and what is not.

    Args:
        place: Where the locator is.
        home: A folder that the child may write to.
        room: An empty folder, for the walls.
    """
    hidden = [path.resolve() for path in place.hidden]
    linked = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    wanted = [
        *(Path(p) for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)),
        Path(sys.executable).parent,
        *(Path(name) for name in linked if name),
        *(Path(site.getusersitepackages()), _cache()),
        *_imported(),
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


def _imported() -> list[Path]:
    """The folders from which a child imports, beside those that Python knows itself."""
    own = Path(__file__).resolve().parents[2]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    found = [own, *(Path(name).absolute() for name in named if name)]
    known = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    return [path for path in dict.fromkeys(found) if path not in known]


def _cache() -> Path:
    """The folder of compiled programs, which is there."""
    named = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    cache = Path(named) if named else engine.cache_folder()
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    return cache.absolute()
