"""What a process of tests may hold: what it compiled is let go when it is much.

JAX keeps all that it ever compiled, and a whole run has thousands of programs. Each is
lowered in an MLIR context of its own, which holds a megabyte and takes more time to
make than the rest of lowering. Here a hundred programs share one. Where the programs
are too many all the same they go, and come from the cache where they are needed again.
"""

import ctypes
import gc
import itertools
from pathlib import Path
from typing import Any

import jax
import pytest
from jax._src.interpreters import mlir
from jax._src.lib.mlir import ir

STATUS = Path("/proc/self/status")
LARGE = 1300
"""Megabytes of a process above which all is let go."""

SHARED = 100
"""Programs that are lowered in one context: it keeps the constants of all of them."""


def share_contexts() -> None:
    """Let programs be lowered in the context of those before them."""
    make, counter = mlir.make_ir_context, itertools.count()
    held: list[Any] = []

    def shared() -> Any:
        if is_lowering():  # a program within another one would become a part of it
            return make()
        if next(counter) % SHARED == 0:
            held[:] = [make()]
        return held[0]

    mlir.make_ir_context = shared


def is_lowering() -> bool:
    """True while a program is lowered: what is called there may compile others."""
    return ir.Context.current is not None


class Memory:
    """A plugin: holds the process down, and tells how large each one was at most."""

    def __init__(self) -> None:
        self.peaks: list[int] = []

    def pytest_collection_finish(self) -> None:
        """Let go of what was compiled where test files are imported."""
        let_go()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_teardown(self) -> None:
        """After a test, let go of all that was compiled if it is much."""
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


def let_go() -> None:
    """Give memory back, and forget the programs too if that is not enough."""
    give_back()
    if megabytes("VmRSS") > 0.8 * LARGE:
        jax.clear_caches()
        give_back()


def give_back() -> None:
    """Give the memory of what nobody holds back to the system."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trim is not None:
        trim(0)
