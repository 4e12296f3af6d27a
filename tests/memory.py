"""What a process of tests may hold: what it compiled is let go when it is much.

JAX keeps all that it ever compiled, and a whole run has thousands of programs. Most of
that memory, 1.1 of 1.3 MB a program, is the text that each was lowered to, which nobody
reads again: it goes after every test, and the programs stay. Where these are too many
they go too, and are lowered again where they are needed again.
"""

import ctypes
import gc
import sys
from pathlib import Path
from typing import Any

import pytest

STATUS = Path("/proc/self/status")
LARGE = 900
"""Megabytes of a process above which all is let go."""

LOWERED = (
    ("jax._src.interpreters.pxla", "_cached_lowering_to_hlo"),
    ("jax._src.pjit", "_pjit_lower"),
)
"""JAX's caches of lowered programs; no public name clears them alone."""


class Memory:
    """A plugin: holds the process down, and tells how large each one was at most."""

    def __init__(self) -> None:
        self.peaks: list[int] = []

    def pytest_collection_finish(self) -> None:
        """Let go of what was compiled where test files are imported."""
        let_go()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        """After a test, let go of what nobody reads again; of all, if that is much."""
        forget_lowered()
        if megabytes("VmRSS") > LARGE:
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


def forget_lowered() -> None:
    """Forget what programs were lowered to."""
    for module, name in LOWERED:
        lowered = getattr(sys.modules.get(module), name, None)
        if hasattr(lowered, "cache_clear"):
            lowered.cache_clear()


def let_go() -> None:
    """Give memory back, and forget the programs too if that is not enough."""
    forget_lowered()
    give_back()
    if "jax" in sys.modules and megabytes("VmRSS") > 0.8 * LARGE:
        sys.modules["jax"].clear_caches()
        give_back()


def give_back() -> None:
    """Give the memory of what nobody holds back to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
