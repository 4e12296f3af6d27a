"""The channel from a child process: bounded lines, with deadlines of the parent.

The child is not trusted. A valid line is short, arrives before a deadline that no byte
can extend, and is of the expected kind; anything else is a failure of the child.
"""

import json
import os
import selectors
import time
from typing import IO, NamedTuple

from telic.scale.locator_worker import SHORT

LONGEST = 64 << 10
"""The longest line, in bytes."""


class Message(NamedTuple):
    """A line from the child; `end` after the last one, `late` at the deadline."""

    at: str
    text: str = ""
    line: str = ""
    code: int = 0
    token: str = ""


class Channel:
    """The parent's end of the channel."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Read from a pipe, without blocking; no other thread may read it."""
        self._pipe, self._handle, self._held = pipe, pipe.fileno(), b""
        os.set_blocking(self._handle, False)

    def close(self) -> None:
        """Close the parent's end."""
        self._pipe.close()

    def take(self, deadline: float) -> Message:
        """The next message.

        Args:
            deadline: The deadline, on the clock of `time.monotonic`.
        """
        with selectors.DefaultSelector() as ready:
            ready.register(self._handle, selectors.EVENT_READ)
            while b"\n" not in self._held:
                left = deadline - time.monotonic()
                if left <= 0 or not ready.select(left):
                    return Message("late")
                more = os.read(self._handle, LONGEST)
                if not more:
                    return Message("end")
                self._held += more
                if len(self._held) > LONGEST:
                    return _FORGED
        line, _, self._held = self._held.partition(b"\n")
        return _read(line)


_FORGED = Message("failed", "crashed: it wrote where only telic writes")


def _read(line: bytes) -> Message:
    """The message in a line; a malformed line is a failure of the child."""
    try:
        found = Message(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return _FORGED
    whole = type(found.code) is int and abs(found.code) < 1 << 31
    texts = (found.at, found.text, found.line, found.token)
    if not (whole and all(isinstance(x, str) for x in texts)):
        return _FORGED
    if found.at in ("end", "late"):
        return _FORGED
    return found._replace(
        text=printable_text(found.text), line=printable_text(found.line)
    )


def printable_text(text: str) -> str:
    """Untrusted text, shortened and safe for any terminal or page.

    Example:
        >>> printable_text("a" + chr(27) + "[31mb")
        'a·[31mb'
    """
    return "".join(c if c.isprintable() else "·" for c in text[:SHORT])
