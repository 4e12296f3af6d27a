"""A locus as one small file: safetensors, with its kind and a hash in the header."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save

from telic.core import trees
from telic.core.errors import DamagedError
from telic.locate import Locus
from telic.locate.sites import scores_of
from telic.runs import disk, tensors

SCHEMA = "1"
PARTS = ("scores", "left", "right")
"""Under which the arrays are: scores by path, and a layer's two factors."""


def write(path: Path, locus: Locus) -> None:
    """Keep a locus in a file that appears whole or not at all.

    Raises:
        ValueError: If its scores are not numbers.
        StorageError: If the disk refuses.
    """
    left = {layer: pair[0] for layer, pair in locus.factors.items()}
    right = {layer: pair[1] for layer, pair in locus.factors.items()}
    arrays = {
        f"{part}/{name}": np.array(leaf, order="C")
        for part, leaves in zip(PARTS, (locus.scores, left, right), strict=True)
        for name, leaf in scores_of(leaves).items()
    }
    kind = str(locus.kind)
    header = {"schema": SCHEMA, "kind": kind, "sha256": _mark(kind, arrays)}
    disk.write_file(path, save(arrays, header))


def read(path: Path) -> Locus:
    """The locus in a file.

    Raises:
        DamagedError: If it is not, bit for bit, what was written; or scores are not
            finite.
    """
    arrays, header = tensors.read(path)
    try:
        schema, kind, mark = (header[key] for key in ("schema", "kind", "sha256"))
        scores, left, right = (trees.under(arrays, part) for part in PARTS)
        locus = Locus(kind, scores, {x: (left[x], right[x]) for x in left})
    except (LookupError, TypeError, ValueError) as error:
        raise DamagedError(f"{path} is not a locus", why=str(error)) from error
    if schema != SCHEMA or mark != _mark(kind, arrays):
        raise DamagedError(f"{path} was altered", why="its hash or schema is another")
    odd = [name for name, leaf in arrays.items() if leaf.dtype != np.float64]
    odd += [
        layer for layer, pair in locus.factors.items() if {x.ndim for x in pair} != {2}
    ]
    if odd:
        raise DamagedError(f"{path} is not a locus", why=f"scores at {odd[0][:80]!r}")
    # Only their order means anything, so scores may be as large as they like.
    tensors.check_numbers(arrays, path, largest=float("inf"))
    return locus


def _mark(kind: str, arrays: dict[str, np.ndarray]) -> str:
    """The SHA-256 over everything in a file."""
    return disk.sha256(f"{kind}\n{trees.digest(arrays)}".encode())
