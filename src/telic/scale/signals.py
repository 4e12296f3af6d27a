"""Handling of signals that ask to stop: Ctrl-C, and SIGTERM from schedulers."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from types import FrameType

ASKING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def counted() -> Iterator[list[int]]:
    """A context with the list of signals received, which do not raise.

    An exception raised at an arbitrary place may be swallowed there. A signal that is
    already ignored (`telic train … &`) stays ignored, and in any thread but the main
    one nothing is changed.
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
    """A block in which SIGTERM raises KeyboardInterrupt, with the signal's number."""

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
    """A block in which new processes start with these signals blocked.

    They stay blocked until `hear_nothing`. Ctrl-C in a terminal goes to children as
    well, and one that is still importing would print a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start would unblock the signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ASKING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hear_nothing() -> None:
    """Ignore the signals in a worker, whose parent handles them."""
    for number in ASKING:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ASKING)
