"""A locus as one small file: safetensors, with its kind and a hash in the header."""

from pathlib import Path

import numpy as np
from safetensors.numpy import save

from telic.core import trees
from telic.core.errors import DamagedError
from telic.locate import Locus
from telic.locate.sites import scores_of
from telic.policies import Agent
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
    disk.write_file(path, to_bytes(locus))


def read(path: Path) -> Locus:
    """The locus in a file.

    Raises:
        DamagedError: If it is not, bit for bit, what was written.
    """
    return from_bytes(disk.read_file(path), path)


def to_bytes(locus: Locus) -> bytes:
    """A locus as the bytes of a file.

    Raises:
        ValueError: If its scores are not numbers.
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
    return save(arrays, header)


def from_bytes(data: bytes, path: Path, like: Agent | None = None) -> Locus:
    """The locus in a file's bytes, which may be anybody's.

    Args:
        data: The bytes.
        path: Where they are from, for the message.
        like: The actor of which it should be a locus; no other name is then loaded.

    Raises:
        DamagedError: If it is not, bit for bit, what was written; or scores are not
            finite.
    """
    if like is not None:
        _check_names(data, path, like)
    arrays, about = tensors.parse(data, path)
    odd = [name for name, leaf in arrays.items() if leaf.dtype != np.float64]
    if odd:
        raise DamagedError(f"{path} is not a locus", why=f"scores at {odd[0][:80]!r}")
    try:
        schema, kind, mark = (about[key] for key in ("schema", "kind", "sha256"))
        scores, left, right = (trees.under(arrays, part) for part in PARTS)
        if any(x.ndim != 2 for x in [*left.values(), *right.values()]):
            raise ValueError("a factor that is no matrix")
        locus = Locus(kind, scores, {x: (left[x], right[x]) for x in left})
    except (LookupError, TypeError, ValueError) as error:
        raise DamagedError(f"{path} is not a locus", why=str(error)) from error
    if schema != SCHEMA or mark != _mark(kind, arrays):
        raise DamagedError(f"{path} was altered", why="its hash or schema is another")
    # Only their order means anything, so scores may be as large as they like.
    tensors.check_numbers(arrays, path, largest=float("inf"))
    return locus


def _check_names(data: bytes, path: Path, like: Agent) -> None:
    """Raise if there is any array that no locus of an actor has; none is loaded."""
    odd = tensors.header(data, path).keys() - _names(like) - {"__metadata__"}
    if odd:
        raise DamagedError(
            f"{path} is not a locus of the agent",
            why=f"it has {len(odd)} other arrays, {min(odd)[:60]!r} among them",
        )


def _names(like: Agent) -> set[str]:
    """Every name that an array of a locus of an actor can have."""
    layers = [name for layer in like.layers for name in (layer.name, layer.site)]
    sites = {*like, *layers, *(path.partition("/")[0] for path in like)}
    return {f"{part}/{site}" for part in PARTS for site in sites}


def _mark(kind: str, arrays: dict[str, np.ndarray]) -> str:
    """The SHA-256 over everything in a file."""
    return disk.sha256(f"{kind}\n{trees.digest(arrays)}".encode())
