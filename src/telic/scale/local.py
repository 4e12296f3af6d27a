"""One machine: one pinned process a core, each carrying one run after another.

The parent only listens. A worker that is asked to stop checkpoints its run and ends; a
worker that dies takes one run with it, which is reported and can be resumed.
"""

import importlib
import multiprocessing
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from telic.core.errors import InputError, TelicError
from telic.scale import engine

Message = tuple[str, str, Any]
Listener = Callable[[str, str, Any], None]


@dataclass
class Outcome:
    """How a list of runs ended.

    Attributes:
        done: The paths of the runs that reached their ends, or stopped when asked to.
        failed: For every run that did not: the error that ended it.
        stopped: Whether someone asked to stop.
    """

    done: list[str] = field(default_factory=list)
    failed: dict[str, TelicError] = field(default_factory=dict)
    stopped: bool = False


TRAIN = "telic.scale.jobs:train"


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
            to 1), `notice` (a sentence), `end` (None) and `error` (a TelicError).
        job: `module:function`, imported in the workers once JAX is set up; called with
            the run, the options, `tell(kind, value)` and `stop()`.
        options: Plain data for the job.

    Raises:
        InputError: If `workers` is not at least 1.
    """
    cores = engine.cores()
    check_workers(workers)
    count = min(len(paths), len(cores) if workers is None else workers)
    context = multiprocessing.get_context("spawn")
    plain = dict(options or {})
    tasks, messages, stop = context.Queue(), context.Queue(), context.Event()
    for path in [*map(str, paths), *[None] * count]:
        tasks.put(path)
    team = [
        context.Process(
            target=_work,
            args=(
                tasks,
                messages,
                stop,
                cores[i % len(cores)],
                job,
                plain,
            ),
            daemon=True,
        )
        for i in range(count)
    ]
    for worker in team:
        worker.start()
    return _listen(team, messages, stop, listen, [str(path) for path in paths])


def check_workers(workers: int | None) -> None:
    """Raise unless the number of workers is one, or None.

    Raises:
        InputError: If it is not at least 1.
    """
    if workers is not None and workers < 1:
        raise InputError(f"workers = {workers}", why="allowed: 1 or more")


def _listen(
    team: Sequence[BaseProcess],
    messages: Any,
    stop: Any,
    listen: Listener,
    paths: Iterable[str],
) -> Outcome:
    """Hand messages on until every worker has ended; Ctrl-C asks them to stop."""
    outcome, running = Outcome(), {}
    with _counted() as presses:
        while True:
            alive = any(worker.is_alive() for worker in team)
            if len(presses) > 1:
                _end(team)
                raise KeyboardInterrupt
            if presses and not outcome.stopped:
                outcome.stopped = True
                stop.set()
                text = "stopping after this rollout; Ctrl-C again to kill"
                listen("", "notice", text)
            try:
                message = messages.get(timeout=0.2)
            except queue.Empty:
                if alive:
                    continue
                break
            _take(message, outcome, running, listen)
    for path in paths:
        untouched = path not in running and not outcome.stopped
        if untouched or running.get(path) in ("start", "row", "share", "notice"):
            outcome.failed[path] = _lost(path)
            listen(path, "error", outcome.failed[path])
    return outcome


def _take(
    message: tuple[str, str, Any],
    outcome: Outcome,
    running: dict[str, str],
    listen: Listener,
) -> None:
    """Note what a worker says, and hand it on."""
    path, kind, value = message
    running[path] = kind
    if kind == "error":
        outcome.failed[path] = value
    elif kind == "end":
        outcome.done.append(path)
    listen(path, kind, value)


@contextmanager
def _counted() -> Iterator[list[int]]:
    """The Ctrl-Cs that came: counted, not raised.

    Raised wherever the program happens to be, one may be lost in a place that swallows
    it. Where Ctrl-C is ignored (`telic train … &`), or in another thread than the main
    one, things stay as they are.
    """
    presses: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is signal.SIG_IGN:
        yield presses
        return
    signal.signal(signal.SIGINT, lambda number, _: presses.append(number))
    try:
        yield presses
    finally:
        signal.signal(signal.SIGINT, before)


def _end(team: Sequence[BaseProcess]) -> None:
    """Kill what still runs; every run can be resumed from its last checkpoint."""
    for worker in team:
        worker.kill()


def _lost(path: str) -> TelicError:
    """The error of a run whose process died without a word."""
    return TelicError(
        f"the process of {path} died",
        why="it was killed, or ran out of memory",
        fix="telic resume goes on from its last checkpoint",
    )


def _work(
    tasks: Any, messages: Any, stop: Any, core: int, job: str, options: dict
) -> None:
    """A worker: take runs from the queue until there is none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine.prepare(core)
    module, _, name = job.partition(":")
    work = getattr(importlib.import_module(module), name)  # only now may JAX load
    from telic.runs.folder import Run
    from telic.scale import watch

    parent = multiprocessing.parent_process()

    def stopping() -> bool:
        return stop.is_set() or not (parent and parent.is_alive())

    def end(error: TelicError) -> None:
        messages.put((path, "error", error))
        messages.close()
        messages.join_thread()

    while (path := tasks.get()) is not None and not stopping():
        messages.put((path, "start", None))
        try:
            with watch.watchdog(watch.limit(), last_words=end):
                work(
                    Run(Path(path)),
                    options,
                    tell=lambda kind, value, path=path: messages.put(
                        (path, kind, value)
                    ),
                    stop=stopping,
                )
            messages.put((path, "end", None))
        except TelicError as error:
            messages.put((path, "error", error))
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            messages.put((path, "error", TelicError(f"{path} failed", why=text)))
