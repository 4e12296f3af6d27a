"""Errors that say what went wrong, why, and what to do.

Every error that a user can cause is a `TelicError`. Its three parts are printed on
three lines by the command line, without a traceback, and its `code` is the exit code
of the process. A program that catches one can read the parts.
"""


class TelicError(Exception):
    """What went wrong, why, and what to do about it.

    Attributes:
        what: One line: the thing that failed, with the value that was seen.
        why: One line: the rule that the value broke (may be empty).
        fix: One line: what to do next (may be empty).
        code: The exit code of a process that stops with this error.

    Example:
        >>> print(TelicError("no run 'a/s1'", why="2 exist", fix="telic runs list"))
        no run 'a/s1'
          why: 2 exist
          fix: telic runs list
    """

    code = 70

    def __init__(self, what: str, *, why: str = "", fix: str = "") -> None:
        """Keep the three parts; the message joins those that are not empty."""
        self.what, self.why, self.fix = what, why, fix
        parts = [what, why and f"  why: {why}", fix and f"  fix: {fix}"]
        super().__init__("\n".join(part for part in parts if part))


class InputError(TelicError, ValueError):
    """A value given by the user is not one of the allowed ones."""

    code = 2


class DamagedError(TelicError):
    """A file on disk is not what was written: its hash, size or form is wrong."""

    code = 3


class BusyError(TelicError):
    """Another process is writing to this run."""

    code = 4


class DivergedError(TelicError):
    """A loss, gradient or weight is not finite, or a weight is beyond all measure."""

    code = 5


class StorageError(TelicError):
    """The disk refused a write: full, read-only or not permitted."""

    code = 6


class WorldError(TelicError):
    """A simulator raised, hung, or answered with what its world does not promise."""

    code = 7


THEIRS = (Exception, SystemExit)
"""What other people's code raises, and telic says in its own words: not Ctrl-C."""


def said(error: BaseException) -> str:
    """Another's error as part of a message: its type, and the first line of its text.

    Example:
        >>> said(ValueError("no such key"))
        'ValueError: no such key'
    """
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}".removesuffix(": ")
