"""Setup of JAX: one thread, one core, and a cache of compiled programs.

Call `prepare` before JAX is imported for the first time. On a CPU the matrices of these
agents are too small to split: one single-threaded process per core is faster than
threads, and its results do not depend on the number of cores.
"""

import hashlib
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

from telic.core.errors import StorageError
from telic.runs import cache

FLAGS = "--xla_cpu_multi_thread_eigen=false"


def prepare(core: int | None = None) -> None:
    """Pin this process to a core, JAX to one thread, and cache compiled programs.

    Args:
        core: The core's number; None to stay on all of them.
    """
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    flags = os.environ.get("XLA_FLAGS", "")
    if FLAGS not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {FLAGS}".strip()
    # NumPy's threads spin while they wait: on busy cores two are far slower than one.
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    # XLA compares the flags of a cached program with the processor's features and logs
    # a screenful of "errors", although both are this machine's: silence it.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Films of simulators are drawn off screen, where SDL says that there is no screen.
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    _keep_programs(quiet=core is not None)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def cache_folder() -> Path:
    """The folder of compiled programs, one for each jaxlib and processor.

    Programs compiled for another processor can crash, so both are in the name. The
    folder may be removed at any time. `TELIC_CACHE` moves it.
    """
    return cache.folder() / _programs()


def private_cache() -> Path:
    """The same folder, created and private, as its contents are executed.

    Raises:
        StorageError: If it cannot be created, or others can write to it.
    """
    return cache.private(_programs())


def cores() -> list[int]:
    """The cores that this process may use."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _keep_programs(*, quiet: bool) -> None:
    """Enable JAX's cache, unless others could write programs to it."""
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    try:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(private_cache())
    except StorageError as error:
        if not quiet:
            text = f"note: compiled programs are not kept: {error.what}: {error.why}"
            print(text, file=sys.stderr)


def _programs() -> str:
    """The name of the folder, from the versions of compiler and processor."""
    mark = hashlib.sha256(_processor().encode()).hexdigest()[:8]
    return f"xla-{version('jaxlib')}-{mark}"


def _processor() -> str:
    """The processor's model and features, as far as the system reports them."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        wanted = ("model name", "flags", "model\t", "cpu family")
        return "\n".join(sorted({x for x in lines if x.startswith(wanted)}))
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
