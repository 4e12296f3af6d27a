"""The keeper process: it isolates and starts a locator's process, and waits for it.

    python -m telic.scale.room

The examiner writes one line of JSON, an order, to its standard input. The keeper
isolates itself if the order asks for it, limits the child's resources, and starts it.
It adopts the orphans of the child, so that the examiner finds all of them below one
process; when the child ends, it reports so in a line of JSON on its standard output.
"""

import contextlib
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from signal import SIGKILL
from typing import Any

from telic.scale import walls


def main() -> None:
    """Carry out the order of the examiner."""
    order = json.loads(_line())
    _die_with_parent(order["parent"])
    walls.prctl(walls.ADOPT_ORPHANS, 1)
    walls.prctl(walls.NO_NEW_RIGHTS, 1)
    with contextlib.suppress(OSError):  # if memory runs out, kill this one first
        Path("/proc/self/oom_score_adj").write_text("1000")
    if order["walls"]:
        _enter(order["walls"])
    _keep(order)


def _line() -> bytes:
    """The first line of standard input, without reading any byte after it."""
    found = b""
    while not found.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit("the examiner is gone")
        found += byte
    return found


def _enter(plan: Mapping[str, Any]) -> None:
    """Continue as the first process in isolation; the outer process waits for it."""
    try:
        walls.leave()
        first = os.fork()
        if first:
            os.waitpid(first, 0)
            sys.exit()
        walls.prctl(walls.DIE_WITH_PARENT, SIGKILL)
        walls.prctl(walls.DUMPABLE, 0)
        show, hide = (map(Path, plan[name]) for name in ("show", "hide"))
        walls.build(Path(plan["room"]), show, hide, Path(plan["home"]))
        walls.give_up_rights()
    except (OSError, AttributeError) as error:  # a C library may lack a call
        _say(at="refused", text=str(error))
        sys.exit()


def _keep(order: Mapping[str, Any]) -> None:
    """Start the child; wait for it and for all its orphans."""
    child = os.fork()
    if not child:
        walls.prctl(walls.DIE_WITH_PARENT, SIGKILL)
        _limit(order["limits"])
        os.chdir(order["home"])
        os.execve(order["command"][0], order["command"], order["environment"])
    while True:
        try:
            ended, status = os.wait()
        except ChildProcessError:
            return
        if ended == child:
            _say(at="died", code=os.waitstatus_to_exitcode(status))


def _limit(limits: Mapping[str, int]) -> None:
    """Limit the resources of this process and its children, where possible."""
    import resource

    for name, most in limits.items():
        with contextlib.suppress(AttributeError, ValueError, OSError):
            number = getattr(resource, f"RLIMIT_{name}")
            _, hard = resource.getrlimit(number)
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(number, (most, most))


def _die_with_parent(parent: int) -> None:
    """Have this process killed when the examiner dies; exit if it has."""
    walls.prctl(walls.DIE_WITH_PARENT, SIGKILL)
    if os.getppid() != parent:
        sys.exit()


def _say(**message: Any) -> None:
    """Send a line to the examiner, if it listens."""
    with contextlib.suppress(OSError):
        os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main()
