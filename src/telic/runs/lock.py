"""Checks for a writer on a run, made before JAX is loaded or a process starts.

`folder.locked` takes the lock; here it is only tested, so that a second writer is
refused immediately, not after seconds of loading.
"""

import stat
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from telic.core.errors import BusyError, DamagedError, TelicError
from telic.runs import disk, inside

LOCK = "run.lock"
HOLDER = "run.holder"
"""The file that names the holder of the lock."""


def check_named(root: Path, names: Sequence[str]) -> None:
    """Raise if a run that a name may match is being written; no names: any run.

    Raises:
        BusyError: If so; it names the run and the process.
    """
    if not names:
        check_free(path.parent for path in root.glob(f"*/*/{LOCK}"))
    for name in names:
        for place in (root / name, Path(name)):
            check_free([place, *(path.parent for path in place.glob(f"*/{LOCK}"))])


def check_free(folders: Iterable[Path]) -> None:
    """Raise if a run is being written.

    Raises:
        BusyError: If so; it names the run and the process.
    """
    for folder in folders:
        # If the lock cannot be tested, taking it later will raise the reason.
        with suppress(OSError, DamagedError):
            inside.check_inside(folder)
            if not stat.S_ISREG((folder / LOCK).lstat().st_mode):
                continue
            try:
                with FileLock(folder / LOCK, timeout=0):
                    pass
            except Timeout as error:
                raise busy(folder) from error


def busy(folder: Path) -> BusyError:
    """The error of a run that another process is writing."""
    who = "another process"
    with suppress(TelicError):
        who = disk.read_part(folder / HOLDER, 0, 80).decode(errors="replace") or who
    return BusyError(
        f"{folder} is being written",
        why=f"by {who}",
        fix="wait for it, stop it with Ctrl-C, or name other runs",
    )
