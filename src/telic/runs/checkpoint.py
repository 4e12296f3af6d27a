"""Checkpoints: the whole state of a run after some rollouts, hashed.

A checkpoint is a folder `uNNNNN` (after NNNNN rollouts) that appears in one step, by a
rename. It is good if every file has the size and the SHA-256 that its manifest states;
a folder that is not good is never loaded. There is no pickle: arrays are safetensors.
"""

import dataclasses
from pathlib import Path

import jax
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from telic.core import trees
from telic.core.errors import DamagedError
from telic.runs import disk
from telic.training.train import Training

SCHEMA = 1
MANIFEST = "manifest.json"
ARRAYS = ("agent", "moments", "world")


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk, not yet read."""

    path: Path

    @property
    def rollouts(self) -> int:
        """After how many rollouts it was taken."""
        return int(self.path.name[1:])


def listing(folder: Path) -> list[Checkpoint]:
    """The checkpoints in a folder, oldest first; whether they are good is not read."""
    found = [
        Checkpoint(path)
        for path in folder.glob("u*")
        if path.name[1:].isdigit() and path.is_dir()
    ]
    return sorted(found, key=lambda checkpoint: checkpoint.rollouts)


def commit(folder: Path, state: Training) -> Checkpoint:
    """Write the state of a run; when this returns, the disk has it.

    Raises:
        StorageError: If the disk refuses; older checkpoints are untouched.
    """
    rollouts = int(state.rollouts)
    parts = {
        "agent": state.agent,
        "moments": state.moments,
        "world": {"actors": state.actors, "key": state.key, "rollouts": state.rollouts},
    }
    files = {
        f"{name}.safetensors": save(trees.flatten(part)) for name, part in parts.items()
    }
    manifest = {
        "schema": SCHEMA,
        "rollouts": rollouts,
        "files": {
            name: {"bytes": len(data), "sha256": disk.sha256(data)}
            for name, data in files.items()
        },
    }
    checkpoint = Checkpoint(folder / f"u{rollouts:05d}")
    disk.publish(checkpoint.path, {**files, MANIFEST: disk.to_json(manifest)})
    return checkpoint


def read(checkpoint: Checkpoint, like: Training) -> Training:
    """The state in a checkpoint, its hashes checked.

    Args:
        checkpoint: Where it is.
        like: A state of the same plan, or its shapes and dtypes.

    Raises:
        DamagedError: If it is not, bit for bit, what was written.
    """
    flat = {name: _arrays(checkpoint, name) for name in ARRAYS}
    world = {"actors": like.actors, "key": like.key, "rollouts": like.rollouts}
    rest = trees.restore(world, flat["world"])
    return Training(
        agent=trees.restore(like.agent, flat["agent"]),
        moments=trees.restore(like.moments, flat["moments"]),
        actors=rest["actors"],
        key=rest["key"],
        rollouts=rest["rollouts"],
    )


def read_agent(checkpoint: Checkpoint) -> trees.Tree:
    """The agent alone, its hash checked.

    Raises:
        DamagedError: If it is not, bit for bit, what was written.
    """
    return {
        path: jax.numpy.asarray(leaf)
        for path, leaf in _arrays(checkpoint, "agent").items()
    }


def verify(checkpoint: Checkpoint) -> None:
    """Check every hash of a checkpoint.

    Raises:
        DamagedError: At the first file that is not what was written.
    """
    for name in ARRAYS:
        _arrays(checkpoint, name)


def _arrays(checkpoint: Checkpoint, name: str) -> dict[str, np.ndarray]:
    """The arrays of one file: the bytes that are parsed are those that were hashed."""
    path = checkpoint.path / f"{name}.safetensors"
    manifest = disk.read_json(checkpoint.path / MANIFEST)
    try:
        schema, due = manifest["schema"], manifest["files"][path.name]["sha256"]
    except (KeyError, TypeError) as error:
        raise DamagedError(f"{checkpoint.path / MANIFEST} lacks {error}") from error
    if schema != SCHEMA:
        raise DamagedError(
            f"{checkpoint.path} has schema {schema!r}",
            why=f"this telic reads schema {SCHEMA}",
            fix="install the version of telic that wrote it",
        )
    data = disk.read_file(path)
    if disk.sha256(data) != due:
        raise DamagedError(
            f"{path} is damaged",
            why=f"its SHA-256 is {disk.sha256(data)[:12]}…, its manifest {due[:12]}…",
            fix="telic resume goes on from the checkpoint before it",
        )
    try:
        found = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise DamagedError(f"{path} is not safetensors", why=str(error)) from error
    # `load` gives them in an order of chance, and a sum over leaves, such as the norm
    # of an agent, depends on their order in its last bit.
    return {name: found[name] for name in sorted(found)}
