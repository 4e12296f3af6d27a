"""Locus files: the kind, scores and factors of a locus."""

from pathlib import Path

import numpy as np

from telic.core.errors import DamagedError
from telic.locators import Locus
from telic.locators.sites import scores_of
from telic.policies import Agent
from telic.runs import artifact, codec, disk, old
from telic.runs.artifact import Artifact

HEADER = 1 << 20
"""The longest header of a locus file, in bytes: enough for thousands of arrays."""


def write(path: Path, locus: Locus) -> None:
    """Write a locus to a file, atomically.

    Raises:
        ValueError: If its scores are not numbers.
        StorageError: If the file cannot be written.
    """
    disk.write_file(path, locus_to_bytes(locus))


def read(path: Path) -> Locus:
    """The locus in a file.

    Raises:
        DamagedError: If its form or its hash is wrong.
        InputError: If it is an intact file of another kind.
    """
    return _locus(artifact.read(path, "locus", old.locus), path)


def locus_to_bytes(locus: Locus) -> bytes:
    """A locus as the bytes of a file.

    Raises:
        ValueError: If its scores are not numbers.
    """
    factors = {
        str(layer): tuple(np.asarray(x, np.float64) for x in pair)
        for layer, pair in locus.factors.items()
    }
    parts = {"scores": scores_of(locus.scores), "factors": factors}
    packed = codec.pack({"kind": str(locus.kind), **parts})
    return artifact.to_bytes("locus", *packed)


def locus_from_bytes(data: bytes, path: Path, like: Agent) -> Locus:
    """The locus in the bytes of a file, which are not trusted.

    Args:
        data: The bytes.
        path: The file that they are from, for messages.
        like: The actor that it should be a locus of; other arrays are refused.

    Raises:
        DamagedError: If its form or its hash is wrong, or scores are not finite.
        InputError: If it is an intact file of another kind.
    """
    found = artifact.from_bytes(data, path, "locus", _names(like), HEADER)
    return _locus(found, path)


def _locus(found: Artifact, path: Path) -> Locus:
    """The locus in the contents of a file."""
    odd = [name for name, leaf in found.arrays.items() if leaf.dtype != np.float64]
    if odd:
        raise DamagedError(f"{path} is not a locus", why=f"scores at {odd[0][:80]!r}")
    # Only the order of scores matters, so their size is not limited.
    return codec.decode(found.payload, Locus, found.arrays, what=str(path))


def _names(like: Agent) -> set[str]:
    """Every name that an array in the file of an actor's locus can have."""
    layers = [name for layer in like.layers for name in (layer.name, layer.site)]
    sites = {*like, *layers, *(path.partition("/")[0] for path in like)}
    parts = ("scores/{}", "factors/{}/0", "factors/{}/1")
    return {part.format(site) for part in parts for site in sites}
