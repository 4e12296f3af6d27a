"""What may lie in a run's folder: ordinary files and folders, and the layout of them.

A link would lead out of it, a pipe would be waited for, a device never ends. A run with
one of them is refused as a whole, before anything in it is opened: here and nowhere
else. Files are opened by `telic.runs.disk`, which follows no link either.
"""

import os
import re
import stat
from pathlib import Path

from telic.core.errors import DamagedError

CONFIG = "run.json"
METRICS = "metrics.jsonl"
MANIFEST = "manifest.json"
ARRAYS = ("agent", "moments", "world")

FILE, FOLDER = "a file", "a folder"

LAYOUT = {
    CONFIG: FILE,
    METRICS: FILE,
    "timing.jsonl": FILE,
    "run.lock": FILE,
    "run.holder": FILE,
    "checkpoints": FOLDER,
    "studies": FOLDER,
}
"""What telic opens in a run's folder, and of what kind it must be."""

HELD = (MANIFEST, *(f"{name}.safetensors" for name in ARRAYS))
"""The files of a checkpoint."""

_NAME = re.compile(r"u[0-9]{5,9}")


def check_inside(run: Path) -> None:
    """Raise unless a run's folder and all that lies in it is what it should be.

    A folder that is not there is fine. Two levels are looked through: what lies in a
    checkpoint is opened by its name alone, without following a link.

    Raises:
        DamagedError: It names the part, and what it is.
    """
    _check(run, run, FOLDER)
    for part in _listed(run):
        kind = _check(run, part, LAYOUT.get(part.name))
        for inner in _listed(part) if kind == FOLDER else ():
            numbered = part.name == "checkpoints" and is_checkpoint(inner.name)
            _check(run, inner, FOLDER if numbered else None)


def beside_runs(place: Path, *names: str) -> Path:
    """A folder to write pages to beside runs, such as an experiment's `report`.

    Nobody has named it, so a link there is nobody's wish: pages would be written to
    where it leads.

    Raises:
        DamagedError: If a part of it is a link, or no folder.
    """
    for name in names:
        _check(place, place / name, FOLDER)
        place = place / name
    return place


def is_checkpoint(name: str) -> bool:
    """Whether a checkpoint's folder is called so.

    Example:
        >>> is_checkpoint("u00015"), is_checkpoint("u000015"), is_checkpoint("u²")
        (True, False, False)
    """
    return bool(_NAME.fullmatch(name)) and name == f"u{int(name[1:]):05d}"


def _check(run: Path, part: Path, due: str | None) -> str | None:
    """The kind of a part, if it is the one that is due; None if it is not there."""
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
    """What lies in a folder; nothing if it is not there."""
    try:
        return [folder / name for name in os.listdir(folder)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedError(f"cannot look into {folder}", why=str(error)) from error
