"""Setting JAX up: one thread, one core, and compiled programs that are kept.

Call `prepare` before JAX is imported for the first time. On a CPU the matrices of these
agents are too small to share: one process a core with one thread each is faster than
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
    """Pin this process to a core, JAX to one thread, and keep compiled programs.

    Args:
        core: The core's number; None to stay on all of them.
    """
    if core is not None and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})
    flags = os.environ.get("XLA_FLAGS", "")
    if FLAGS not in flags:
        os.environ["XLA_FLAGS"] = f"{flags} {FLAGS}".strip()
    # NumPy's threads wait by spinning: beside other work, two are far slower than one.
    for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(threads, "1")
    # XLA compares the tuning flags of a cached program with the processor's abilities
    # and logs a screenful of "errors" though both are this machine's: keep it quiet.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # Films of simulators are drawn off screen, where SDL says that there is no screen.
    os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
    _keep_programs(quiet=core is not None)
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS", "0.2")
    os.environ.setdefault("JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES", "-1")


def cache_folder() -> Path:
    """Where compiled programs are kept: one folder for each jaxlib and processor.

    Programs compiled for another processor can crash, so both are in the name. The
    folder may be removed at any time. `TELIC_CACHE` moves it.
    """
    return cache.folder() / _programs()


def private_cache() -> Path:
    """The same folder, there and ours alone: what lies in it is run.

    Raises:
        StorageError: If it cannot be made, or others can write to it.
    """
    return cache.private(_programs())


def cores() -> list[int]:
    """The cores that this process may use."""
    if sys.platform == "linux":
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _keep_programs(*, quiet: bool) -> None:
    """Let JAX keep what it compiles, unless somebody else could put programs there."""
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:
        return
    try:
        os.environ["JAX_COMPILATION_CACHE_DIR"] = str(private_cache())
    except StorageError as error:
        if not quiet:
            text = f"note: compiled programs are not kept: {error.what}: {error.why}"
            print(text, file=sys.stderr)


def _programs() -> str:
    """The name of the folder: the version of the compiler, and the processor."""
    mark = hashlib.sha256(_processor().encode()).hexdigest()[:8]
    return f"xla-{version('jaxlib')}-{mark}"


def _processor() -> str:
    """The processor's model and abilities, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        wanted = ("model name", "flags", "model\t", "cpu family")
        return "\n".join(sorted({x for x in lines if x.startswith(wanted)}))
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
