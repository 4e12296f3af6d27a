"""A process that has loaded everything and begun nothing, and forks what is killed.

    python -m tests.runs.zygote

It reads one task a line, `{"call": "module:function", "args": […], "at": …}`, and
answers with `{"killed": …, "cpu": …, "writes": …}`. `at` is null (let it live),
`["cpu", seconds]` of its own processor time, or `["write", number, bytes]`: before its
so-manieth call that changes the disk, the last bytes of a file that is being synced
lost. Death is SIGKILL in every case. Loading JAX takes seconds, a fork none; JAX may be
loaded here but not begun, for its threads would not come along.
"""

import builtins
import importlib
import io
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

CHANGES = ("fsync", "replace", "rename", "mkdir", "unlink", "rmdir")
TICK = 1 / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Serve until nobody asks."""
    from telic.scale import engine

    engine.prepare()
    for name in ("runs.carry", "studies", "cli.report", "trials", "planted"):
        importlib.import_module(f"telic.{name}")
    import jax._src.xla_bridge

    assert not jax._src.xla_bridge.backends_are_initialized()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(serve(json.loads(line))), flush=True)


def serve(task: dict[str, Any]) -> dict[str, Any]:
    """Fork, let live or kill, and say how it went."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        live(task, write)
    os.close(write)
    kind, *limit = task["at"] or ["none"]
    cpu = 0.0
    while True:
        ended, status, usage = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if kind == "cpu" and spent(child) >= limit[0]:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)
    cpu = usage.ru_utime + usage.ru_stime
    with open(read) as said:
        writes = said.read()
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and os.waitstatus_to_exitcode(status):
        raise RuntimeError(f"{task} ended with {os.waitstatus_to_exitcode(status)}")
    return {"killed": killed, "cpu": cpu, "writes": int(writes or 0)}


def live(task: dict[str, Any], tell: int) -> None:
    """The child: do what was asked, dying where that was asked; never returns."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        os.dup2(2, 1)
        kind, *limit = task["at"] or ["none"]
        counted = count(*limit) if kind == "write" else count(None, 0)
        module, _, name = task["call"].partition(":")
        getattr(importlib.import_module(module), name)(*task["args"])
        os.write(tell, str(len(counted)).encode())
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def count(last: int | None, lost: int) -> list[str]:
    """Count the calls that change the disk, and die at one of them.

    Of a file that was to be synced, bytes at its end may not have reached the disk.
    """
    seen: list[str] = []

    def note(name: str, place: Any) -> None:
        if isinstance(place, str | os.PathLike) and "/xla" in os.fspath(place):
            return  # what JAX keeps of its programs is no part of a run
        seen.append(name)
        if len(seen) == last:
            if name == "fsync" and os.path.isfile(f"/proc/self/fd/{place}"):
                os.ftruncate(place, max(0, os.fstat(place).st_size - lost))
            os.kill(os.getpid(), signal.SIGKILL)

    for name in CHANGES:
        setattr(os, name, noted(getattr(os, name), name, note))
    opened = builtins.open

    def open_noted(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        if mode.strip("rbt"):
            note("open", file)
        return opened(file, mode, *args, **kwargs)

    builtins.open = io.open = open_noted  # type: ignore[assignment]
    return seen


def noted(real: Callable, name: str, note: Callable[[str, Any], None]) -> Callable:
    """A function that is noted before it is called."""

    def call(*args: Any, **kwargs: Any) -> Any:
        note(name, args[0])
        return real(*args, **kwargs)

    return call


def spent(process: int) -> float:
    """The processor time of a process, in seconds."""
    try:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) * TICK


if __name__ == "__main__":
    main()
