"""Explanations of disk errors: the reason, and the remedy for that reason."""

import errno
from pathlib import Path

from telic.core.errors import StorageError

ROOM = "make room, or choose another --root"
PLACE = "choose a place that can be written, with --root or --out"
GONE = "was it moved or removed? put it back, or choose another --root"
BROKEN = "look at the disk; telic runs verify says what is still sound"

REASONS = {
    errno.ENOSPC: ("the disk is full", ROOM),
    errno.EDQUOT: ("the quota is used up", ROOM),
    errno.EFBIG: ("the file would be larger than allowed", ROOM),
    errno.EROFS: ("the disk is read-only", PLACE),
    errno.EACCES: ("permission was denied", PLACE),
    errno.EPERM: ("permission was denied", PLACE),
    errno.ENOENT: ("the file or its folder is missing", GONE),
    errno.ESTALE: ("the disk was taken away", GONE),
    errno.ENXIO: ("the disk was taken away", GONE),
    errno.ENODEV: ("the disk was taken away", GONE),
    errno.EIO: ("the disk failed", BROKEN),
    errno.ENOTDIR: ("a file stands where a folder should be", PLACE),
    errno.EISDIR: ("a folder stands where a file should be", PLACE),
    errno.EEXIST: ("something else stands there", PLACE),
    errno.ENOTEMPTY: ("something else stands there", PLACE),
    errno.ELOOP: ("a link stands there, and links are not followed", PLACE),
    errno.ENAMETOOLONG: ("the name is too long", PLACE),
    errno.EMFILE: ("too many files are open", "close some, or raise: ulimit -n"),
    errno.ENFILE: ("too many files are open", "close some, or raise: ulimit -n"),
}
"""Reason and remedy for each error of the disk; none of them is a bug in telic."""


def disk_error(error: Exception, place: Path | str) -> StorageError | None:
    """The StorageError for an `OSError` of the disk; None for any other error.

    Args:
        error: The unexpected error.
        place: The path in use, if the error does not name one.
    """
    if isinstance(error, OSError) and error.errno in REASONS:
        return refusal(error, error.filename or place, "use")
    return None


def refusal(error: OSError, path: Path | str, verb: str = "write") -> StorageError:
    """The StorageError for an `OSError`, with the remedy for its reason.

    Example:
        >>> print(refusal(OSError(errno.ENOSPC, "No space left"), "a/run.json"))
        cannot write a/run.json
          why: the disk is full
          fix: make room, or choose another --root; what was written stays good
    """
    text = error.strerror or str(error)
    why, fix = REASONS.get(error.errno or 0, (text, "see the reason"))
    stays = "; what was written stays good" if verb == "write" else ""
    return StorageError(f"cannot {verb} {path}", why=why, fix=fix + stays)
