"""What a process of tests may hold: its programs are let go when they are many.

JAX keeps every program that it ever compiled, and a whole run has thousands of them. To
forget them all after each file costs a quarter more seconds; to do so only where the
process has grown large costs next to nothing.
"""

import ctypes
import gc
import sys
from pathlib import Path
from typing import Any

import pytest

STATUS = Path("/proc/self/status")
LARGE, TOO_LARGE = 900, 1200
"""Megabytes above which programs are let go: after a file, and between its tests."""


class Memory:
    """A plugin: holds the process down, and tells how large each one was at most."""

    def __init__(self) -> None:
        self.peaks: list[int] = []

    def pytest_collection_finish(self) -> None:
        """Let go of what was compiled where test files are imported."""
        let_go()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> None:
        """After a test, let go of what only makes later ones quicker."""
        last = nextitem is None or nextitem.path != item.path
        if megabytes("VmRSS") > (LARGE if last else TOO_LARGE):
            let_go()

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the process that reports how large this one was."""
        output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["peak"] = megabytes("VmHWM")

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """A worker has ended; one that crashed tells nothing."""
        self.peaks.append(getattr(node, "workeroutput", {}).get("peak", 0))

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Report the peaks."""
        peaks = " and ".join(map(str, self.peaks or [megabytes("VmHWM")]))
        terminalreporter.write_line(f"at most {peaks} MB of memory in a process")


def megabytes(name: str) -> int:
    """A size of this process: `VmRSS` now, `VmHWM` at its peak; 0 if none is known."""
    lines = STATUS.read_text().splitlines() if STATUS.exists() else []
    found = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(found[0]) // 1024 if found else 0


def let_go() -> None:
    """Forget all compiled programs, and give their memory back."""
    if "jax" in sys.modules:
        sys.modules["jax"].clear_caches()
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
