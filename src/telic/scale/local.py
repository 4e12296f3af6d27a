"""One machine: one pinned process per core, each working on one run at a time.

The parent assigns runs and receives messages over one pipe per worker. So there is no
lock that a dying worker could keep, no thread to join, and no process that outlives the
parent. A worker that is asked to stop checkpoints its run and exits; one that dies
fails one run, which is reported and can be resumed.
"""

import contextlib
import functools
import importlib
import multiprocessing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from telic.core.errors import InputError, TelicError
from telic.runs.refusal import disk_error
from telic.scale import engine
from telic.scale.signals import counted, hear_nothing, ignored_at_birth

Listener = Callable[[str, str, Any], None]


@dataclass
class Outcome:
    """The outcome of a list of runs.

    Attributes:
        done: The paths of the runs that reached their ends, or stopped on request.
        failed: The error of every run that failed, by path.
        stopped: The number of the signal that asked to stop; 0 if none did.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, TelicError] = field(default_factory=dict)
    stopped: int = 0


@dataclass
class _Worker:
    """A process, the pipe to it, its current run, and whether that has begun."""

    process: BaseProcess
    line: Any  # a Connection, of either of two classes
    path: str | None = None
    begun: bool = False


TRAIN = "telic.scale.jobs:train_run"


def carry_all(
    paths: Sequence[Path],
    *,
    workers: int | None = None,
    listen: Listener,
    job: str = TRAIN,
    options: Mapping[str, Any] | None = None,
) -> Outcome:
    """Do a job on every run in parallel; the default job trains it to its end.

    Args:
        paths: The folders of the runs.
        workers: The number of processes; None: one per core, at most one per run.
        listen: Called in this process with (path, kind, value) for every message:
            `start` (None), `row` ((metrics, seconds)), `share` (the fraction done, 0 to
            1, or a pair of it and a text), `notice` (a sentence), `stopped` (None, if
            a job left a run unfinished because it was asked to), `end` (None) and
            `error` (a TelicError).
        job: `module:function`, imported in the workers once JAX is set up; called with
            the run, the options, `tell(kind, value)` and `stop()`.
        options: Plain data for the job.

    Raises:
        InputError: If `workers` is not at least 1.
        KeyboardInterrupt: If a second Ctrl-C or SIGTERM killed the workers.
    """
    cores = engine.cores()
    check_workers(workers)
    count = min(len(paths), len(cores) if workers is None else workers)
    left = [str(path) for path in reversed(paths)]
    outcome = Outcome()
    team: list[_Worker] = []
    with counted() as signals:
        try:
            for number in range(count):
                core = cores[number % len(cores)]
                team.append(_start(core, job, dict(options or {})))
            _listen(team, left, outcome, listen, signals)
        finally:
            _end(team)
    for path in reversed(left if not outcome.stopped else []):
        _fail(path, _lost(path), outcome, listen)
    return outcome


def check_workers(workers: int | None) -> None:
    """Raise unless the number of workers is positive, or None.

    Raises:
        InputError: If it is not at least 1.
    """
    if workers is not None and workers < 1:
        raise InputError(
            f"workers = {workers}",
            why="allowed: 1 or more",
            fix="leave it out for one a core",
        )


def _start(core: int, job: str, options: Mapping[str, Any]) -> _Worker:
    """A new worker, waiting for its first run."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    args = (theirs, core, job, options)
    process = context.Process(target=_work, args=args, daemon=True)
    with ignored_at_birth():
        process.start()
    theirs.close()  # so that its exit closes the pipe
    return _Worker(process, ours)


def _listen(
    team: Sequence[_Worker],
    left: list[str],
    outcome: Outcome,
    listen: Listener,
    signals: Sequence[int],
) -> None:
    """Assign runs and pass messages on until every worker has exited."""
    alive = {worker.line: worker for worker in team}
    for worker in team:
        _hand_out(worker, left)
    while alive:
        if len(signals) > 1:
            raise KeyboardInterrupt(signals[1])
        if signals and not outcome.stopped:
            outcome.stopped = signals[0]
            for worker in alive.values():
                _send(worker, None)
            text = "stopping after this rollout; the same again to kill"
            listen("", "notice", text)
        for line in wait(list(alive), timeout=0.2):
            worker = alive[line]
            if not _hear(worker, outcome, listen):
                del alive[worker.line]
            elif worker.path is None and not outcome.stopped:
                _hand_out(worker, left)


def _hand_out(worker: _Worker, left: list[str]) -> None:
    """Give a worker its next run, or dismiss it."""
    worker.path, worker.begun = left.pop() if left else None, False
    _send(worker, worker.path)


def _hear(worker: _Worker, outcome: Outcome, listen: Listener) -> bool:
    """Pass one message of a worker on; return False if the worker has exited."""
    try:
        kind, value = worker.line.recv()
    except (EOFError, OSError):
        if worker.path and (worker.begun or not outcome.stopped):
            _fail(worker.path, _lost(worker.path), outcome, listen)
        return False
    path = worker.path or ""
    if kind == "error":
        _fail(path, value, outcome, listen)
    else:
        listen(path, kind, value)
    worker.begun = True
    if kind == "end":
        outcome.done.append(path)
    if kind in ("end", "error"):
        worker.path = None
    return True


def _fail(path: str, error: TelicError, outcome: Outcome, listen: Listener) -> None:
    """Record that a run has failed."""
    outcome.failed[path] = error
    listen(path, "error", error)


def _send(worker: _Worker, path: str | None) -> None:
    """Send a message to a worker; if it is dead, `_hear` will notice."""
    with contextlib.suppress(OSError):
        worker.line.send(path)


def _end(team: Sequence[_Worker]) -> None:
    """End all workers; every run can be resumed from its last checkpoint."""
    for worker in team:
        worker.line.close()
        # Workers without a run exit by themselves in a moment; the others are killed.
        if worker.path is None:
            worker.process.join(timeout=10)
        worker.process.kill()
        worker.process.join()


def _lost(path: str) -> TelicError:
    """The error of a run whose process died silently."""
    return TelicError(
        f"the process of {path} died",
        why="it was killed, or ran out of memory",
        fix="telic resume goes on from its last checkpoint",
    )


def _work(line: Any, core: int, job: str, options: dict) -> None:
    """Do the parent's runs until it sends no more; the main function of a worker."""
    hear_nothing()  # the parent handles them, and tells us
    engine.prepare(core)
    module, _, name = job.partition(":")
    work = getattr(importlib.import_module(module), name)  # imports JAX

    def tell(kind: str, value: Any) -> None:
        with contextlib.suppress(OSError):  # the parent died: go on to a checkpoint
            line.send((kind, value))

    with contextlib.suppress(EOFError, OSError):
        # During a run, the only input is the request to stop, or the end of the pipe.
        while (path := line.recv()) is not None and not line.poll():
            attend(work, path, options, tell=tell, stop=line.poll)


def attend(
    work: Callable[..., None],
    path: str,
    options: Mapping[str, Any],
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> None:
    """Do a job on one run, and report its outcome; nothing is raised."""
    from telic.runs.folder import Run
    from telic.scale import watch

    tell("start", None)
    try:
        last_words = functools.partial(tell, "error")
        with watch.watchdog(watch.limit(), last_words=last_words):
            work(Run(Path(path)), options, tell=tell, stop=stop)
    except TelicError as error:
        tell("error", error)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        strange = TelicError(f"{path} failed", why=text)
        tell("error", disk_error(error, path) or strange)
    else:
        tell("end", None)
