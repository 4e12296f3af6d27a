"""One machine: one pinned process a core, each carrying one run after another.

The parent hands out runs and listens, over one pipe a worker: there is no lock that a
worker could take to its grave, no thread that has to be waited for, and nothing that
outlives the parent. A worker that is asked to stop checkpoints its run and ends; one
that dies takes one run with it, which is reported and can be resumed.
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
    """How a list of runs ended.

    Attributes:
        done: The paths of the runs that reached their ends, or stopped when asked to.
        failed: For every run that did not: the error that ended it.
        stopped: The number of the signal that asked to stop; 0: none did.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, TelicError] = field(default_factory=dict)
    stopped: int = 0


@dataclass
class _Worker:
    """A process, the pipe to it, the run that it has, and whether that has begun."""

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
    """Do a job with every run, several at a time; by default train it to its end.

    Args:
        paths: The folders of the runs.
        workers: How many processes; None: one a core, and no more than there are runs.
        listen: Called in this process with (path, kind, value) for every message:
            `start` (None), `row` ((metrics, seconds)) or `share` (how much is done, 0
            to 1, or that and what it is at), `notice` (a sentence), `end` (None) and
            `error` (a TelicError).
        job: `module:function`, imported in the workers once JAX is set up; called with
            the run, the options, `tell(kind, value)` and `stop()`.
        options: Plain data for the job.

    Raises:
        InputError: If `workers` is not at least 1.
        KeyboardInterrupt: If a second Ctrl-C or SIGTERM killed what was running.
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
    """Raise unless the number of workers is one, or None.

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
    """A worker that waits for its first run."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    args = (theirs, core, job, options)
    process = context.Process(target=_work, args=args, daemon=True)
    with ignored_at_birth():
        process.start()
    theirs.close()  # or its end would never be seen
    return _Worker(process, ours)


def _listen(
    team: Sequence[_Worker],
    left: list[str],
    outcome: Outcome,
    listen: Listener,
    signals: Sequence[int],
) -> None:
    """Hand runs out and messages on until every worker has ended, or is asked to."""
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
    """Give a worker its next run, or let it go."""
    worker.path, worker.begun = left.pop() if left else None, False
    _send(worker, worker.path)


def _hear(worker: _Worker, outcome: Outcome, listen: Listener) -> bool:
    """Take one message of a worker and hand it on; whether it is still there."""
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
    """Note that a run has failed."""
    outcome.failed[path] = error
    listen(path, "error", error)


def _send(worker: _Worker, path: str | None) -> None:
    """Say something to a worker, which may be dead: that is heard elsewhere."""
    with contextlib.suppress(OSError):
        worker.line.send(path)


def _end(team: Sequence[_Worker]) -> None:
    """Leave no process behind; every run can be resumed from its last checkpoint."""
    for worker in team:
        worker.line.close()
        # Those that said all they had to say need a moment; others are in our way.
        if worker.path is None:
            worker.process.join(timeout=10)
        worker.process.kill()
        worker.process.join()


def _lost(path: str) -> TelicError:
    """The error of a run whose process died without a word."""
    return TelicError(
        f"the process of {path} died",
        why="it was killed, or ran out of memory",
        fix="telic resume goes on from its last checkpoint",
    )


def _work(line: Any, core: int, job: str, options: dict) -> None:
    """A worker: take runs from its parent until there is none."""
    hear_nothing()  # the parent is asked to stop, and asks us
    engine.prepare(core)
    module, _, name = job.partition(":")
    work = getattr(importlib.import_module(module), name)  # only now may JAX load

    def tell(kind: str, value: Any) -> None:
        with contextlib.suppress(OSError):  # without a parent, go on to a checkpoint
            line.send((kind, value))

    with contextlib.suppress(EOFError, OSError):
        # While it has a run, all that can come is the word to stop, or a pipe's end.
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
    """Do a job with one run, and tell how it ended; nothing is raised."""
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
