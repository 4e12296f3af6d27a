"""A job whose process is killed in the middle of what it says."""

import os
import signal
import threading


def job(run, options, *, tell, stop) -> None:
    """Die while a long message is on its way, if this is the run to die with."""
    if run.path.name in options["dying"]:
        threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGKILL]).start()
        while True:
            tell("notice", "x" * 50_000_000)
