"""Names of runs and experiments, checked by the folders alone: JAX is not loaded.

What a name stands for is decided by `telic.runs.folder.resolve`; here only a name that
can stand for nothing is refused, before a second is spent.
"""

from collections.abc import Sequence
from pathlib import Path

from telic.core.errors import InputError
from telic.core.names import nearest


def check_runs(root: Path, names: Sequence[str], command: str) -> None:
    """Raise unless there is at least one name, and each is that of a folder.

    Raises:
        InputError: If there is none, or one is unknown; it holds the nearest name.
    """
    if not names:
        raise InputError(
            "which runs?",
            why=f"{command} works on runs that there are",
            fix=f"{command} EXPERIMENT; see: telic runs list",
        )
    for name in names:
        if not any((place / name).is_dir() for place in (root, Path())):
            raise _unknown(root, name)


def _unknown(root: Path, name: str) -> InputError:
    """The error of a name that stands for nothing."""
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
