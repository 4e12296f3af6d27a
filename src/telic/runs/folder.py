"""A run's folder: create it, open it, report its status, lock it for one writer.

The root, and an experiment that the user names, may be links to another disk. Their
contents are not trusted: a run is opened only if its folder and everything in it are
ordinary files and folders.
"""

import dataclasses
import datetime
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from telic.core.errors import DamagedError, InputError
from telic.core.names import nearest
from telic.core.typed import short
from telic.runs import checkpoint, codec, disk, inside, metrics, record
from telic.runs.checkpoint import Checkpoint
from telic.runs.inside import CONFIG, METRICS
from telic.runs.lock import HOLDER, LOCK, busy
from telic.runs.metrics import Row
from telic.runs.record import Manifest
from telic.runs.root import root_folder
from telic.runs.versions import versions
from telic.training.plan import ExperimentConfig


@dataclasses.dataclass(frozen=True)
class Run:
    """A run on disk.

    Attributes:
        path: Its folder, `<root>/<experiment>/seed-NNNN`.
    """

    path: Path

    @property
    def name(self) -> str:
        """The name of the run: `experiment/seed-NNNN`."""
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def metrics(self) -> Path:
        """The path of the metrics."""
        return self.path / METRICS

    @property
    def timing(self) -> Path:
        """The path of the seconds per rollout."""
        return self.path / "timing.jsonl"

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """Its checkpoints, oldest first.

        Raises:
            DamagedError: If a part of its folder is a link or not of the expected kind.
        """
        inside.check_inside(self.path)
        return checkpoint.listing(self.path / "checkpoints", self.path)

    def record(self) -> dict[str, Any]:
        """The contents of `run.json`: schema, seed, plan, versions, time of creation.

        Raises:
            DamagedError: If it is missing or damaged.
        """
        inside.check_inside(self.path)
        return record.read(self.path / CONFIG)

    def plan(self) -> ExperimentConfig:
        """The plan that it follows.

        Raises:
            InputError: If this version does not know a part of it; the message names
                one that does.
        """
        held = self.record()
        try:
            return codec.decode(held["plan"])
        except InputError as error:
            wrote = held.get("versions", {}).get("telic", "")
            if wrote in ("", versions()["telic"]):
                raise
            fix = f"it was made by telic {short(wrote)}: read it with that version"
            raise InputError(error.what, why=error.why, fix=fix) from error

    def seed(self) -> int:
        """The seed of the run."""
        return self.record()["seed"]

    def mark(self) -> str:
        """The hash of its plan and seed, as they are stored."""
        held = self.record()
        return record.plan_mark(held["plan"], held["seed"])

    def rows(self) -> list[Row]:
        """The rows of metrics written so far; none if training has not begun.

        Rows up to the last checkpoint are checked against its hash; those after it
        have no hash.

        Raises:
            DamagedError: If they have been altered, or do not follow the plan.
        """
        plan = self.plan()
        newest = self._checked(plan)
        if newest is None and not self.metrics.exists():
            return []
        rows, most = metrics.read(self.metrics), plan.total_rollouts
        if rows and (rows[0]["rollout"] != 1 or rows[-1]["rollout"] > most):
            raise DamagedError(
                f"{self.metrics} has rows of rollouts {rows[0]['rollout']} to "
                f"{rows[-1]['rollout']}",
                why=f"the plan has 1 to {most}",
            )
        if newest and len(rows) < newest.rollouts:
            raise DamagedError(
                f"{self.metrics} has {len(rows)} rows",
                why=f"{newest.rollouts} were written",
            )
        return list(metrics.follow_plan(plan, rows, self.metrics))

    def latest(self) -> list[Row]:
        """The last row of each objective that was trained, the newest row last.

        Checked as in `rows`, but cheap: only the end of a long file is parsed.

        Raises:
            DamagedError: If the file has been altered, or does not follow the plan.
        """
        plan = self.plan()
        newest, found, due = self._checked(plan), {}, set()
        if newest is None and not self.metrics.exists():
            return []
        rows = metrics.backwards(self.metrics)
        for row in metrics.follow_plan(plan, rows, self.metrics):
            past = plan.schedule[: row["phase"] + 1] if not found else ()
            due |= {phase.objective for phase in past}
            found.setdefault(row["objective"], row)
            if due <= found.keys():
                break
        last = next(iter(found.values()), {}).get("rollout", 0)
        if due - found.keys() or (newest and last < newest.rollouts):
            raise DamagedError(
                f"{self.metrics} ends with rollout {last}, and has not all its rows"
            )
        return list(reversed(found.values()))

    def _checked(self, plan: ExperimentConfig) -> Manifest | None:
        """The newest sound manifest, after a check of the metrics against it."""
        newest = _newest(self.checkpoints)
        if self.metrics.exists():
            metrics.check_metrics_size(plan, self.metrics)
        if newest and newest.link:
            metrics.check_seen(self.metrics, newest.link.metrics)
        return newest

    def status(self) -> str:
        """`complete`, `partial` or `new`, from its checkpoints; hashes are not read."""
        done = [found.rollouts for found in self.checkpoints]
        if not done:
            return "new"
        return "complete" if done[-1] >= self.plan().total_rollouts else "partial"


