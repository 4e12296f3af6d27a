"""Checkpoints: the complete state of a run after some rollouts, with hashes.

A checkpoint is a folder `uNNNNN` (after NNNNN rollouts), created atomically by a
rename. It is good if every file has the size and the SHA-256 that its manifest states,
its numbers are finite, and it belongs to this run and these metrics. Only good ones are
loaded. There is no pickle: arrays are in the one file format, `telic.runs.artifact`.
"""

import dataclasses
import os
from pathlib import Path

import jax
import numpy as np

from telic.core import trees
from telic.core.errors import DamagedError
from telic.core.numbers import LARGEST
from telic.runs import artifact, disk, metrics, old, record
from telic.runs.inside import ARRAYS, CONFIG, MANIFEST, METRICS, is_checkpoint
from telic.runs.record import File, Link, Manifest
from telic.training.state import TrainState


class ForeignError(DamagedError):
    """The error of an intact checkpoint of another run, or of other metrics."""


@dataclasses.dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk, not yet read.

    Attributes:
        path: Its folder.
        run: The folder of the run that it should belong to; None: not known.
    """

    path: Path
    run: Path | None = None

    @property
    def rollouts(self) -> int:
        """The number of rollouts after which it was written."""
        return int(self.path.name[1:])


def listing(folder: Path, run: Path | None = None) -> list[Checkpoint]:
    """The checkpoints in a folder, oldest first, without checking their contents.

    Raises:
        DamagedError: If the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DamagedError(f"cannot read {folder}", why=str(error)) from error
    found = [Checkpoint(folder / name, run) for name in names if is_checkpoint(name)]
    return sorted(found, key=lambda checkpoint: checkpoint.rollouts)


def commit(folder: Path, state: TrainState, link: Link | None = None) -> Checkpoint:
    """Write the state of a run durably: when this returns, it is on disk.

    Args:
        folder: The run's folder of checkpoints.
        state: The state.
        link: The run and the metrics that it belongs to.

    Raises:
        StorageError: If the files cannot be written; older checkpoints are unchanged.
    """
    rollouts = int(state.rollouts)
    parts = {
        "agent": state.agent,
        "moments": state.opt_state,
        "world": {"actors": state.actors, "key": state.key, "rollouts": state.rollouts},
    }
    files = {
        f"{name}.safetensors": artifact.to_bytes(
            name, {"rollouts": rollouts}, trees.flatten(part)
        )
        for name, part in parts.items()
    }
    said = {name: File(len(x), artifact.stated_hash(x)) for name, x in files.items()}
    files[MANIFEST] = record.to_manifest(rollouts, said, link)
    checkpoint = Checkpoint(folder / f"u{rollouts:05d}")
    disk.publish(checkpoint.path, files)
    return checkpoint


def read(checkpoint: Checkpoint, like: TrainState) -> TrainState:
    """The state in a checkpoint, with its hashes checked.

    Args:
        checkpoint: The checkpoint.
        like: A state of the same plan, or its shapes and dtypes.

    Raises:
        DamagedError: If a form or hash is wrong, or its numbers are
            not finite.
        ForeignError: If it is of another run, or of other metrics.
    """
    flat = _all(checkpoint, manifest_of(checkpoint))
    world = {"actors": like.actors, "key": like.key, "rollouts": like.rollouts}
    rest = trees.restore(world, flat["world"])
    return TrainState(
        agent=trees.restore(like.agent, flat["agent"]),
        opt_state=trees.restore(like.opt_state, flat["moments"]),
        actors=rest["actors"],
        key=rest["key"],
        rollouts=rest["rollouts"],
    )


def read_agent(checkpoint: Checkpoint) -> trees.Tree:
    """The agent alone, its hash checked.

    Raises:
        DamagedError: If a form or hash is wrong, or its numbers are
            not finite.
        ForeignError: If it is of another run, or of other metrics.
    """
    said = manifest_of(checkpoint)
    check_origin(checkpoint, said)
    return {
        path: jax.device_put(leaf)
        for path, leaf in _arrays(checkpoint, said, "agent").items()
    }


def verify_checkpoint(checkpoint: Checkpoint) -> Manifest:
    """Check every hash of a checkpoint, and return its manifest.

    Raises:
        DamagedError: At the first file with a wrong form or hash.
        ForeignError: If it is of another run, or of other metrics.
    """
    said = manifest_of(checkpoint)
    _all(checkpoint, said)
    return said


def manifest_of(checkpoint: Checkpoint) -> Manifest:
    """The manifest of a checkpoint.

    Raises:
        DamagedError: If it is damaged, or its folder has been renamed.
    """
    path = checkpoint.path / MANIFEST
    said = record.read_manifest(path)
    if set(said.files) != {f"{name}.safetensors" for name in ARRAYS}:
        raise DamagedError(f"{path} names other files", why=f"due: {', '.join(ARRAYS)}")
    if said.rollouts != checkpoint.rollouts:
        raise DamagedError(
            f"{checkpoint.path} holds the checkpoint after {said.rollouts} rollouts",
            why="its folder has another number",
        )
    return said


def check_origin(checkpoint: Checkpoint, said: Manifest) -> None:
    """Raise if a checkpoint is known to belong to another run.

    Raises:
        ForeignError: If run.json has another plan or seed, or the metrics up to that
            rollout have changed since it was written.
    """
    if checkpoint.run is None or said.link is None:
        return
    held = record.read(checkpoint.run / CONFIG)
    if record.plan_mark(held["plan"], held["seed"]) != said.link.run:
        raise ForeignError(
            f"{checkpoint.path} is of another run",
            why=f"the plan or the seed in {CONFIG} is not the one it was written with",
            fix="remove it, or put back what was changed",
        )
    try:
        metrics.check_seen(checkpoint.run / METRICS, said.link.metrics)
    except DamagedError as error:
        raise ForeignError(error.what, why=error.why, fix=error.fix) from error


def _all(checkpoint: Checkpoint, said: Manifest) -> dict[str, dict[str, np.ndarray]]:
    """All arrays of a checkpoint, by file name."""
    flat = {name: _arrays(checkpoint, said, name) for name in ARRAYS}
    inside = flat["world"].get("rollouts", np.zeros(0))
    if inside.shape != () or inside != checkpoint.rollouts:
        raise DamagedError(
            f"{checkpoint.path} holds the state of another rollout",
            why=f"it says {inside.tolist()}",
        )
    check_origin(checkpoint, said)
    return flat


def _arrays(checkpoint: Checkpoint, said: Manifest, name: str) -> dict[str, np.ndarray]:
    """The arrays of one file, parsed from the same bytes that were hashed."""
    path = checkpoint.path / f"{name}.safetensors"
    size, due = said.files[path.name]
    data = disk.read_file(path, size=size)
    new = artifact.is_artifact(data)
    seen = artifact.stated_hash(data) if new else disk.sha256(data)
    if seen != due:
        raise DamagedError(
            f"{path} is damaged",
            why=f"its SHA-256 is {seen[:12]}…, its manifest {due[:12]}…",
            fix="telic resume goes on from the checkpoint before it",
        )
    if new:
        found = artifact.from_bytes(data, path, name).arrays
    else:
        found = old.renamed_leaves(artifact.read_plain(data, path)[1])
    # Any numbers are allowed in the state of a world; Adam's moments may be large.
    largest = {"agent": LARGEST, "moments": float("inf")}
    if name in largest:
        artifact.check_numbers(found, path, largest=largest[name])
    return found
