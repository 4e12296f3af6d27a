"""Checks of the names of runs and experiments by their folders, without JAX.

`telic.runs.folder.resolve` finds the runs of a name; here only a name that cannot match
any is refused, before JAX is loaded.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from telic.core.errors import InputError, TelicError
from telic.core.names import nearest
from telic.runs import disk


def check_runs(root: Path, names: Sequence[str], command: str) -> None:
    """Raise unless there is at least one name, and each is that of a folder.

    Raises:
        InputError: If there is none, or one is unknown; it holds the nearest name.
    """
    if not names:
        raise InputError(
            "which runs?",
            why=f"{command} works on runs that exist",
            fix=f"{command} EXPERIMENT; see: telic runs list",
        )
    for name in names:
        if not is_folder(root, name):
            raise _unknown(root, name)


def check_experiment(name: str) -> None:
    """Raise unless an experiment's name is one plain folder name.

    Raises:
        InputError: If it is not.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", name):
        raise InputError(
            f"--name {name!r}",
            why="allowed: letters, digits, '.', '_' and '-', up to 80",
            fix="--root chooses another folder, --name one plain name in it",
        )


def _unknown(root: Path, name: str) -> InputError:
    """The error for a name that matches nothing."""
    runs = [path.parent for path in root.glob("*/*/run.json")]
    known = {run.parent.name for run in runs}
    near = nearest(name, sorted({*known, *(f"{r.parent.name}/{r.name}" for r in runs)}))
    return InputError(
        f"there is no run {name!r} in {root}",
        why=f"experiments there: {', '.join(sorted(known))}"[:160]
        if known
        else "it holds no runs",
        fix=f"did you mean {near!r}?" if near else "see: telic runs list",
    )


def is_folder(root: Path, name: str) -> bool:
    """True if the name is that of a folder, of an experiment or of a run."""
    return bool(name) and any((place / name).is_dir() for place in (root, Path()))


def schedule(root: Path, name: str) -> list[str]:
    """The objective of each phase of the first run of a name; empty if unreadable.

    An unreadable run is refused later, with the reason, when it is opened.
    """
    for pattern in (f"{name}/run.json", f"{name}/*/run.json"):
        for path in sorted(root.glob(pattern)):
            try:
                phases = disk.read_json(path)["plan"]["schedule"]
                return [str(objective) for objective, _ in phases]
            except (TelicError, KeyError, TypeError, ValueError):
                return []
    return []
