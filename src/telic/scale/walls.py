"""Isolation of a process: namespaces, a private file system, and no way back.

Linux lets any user create a *user namespace* with private mounts, processes and network
(`man 7 user_namespaces`); where a system forbids it, the first call fails and nothing
has changed. A process inside sees

    the files of Python and telic, the locator's folder    read-only
    /tmp and its home                                      private, in memory
    /proc                                                  only processes inside
    no network, no other process, no other file

and when the first process inside dies, the kernel kills all others. Standard library
only, and no import of telic: this runs before anything else is loaded.
"""

import ctypes
import functools
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

ISOLATION = ("try", "must", "off")
"""The choices: isolate if the system allows it, or else refuse, or do not isolate."""

# From linux/sched.h: user, mounts, processes, network, System V and POSIX IPC, names.
NAMESPACES = 0x10000000 | 0x20000 | 0x20000000 | 0x40000000 | 0x08000000 | 0x04000000

DIE_WITH_PARENT, DUMPABLE, ADOPT_ORPHANS, NO_NEW_RIGHTS = 1, 4, 36, 38
"""The process properties for `prctl` (linux/prctl.h)."""

_NOSUID, _NODEV, _BIND, _REC, _PRIVATE = 2, 4, 4096, 16384, 1 << 18
_MOUNT_SETATTR, _READ_ONLY, _RECURSIVE = 442, 1, 0x8000
_DETACH, _HERE = 2, -100
_DROP_BOUND, _AMBIENT, _CLEAR = 24, 47, 4
_GET_DUMPABLE, _GET_ADOPT_ORPHANS = 3, 37
_CAPABILITIES = struct.pack("Ii", 0x20080522, 0)

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "passwd", "group")
PROCESSOR = "/sys/devices/system"
DEVICES = ("null", "zero", "full", "random", "urandom")
SCRATCH = "size=256m,mode=1777"


def prctl(option: int, value: int) -> bool:
    """Set one property of this process; return False where the system has none."""
    if sys.platform != "linux":
        return False
    return _libc().prctl(option, value, 0, 0, 0) == 0


def held(option: int) -> int:
    """The value of `DUMPABLE` or `ADOPT_ORPHANS` of this process."""
    if sys.platform != "linux":
        return 0
    if option == DUMPABLE:
        return _libc().prctl(_GET_DUMPABLE, 0, 0, 0, 0)
    found = ctypes.c_int()
    _libc().prctl(_GET_ADOPT_ORPHANS, ctypes.byref(found), 0, 0, 0)
    return found.value


def leave() -> None:
    """Enter new namespaces; the next child is the first process in them.

    Raises:
        OSError: If the system does not allow it; nothing has changed then.
    """
    if sys.platform != "linux":
        raise OSError(f"{sys.platform} has no namespaces")
    user, group = os.geteuid(), os.getegid()
    _done("a namespace", _libc().unshare(NAMESPACES))
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text)


def build(room: Path, show: Iterable[Path], hide: Iterable[Path], home: Path) -> None:
    """Build a new root file system in an empty folder, and enter it for good.

    Args:
        room: The folder on which it is mounted.
        show: The paths to show in it, read-only.
        hide: The folders to hide, also inside shown ones; a shown path inside a
            hidden folder stays visible.
        home: The path of an empty, writable folder.

    Raises:
        OSError: If a step is not allowed; the process must then exit.
    """
    _mount("none", Path("/"), flags=_REC | _PRIVATE)
    _mount("tmpfs", room, "tmpfs", _NOSUID | _NODEV, "size=16m,mode=755")
    for path in (Path(name) for name in SYSTEM):
        if path.is_symlink():
            _into(room, path).symlink_to(os.readlink(path))
        elif path.exists():
            _show(room, path)
    for path in [*(Path("/etc", name) for name in SETTINGS), Path(PROCESSOR)]:
        if path.exists():
            _show(room, path)
    _empty(room, Path("/tmp"), SCRATCH)
    _devices(room)
    inside = sorted(set(show), key=lambda path: len(path.parts))
    hidden = sorted(set(hide), key=lambda path: len(path.parts))
    for path in inside:
        _show(room, path)
    for path in hidden:
        if _within(room, path).is_dir():
            _empty(room, path, "size=1m,mode=755")
            for again in inside:
                if path in again.parents:
                    _show(room, again)
            _read_only(_within(room, path), 0)
    _empty(room, home, SCRATCH)
    os.mkdir(_within(room, Path("/proc")))
    _mount("proc", _within(room, Path("/proc")), "proc", _NOSUID | _NODEV)
    _read_only(_within(room, Path("/proc")), 0)
    _read_only(room, 0)
    os.chdir(room)
    _done("another root", _libc().pivot_root(b".", b"."))
    _done("another root", _libc().umount2(b".", _DETACH))
    os.chdir("/")


def give_up_rights() -> None:
    """Drop every capability that the namespace gave."""
    libc = _libc()
    libc.prctl(_AMBIENT, _CLEAR, 0, 0, 0)
    for number in range(64):
        libc.prctl(_DROP_BOUND, number, 0, 0, 0)  # fails beyond the last one
    _done("rights", libc.capset(_CAPABILITIES, bytes(24)))


def _show(room: Path, path: Path) -> None:
    """Mount a file or folder in the new root, with its mounts, read-only."""
    place = _into(room, path)
    if path.is_dir():
        place.mkdir(exist_ok=True)
    elif not place.exists():
        place.touch()
    _mount(str(path), place, flags=_BIND | _REC)
    _read_only(place, _RECURSIVE)


def _empty(room: Path, path: Path, size: str) -> None:
    """Mount an empty folder in memory."""
    place = _into(room, path)
    place.mkdir(exist_ok=True)
    _mount("tmpfs", place, "tmpfs", _NOSUID | _NODEV, size)


def _devices(room: Path) -> None:
    """Mount the harmless devices, and no others."""
    _empty(room, Path("/dev"), "size=1m,mode=755")
    for name in DEVICES:
        place = _into(room, Path("/dev", name))
        place.touch()
        _mount(f"/dev/{name}", place, flags=_BIND)
    _empty(room, Path("/dev/shm"), SCRATCH)
    for name, place in (("fd", "self/fd"), ("stdin", "self/fd/0")):
        _into(room, Path("/dev", name)).symlink_to(f"/proc/{place}")


def _into(room: Path, path: Path) -> Path:
    """A path in the new root, whose parent folder is created."""
    place = _within(room, path)
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _within(room: Path, path: Path) -> Path:
    """A path in the new root."""
    return room / path.relative_to("/")


def _mount(
    what: str, where: Path, kind: str = "", flags: int = 0, data: str = ""
) -> None:
    """`mount(2)`."""
    texts = [os.fsencode(text) or None for text in (what, where, kind)]
    result = _libc().mount(*texts, ctypes.c_ulong(flags), data.encode() or None)
    _done(f"{kind or what} at {where}", result)


def _read_only(where: Path, flags: int) -> None:
    """Make a mount read-only and nosuid."""
    wanted = struct.pack("QQQQ", _READ_ONLY | _NOSUID, 0, 0, 0)
    call = _libc().syscall
    path = os.fsencode(where)
    _done(f"{where}", call(_MOUNT_SETATTR, _HERE, path, flags, wanted, len(wanted)))


def _done(what: str, result: int) -> None:
    """Raise if a system call failed."""
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


@functools.cache
def _libc() -> ctypes.CDLL:
    """The C library."""
    return ctypes.CDLL(None, use_errno=True)
