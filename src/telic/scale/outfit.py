"""The environment, resource limits and visible files of a child process.

HOME, TMPDIR and the current folder are one empty folder, in memory if isolated. The
child's environment has only the variables of Python, JAX and the dynamic linker.
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
"""The most bytes that a child may write to a file, its log included."""

KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH", "XLA_FLAGS")
"""The variables that are passed on, beside those that begin with JAX_."""


@dataclass(frozen=True)
class Place:
    """The location of a user's locator, and the folders hidden from it."""

    file: Path
    """The Python file."""
    function: str
    """The name of the function in it."""
    hidden: tuple[Path, ...]
    """The hidden folders: runs and benchmark sets."""
    seconds: int
    """The limit of CPU time, per core."""


def environment(home: Path) -> dict[str, str]:
    """The environment variables of a child."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("JAX_")}
    return kept | {
        "HOME": str(home),
        "TMPDIR": str(home),
        "PYTHONUSERBASE": site.getuserbase(),
        "PYTHONPATH": os.pathsep.join(map(str, _imported())),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",  # it is killed: nothing may be left in a buffer
        # Cached programs are used, but those that untrusted code compiles are not
        # stored, as other processes would execute them later.
        "JAX_COMPILATION_CACHE_DIR": str(_cache()),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "1e9",
    }


def child_limits(seconds: int) -> dict[str, int]:
    """The resource limits of a child, by their system names."""
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
    """The files visible to an isolated child, and those hidden from it.

    Args:
        place: The locator.
        home: A folder that the child may write to.
        room: An empty folder, for the new root.
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
    """The locator's folder; only its Python files if the folder is a common one."""
    folder, home = file.parent, Path.home().resolve()
    crowded = [home, *home.parents, Path(gettempdir()).resolve()]
    within = any(folder.is_relative_to(path) for path in hidden)
    if within or folder in crowded:
        return [path for path in folder.glob("*.py") if path.is_file()]
    return [folder]


def _imported() -> list[Path]:
    """The import folders of a child, except those that Python has by default."""
    own = Path(__file__).resolve().parents[2]
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    found = [own, *(Path(name).absolute() for name in named if name)]
    known = {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}
    return [path for path in dict.fromkeys(found) if path not in known]


def _cache() -> Path:
    """The folder of compiled programs, created if needed."""
    named = os.environ.get("JAX_COMPILATION_CACHE_DIR")
    cache = Path(named) if named else engine.cache_folder()
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
    return cache.absolute()
