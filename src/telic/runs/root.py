"""The root folder of runs, for the command line and for Python alike."""

import os
from pathlib import Path

from telic.core.errors import InputError


def root_folder(given: str | Path | None = None) -> Path:
    """The folder of experiments: the given one, else TELIC_ROOT, else telic_runs.

    Raises:
        InputError: If it exists and is not a folder.
    """
    root = Path(given or os.environ.get("TELIC_ROOT") or "telic_runs")
    if root.exists() and not root.is_dir():
        raise InputError(
            f"{root} is no folder of experiments",
            why="a file stands there",
            fix="name a folder with --root, or in TELIC_ROOT",
        )
    return root
