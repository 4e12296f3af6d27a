"""The layout of a run's folder: the ordinary files and folders it may hold.

A link would lead out of it, reading a pipe would block, and a device has no end. A run
with one of them is refused as a whole, before anything in it is opened. This is the
only place for that check; `telic.runs.disk` does not follow links either.
"""

import os
import re
import stat
from pathlib import Path

from telic.core.errors import DamagedError

CONFIG = "run.json"
METRICS = "metrics.jsonl"
CERTIFICATE = "certificate.json"
MANIFEST = "manifest.json"
ARRAYS = ("agent", "moments", "world")

FILE, FOLDER = "a file", "a folder"

LAYOUT = {
    CONFIG: FILE,
    METRICS: FILE,
    CERTIFICATE: FILE,
    "timing.jsonl": FILE,
    "run.lock": FILE,
    "run.holder": FILE,
    "checkpoints": FOLDER,
    "studies": FOLDER,
}
"""The entries of a run's folder that telic opens, and the kind of each."""

HELD = (MANIFEST, *(f"{name}.safetensors" for name in ARRAYS))
"""The files of a checkpoint."""

_NAME = re.compile(r"u[0-9]{5,9}")


def check_inside(run: Path) -> None:
    """Raise unless a run's folder and its contents are of the expected kinds.

    A missing folder is fine. Two levels are checked: the files of a checkpoint are
    opened by name, without following links.

    Raises:
        DamagedError: If they are not; it names the entry and its kind.
    """
    _check(run, run, FOLDER)
    for part in _listed(run):
        kind = _check(run, part, LAYOUT.get(part.name))
        for inner in _listed(part) if kind == FOLDER else ():
            numbered = part.name == "checkpoints" and is_checkpoint(inner.name)
            _check(run, inner, FOLDER if numbered else None)


def beside_runs(place: Path, *names: str) -> Path:
    """A folder for pages beside runs, such as an experiment's `report`.

    The user did not name it, so a link there is refused: pages would be written to its
    target.

    Raises:
        DamagedError: If a part of it is a link, or not a folder.
    """
    for name in names:
        _check(place, place / name, FOLDER)
        place = place / name
    return place


def is_checkpoint(name: str) -> bool:
    """True if the name is that of a checkpoint's folder.

    Example:
        >>> is_checkpoint("u00015"), is_checkpoint("u000015"), is_checkpoint("u²")
        (True, False, False)
    """
    return bool(_NAME.fullmatch(name)) and name == f"u{int(name[1:]):05d}"


def _check(run: Path, part: Path, due: str | None) -> str | None:
    """The kind of an entry, checked to be the expected one; None if it is missing."""
    try:
        mode = os.lstat(part).st_mode
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DamagedError(f"cannot look at {part}", why=str(error)) from error
    kind = FOLDER if stat.S_ISDIR(mode) else FILE if stat.S_ISREG(mode) else "special"
    if kind == (due or kind) != "special":
        return kind
    said = "a link" if stat.S_ISLNK(mode) else "no file" if kind == "special" else kind
    raise DamagedError(
        f"{run} is not opened: {part.name} is {said}",
        why="a run holds ordinary files and folders, as telic writes them",
        fix="remove it, or put what it points to in its place",
    )


def _listed(folder: Path) -> list[Path]:
    """The entries of a folder; none if it does not exist."""
    try:
        return [folder / name for name in os.listdir(folder)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedError(f"cannot look into {folder}", why=str(error)) from error
