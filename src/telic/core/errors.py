"""Errors with three parts: what went wrong, why, and how to fix it.

Every error that a user can cause is a `TelicError`. The command line prints its three
parts on three lines, without a traceback, and exits with its `code`. A program that
catches one can read the parts.
"""


class TelicError(Exception):
    """An error with its cause and its remedy; the base class of all others.

    Attributes:
        what: The failure, with the value at fault; one line.
        why: The rule that the value broke; one line, may be empty.
        fix: The remedy; one line, may be empty.
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
    """A file on disk is damaged: its hash, size or form is wrong."""

    code = 3


class BusyError(TelicError):
    """Another process is writing to this run."""

    code = 4


class DivergedError(TelicError):
    """A loss, gradient or weight is not finite, or a weight is too large."""

    code = 5


class StorageError(TelicError):
    """A write to disk failed: full, read-only or not permitted."""

    code = 6


class WorldError(TelicError):
    """A simulator raised, hung, or broke its world's contract."""

    code = 7


THEIRS = (Exception, SystemExit)
"""The exceptions of third-party code that telic reports as its own; not Ctrl-C."""


def said(error: BaseException) -> str:
    """A third-party exception in a message: its type, and the first line of its text.

    Example:
        >>> said(ValueError("no such key"))
        'ValueError: no such key'
    """
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0][:200]}".removesuffix(": ")