def experiment_name(study: str, plan: ExperimentConfig) -> str:
    """The folder name of all runs of one plan: the study and the plan's hash.

    As the name follows from the plan, the same command resumes the same runs.
    """
    return f"{study}-{disk.sha256(disk.to_json(codec.encode(plan)))[:8]}"


def create_run(root: Path, experiment: str, seed: int, plan: ExperimentConfig) -> Run:
    """The run of one seed, created if needed; an existing one must have the plan.

    Raises:
        InputError: If the folder holds a run of another plan or seed, the seed or the
            plan is out of range, or the policy does not fit the world.
        DamagedError: If the folder is not one that telic opens.
        StorageError: If the files cannot be written.
    """
    if not 0 <= seed < record.SEEDS:
        raise InputError(f"seed = {seed}", why=f"allowed: 0 to {record.SEEDS - 1}")
    run = Run(root / experiment / f"seed-{seed:04d}")
    encoded = codec.encode(plan)
    inside.check_inside(run.path)
    if (run.path / CONFIG).exists():
        held = run.record()
        if (held["plan"], held["seed"]) != (encoded, seed):
            raise InputError(
                f"{run.path} holds a run of another plan",
                why="one folder, one plan and one seed",
                fix="choose another --name",
            )
        return run
    codec.check_memory(plan)  # before creating a folder that could never be trained
    config = {
        "schema": record.SCHEMA,
        "experiment": experiment,
        "seed": seed,
        "plan": encoded,
        "versions": versions(),
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "sha256": record.plan_mark(encoded, seed),
    }
    disk.write_file(run.path / CONFIG, disk.to_json(config))
    return run


def find(root: str | Path | None = None) -> list[Run]:
    """Every run under a root, sorted by name; the default root is the command line's.

    `survey` also reports the folders left out.
    """
    return survey(root_folder(root))[0]


def survey(root: Path) -> tuple[list[Run], list[str]]:
    """Every run under a root by name, and a sentence for every folder left out.

    The root may be a link; an experiment in it may not, unless named (`resolve`).
    """
    found, notes = [], []
    for experiment in _folders(root):
        if experiment.is_symlink():
            notes.append(f"{experiment.name} is left out: a link; it opens by its name")
            continue
        runs, more = _runs_in(experiment)
        found, notes = found + runs, notes + more
    return found, notes


def resolve(root: Path, names: list[str]) -> list[Run]:
    """The runs of some names: `experiment`, `experiment/seed-0003`, or a path.

    Runs of a named experiment that telic does not open are left out, unless that leaves
    none.

    Raises:
        InputError: If a name matches no run; the message holds the nearest name.
        DamagedError: If a matching run is not one that telic opens.
    """
    known = find(root)
    chosen = []
    for name in names:
        found = [r for r in known if name in (r.name, r.path.parent.name)]
        found = found or _named(root, name)
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
    """A block that is the only writer of a run; the lock ends with the process.

    Raises:
        BusyError: Immediately, if another process is writing; it names the process.
        DamagedError: If the folder is not one that telic opens.
        StorageError: If the lock cannot be written.
    """
    inside.check_inside(run.path)
    lock = FileLock(run.path / LOCK, timeout=0)
    with disk.writing(run.path / LOCK):
        run.path.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise busy(run.path) from error
    try:
        who = f"process {os.getpid()} on {socket.gethostname()}"
        disk.write_file(run.path / HOLDER, who.encode())
        disk.sweep(run.path)
        disk.sweep(run.path / "checkpoints")
        yield
    finally:
        lock.release()


def _folders(folder: Path) -> list[Path]:
    """The folders in a folder, and links to folders, sorted by name."""
    try:
        return [path for path in sorted(folder.iterdir()) if os.path.isdir(path)]
    except OSError:
        return []


def _runs_in(experiment: Path) -> tuple[list[Run], list[str]]:
    """The runs of an experiment, and a sentence for every one left out."""
    found, notes = [], []
    for path in _folders(experiment):
        if not os.path.lexists(path / CONFIG):
            continue
        try:
            inside.check_inside(path)
            found.append(Run(path))
        except DamagedError as error:
            notes.append(f"{experiment.name}/{path.name} is left out: {error.what}")
    return found, notes


def _named(root: Path, name: str) -> list[Run]:
    """The runs of a name that `find` does not know: a linked experiment or a path."""
    experiment = root / name
    if Path(name).name == name != ".." and os.path.isdir(experiment):
        runs, _ = _runs_in(experiment)
        if runs:
            return runs
        for path in _folders(experiment):
            inside.check_inside(path)  # none can be opened: raise for the first
    for path in (experiment, Path(name)):
        if os.path.lexists(path / CONFIG):
            inside.check_inside(path)
            return [Run(path)]
    return []


def _newest(found: list[Checkpoint]) -> Manifest | None:
    """The manifest of the newest checkpoint with a sound one."""
    for one in reversed(found):
        try:
            return checkpoint.manifest_of(one)
        except DamagedError:
            continue
    return None
