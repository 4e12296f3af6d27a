"""A watchdog: a simulator that does not answer ends its run with an error.

Worlds in Python are other people's code, and one that waits for a socket, or sleeps,
would hang its run for ever. A thread looks now and then whether the same call of a
simulator is still running (`telic.worlds.guard`); after a minute of that it interrupts
the main thread by a signal, whose handler raises. Steps themselves cost nothing. Code
that swallows the error is interrupted again and again, and after a while the process
ends. Time is counted in looks, so that a process that was stopped (Ctrl-Z) and goes on
is not taken for one that hangs.

What it cannot end is a simulator in C that keeps the interpreter's lock: no Python
runs then. A second Ctrl-C, or `kill -9`, does.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from telic.core.errors import InputError, WorldError
from telic.worlds.guard import Watch, watched

VARIABLE = "TELIC_STEP_SECONDS"
"""The environment variable with the limit; 0: none."""

SECONDS = 60.0
"""How long one call of a simulator may take, if the variable does not say."""

GRACE = 15.0
"""How much longer it may take once it was interrupted, before the process ends."""

LOOKS = 20
"""How many times the watchdog looks within the limit."""


def limit() -> float:
    """How many seconds one call of a simulator may take.

    Raises:
        InputError: If the variable is not a number of seconds.
    """
    text = os.environ.get(VARIABLE, str(SECONDS))
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if not 0 <= found < float("inf"):
        raise InputError(
            f"{VARIABLE} = {text!r}",
            why="seconds for one step of a world, or 0: no limit",
        )
    return found


@contextmanager
def watchdog(
    seconds: float, *, last_words: Callable[[WorldError], None] = lambda error: None
) -> Iterator[None]:
    """Raise a `WorldError` in what is done within, if a simulator does not answer.

    Outside of the main thread, and where there are no such signals, nothing is watched.

    Args:
        seconds: How long one call of a simulator may take; 0: as long as it likes.
        last_words: Called with the error, from another thread, before the process ends.
    """
    main = threading.current_thread() is threading.main_thread()
    if not seconds or not main or not hasattr(signal, "pthread_kill"):
        yield
        return
    watch, late, ended = Watch(), threading.Event(), threading.Event()

    def bark(*_: object) -> None:
        if late.is_set() and watch.inside:
            raise _error(watch, seconds)

    before = signal.signal(signal.SIGUSR2, bark)
    looks = threading.Thread(
        target=_look,
        args=(watch, late, ended, seconds, threading.get_ident(), last_words),
        daemon=True,
    )
    looks.start()
    try:
        with watched(watch):
            yield
    finally:
        ended.set()
        looks.join()
        signal.signal(signal.SIGUSR2, before)


def _look(
    watch: Watch,
    late: threading.Event,
    ended: threading.Event,
    seconds: float,
    main: int,
    last_words: Callable[[WorldError], None],
) -> None:
    """Look again and again, until it is over; interrupt, and then end the process."""
    between, last, spent = seconds / LOOKS, -1, 0.0
    while not ended.wait(between):
        now = watch.calls if watch.inside else -1
        spent = spent + between if now == last != -1 else 0.0
        last = now
        late.set() if spent >= seconds else late.clear()
        if late.is_set():
            signal.pthread_kill(main, signal.SIGUSR2)
        if spent >= seconds + GRACE:
            error = _error(watch, seconds)
            print(f"telic: {error}", file=sys.stderr, flush=True)
            last_words(error)
            os._exit(WorldError.code)


def _error(watch: Watch, seconds: float) -> WorldError:
    """The error of a simulator that does not answer."""
    return WorldError(
        f"{watch.world} did not answer {watch.inside}",
        why=f"one step of all copies may take {seconds:g} seconds",
        fix=f"mend the environment, or give it longer: {VARIABLE}=600 (0: no limit)",
    )
