"""Errors that show an expression, with a caret under the character at fault.

An expression is untrusted text. So its excerpt is safe for a terminal, one line long,
and cut around the caret; the whole message has at most six lines.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from telic.core.errors import InputError

WIDTH = 72
"""The length of the excerpt from a long expression, in characters."""

LONGEST = 160
"""The longest line of an explanation, in characters."""


class ExpressionError(InputError):
    """An expression that cannot be parsed or evaluated.

    Attributes:
        at: The index of the character at fault, from 0.
    """

    # Set by `fault`, as an exception with such an argument could not be pickled, and
    # errors are sent between processes.
    at: int = 0


def fault(
    text: str, at: int, what: str, *, why: str = "", fix: str = ""
) -> ExpressionError:
    """An error that shows an expression with a caret under one character.

    Args:
        text: The expression.
        at: The index of the character; the end is just after the last one.
        what: The failure, with the value at fault.
        why: The rule that was broken.
        fix: The remedy.

    Example:
        >>> print(fault("a + ?", 4, "cannot read '?'", fix="leave it out"))
        cannot read '?'
            a + ?
                ^
          fix: leave it out
    """
    shown, column = excerpt(text, at)
    what, why, fix = (harmless(part, LONGEST) for part in (what, why, fix))
    lines = f"{what}\n    {shown}\n    {' ' * column}^"
    error = ExpressionError(lines, why=why, fix=fix)
    error.at = at
    return error


@contextmanager
def pointing(text: str, at: int) -> Iterator[None]:
    """A block in which every `InputError` gets a caret, unless it has one.

    Raises:
        ExpressionError: In place of an `InputError`.

    Example:
        >>> with pointing("a + b", 4):
        ...     raise InputError("there is no 'b'")
        Traceback (most recent call last):
        telic.expressions.faults.ExpressionError: there is no 'b'
            a + b
                ^
    """
    try:
        yield
    except ExpressionError:
        raise
    except InputError as error:
        raise fault(text, at, error.what, why=error.why, fix=error.fix) from error


def excerpt(text: str, at: int) -> tuple[str, int]:
    """The displayed part of an expression, and the column of the caret in it.

    Example:
        >>> excerpt("a" + chr(10) + chr(27) + "b", 3)
        ('a ·b', 3)
    """
    start = max(0, at - WIDTH // 2) if len(text) > WIDTH else 0
    part = harmless(text[start : start + WIDTH])
    if start + WIDTH < len(text):
        part = f"{part[:-1]}…"
    if start > 0:
        part = f"…{part[1:]}"
    return part, at - start


def harmless(text: str, longest: int | None = None) -> str:
    r"""Text in one line without control or direction characters, cut if too long.

    Example:
        >>> harmless("a\tb\x1b[31m")
        'a b·[31m'
        >>> harmless("abcdef", 4)
        'abc…'
    """
    if longest is not None and len(text) > longest:
        text = f"{text[: longest - 1]}…"
    return "".join(
        " " if c in "\t\r\n" else c if c.isprintable() else "·" for c in text
    )
