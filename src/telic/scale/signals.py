"""Signals that ask a program to stop: Ctrl-C, and SIGTERM as schedulers send it."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def counted() -> Iterator[list[int]]:
    """The signals that came: counted, not raised.

    Raised wherever the program happens to be, one may be lost in a place that swallows
    it. Where one is ignored (`telic train … &`), or in another thread than the main
    one, things stay as they are.
    """
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in ASKING}
    heard = [number for number in ASKING if before[number] is not signal.SIG_IGN]
    if threading.current_thread() is not threading.main_thread():
        heard = []
    for number in heard:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield came
    finally:
        for number in heard:
            signal.signal(number, before[number])


@contextmanager
def raised() -> Iterator[None]:
    """SIGTERM is raised as Ctrl-C is: a KeyboardInterrupt, with the signal's number."""

    def stop(number: int, _: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    main = threading.current_thread() is threading.main_thread()
    if not main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def ignored_at_birth() -> Iterator[None]:
    """A process that is started here is asked nothing before it calls `hear_nothing`.

    Ctrl-C in a terminal goes to children as well, and one that is still importing
    would answer it with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its own start would open the ears again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_nothing() -> None:
    """Ignore what asks a program to stop: somebody else is asked."""
    for number in ASKING:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
