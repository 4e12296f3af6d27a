"""A run's folder: create it, open it, say how far it is, and lock it for one writer."""

import dataclasses
import datetime
import os
import platform
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from telic.core.errors import InputError
from telic.core.names import nearest
from telic.runs import checkpoint, codec, disk
from telic.runs.checkpoint import Checkpoint
from telic.runs.lock import HOLDER, LOCK, busy
from telic.training.plan import Plan

SCHEMA = 1
CONFIG = "run.json"


@dataclasses.dataclass(frozen=True)
class Run:
    """A run on disk.

    Attributes:
        path: Its folder, `<root>/<experiment>/seed-NNNN`.
    """

    path: Path

    @property
    def name(self) -> str:
        """`experiment/seed-NNNN`."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def metrics(self) -> Path:
        """The file of metrics."""
        return self.path / "metrics.jsonl"

    @property
    def timing(self) -> Path:
        """The file of seconds per rollout."""
        return self.path / "timing.jsonl"

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """Its checkpoints, oldest first."""
        return checkpoint.listing(self.path / "checkpoints")

    def record(self) -> dict[str, Any]:
        """What `run.json` holds: schema, seed, plan, versions, time of creation.

        Raises:
            DamagedError: If it is missing or not JSON.
        """
        return disk.read_json(self.path / CONFIG)

    def plan(self) -> Plan:
        """The plan that it follows."""
        return codec.decode(self.record().get("plan", {}))

    def seed(self) -> int:
        """The seed that it began with."""
        return int(self.record()["seed"])

    def status(self) -> str:
        """`complete`, `partial` or `new`, by its checkpoints; hashes are not read."""
        done = [found.rollouts for found in self.checkpoints]
        if not done:
            return "new"
        return "complete" if done[-1] >= self.plan().rollouts else "partial"


def experiment_name(study: str, plan: Plan) -> str:
    """The folder of all runs of one plan: the study and a hash of the plan.

    Because the name follows from the plan, the same command goes on where it stopped.
    """
    return f"{study}-{disk.sha256(disk.to_json(codec.encode(plan)))[:8]}"


def create(root: Path, experiment: str, seed: int, plan: Plan) -> Run:
    """The run of one seed; an existing folder of the same plan is taken as it is.

    Raises:
        InputError: If the folder holds a run of another plan or seed.
        StorageError: If the disk refuses.
    """
    run = Run(root / experiment / f"seed-{seed:04d}")
    encoded = codec.encode(plan)
    if (run.path / CONFIG).exists():
        record = run.record()
        if (record.get("plan"), record.get("seed")) != (_plain(encoded), seed):
            raise InputError(
                f"{run.path} holds a run of another plan",
                why="one folder, one plan and one seed",
                fix="choose another --name",
            )
        return run
    record = {
        "schema": SCHEMA,
        "experiment": experiment,
        "seed": seed,
        "plan": encoded,
        "versions": versions(),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    }
    disk.write_file(run.path / CONFIG, disk.to_json(record))
    return run


def root_folder(given: str | Path | None = None) -> Path:
    """The folder of experiments: what was given, else TELIC_ROOT, else telic_runs."""
    return Path(given or os.environ.get("TELIC_ROOT") or "telic_runs")


def find(root: str | Path | None = None) -> list[Run]:
    """Every run under a root, by name; by default that of the command line."""
    where = root_folder(root)
    return [Run(path.parent) for path in sorted(where.glob(f"*/*/{CONFIG}"))]


def resolve(root: Path, names: list[str]) -> list[Run]:
    """The runs that names stand for: `experiment`, `experiment/seed-0003`, or a path.

    Raises:
        InputError: If a name stands for no run; the message holds the nearest name.
    """
    known = find(root)
    chosen = []
    for name in names:
        found = [r for r in known if name in (r.name, r.path.parent.name)]
        if not found and (Path(name) / CONFIG).exists():
            found = [Run(Path(name))]
        if not found:
            names_known = {n for r in known for n in (r.name, r.path.parent.name)}
            near = nearest(name, sorted(names_known))
            raise InputError(
                f"there is no run {name!r} in {root}",
                why=f"{len(known)} runs are there",
                fix=f"did you mean {near!r}?" if near else "see: telic runs list",
            )
        chosen += [run for run in found if run not in chosen]
    return chosen


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Be the one writer of a run; the lock goes with the process, however it ends.

    Raises:
        BusyError: At once, if another process is writing; it names the process.
    """
    with disk.writing(run.path):
        run.path.mkdir(parents=True, exist_ok=True)
    holder = run.path / HOLDER
    lock = FileLock(run.path / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise busy(run.path) from error
    try:
        with disk.writing(holder):
            holder.write_text(f"process {os.getpid()} on {socket.gethostname()}")
        disk.sweep(run.path)
        disk.sweep(run.path / "checkpoints")
        yield
    finally:
        lock.release()


def versions() -> dict[str, str]:
    """The versions that decide the bits of a result."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in ("telic", "jax", "jaxlib", "numpy", "optax", "safetensors"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def _plain(encoded: dict[str, Any]) -> dict[str, Any]:
    """An encoded plan as JSON gives it back: tuples as lists."""
    return disk.parse_json(disk.to_json(encoded), Path(CONFIG))
