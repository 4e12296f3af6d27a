"""A watchdog: a simulator that hangs ends its run with an error.

Worlds in Python are third-party code, and one that waits for a socket, or sleeps, would
hang its run forever. A thread checks periodically whether the same call of a simulator
is still running (`telic.worlds.guard`); after a minute it interrupts the main thread by
a signal, whose handler raises. Steps themselves have no overhead. Code that swallows
the error is interrupted repeatedly, and after a grace period the process exits. Time is
counted in checks, so that a process that was stopped (Ctrl-Z) and continued does not
count as hanging.

A simulator in C that holds the interpreter's lock cannot be interrupted, as no Python
code runs then; a second Ctrl-C, or `kill -9`, ends it.
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
"""The default limit of one call of a simulator."""

GRACE = 15.0
"""The seconds from the first interrupt until the process exits."""

LOOKS = 20
"""The number of checks within the limit."""


def limit() -> float:
    """The seconds that one call of a simulator may take.

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
    """A block in which a simulator that does not answer raises a `WorldError`.

    It does nothing outside the main thread, or on systems without such signals.

    Args:
        seconds: The limit of one call of a simulator; 0: none.
        last_words: Called with the error, from another thread, before the process
            exits.
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
    """Check periodically; interrupt a call that hangs, and then end the process."""
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
