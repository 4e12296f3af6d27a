"""Errors that point into a text: the expression, and a caret under the character.

An expression is typed by hand, often inside a longer command, and may hold anything.
So what is shown of it is harmless to a terminal, one line long, and cut around the
caret; the message as a whole has at most six lines.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from telic.core.errors import InputError

WIDTH = 72
"""How much of a long expression is shown, in characters."""

LONGEST = 160
"""The longest line of an explanation, in characters."""


class ExpressionError(InputError):
    """A place in an expression that cannot be read or worked out.

    Attributes:
        at: The number of the character at which the caret stands, from 0.
    """

    # Set by `fault`: an error that took it as an argument could not be pickled, and
    # errors travel between processes.
    at: int = 0


def fault(
    text: str, at: int, what: str, *, why: str = "", fix: str = ""
) -> ExpressionError:
    """An error that shows an expression with a caret under one character.

    Args:
        text: The expression.
        at: The number of the character; that of the end stands just behind the last.
        what: What is wrong, with the value that was seen.
        why: The rule that was broken.
        fix: What to do next.

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
    """Give every `InputError` raised inside a caret, unless it has one.

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
    """What is shown of an expression, and the column of the caret in it.

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
    r"""Text in one line without control or direction characters, perhaps cut.

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
