"""The words of an expression: `purple@23 + 1.5 * v` as a list of tokens.

The lexer knows numbers, names and signs, each with its place in the text, so that
every later error can point at the character that caused it. The language is ASCII.
"""

import dataclasses
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from telic.expressions.faults import fault

LONGEST = 1000
"""The longest expression, in characters."""

DEEPEST = 50
"""How deep parentheses, functions and minus signs may be nested."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)      # blue, actor.0
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<sign>[-+*/@(),=:])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A word of an expression.

    Attributes:
        kind: `name`, `number`, `sign`, or `end` behind the last one.
        text: Its characters; empty at the end.
        at: The number of its first character, from 0.
    """

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        """The token as an error names it."""
        return f"{self.text!r}" if self.text else "the end"


def tokenise(text: str) -> list[Token]:
    """The tokens of an expression, the last of them of kind `end`.

    Raises:
        ExpressionError: At the first character that is not part of the language, or
            that is one too many.

    Example:
        >>> [token.text for token in tokenise("purple@23 - only(v, actor.0)")]
        ['purple', '@', '23', '-', 'only', '(', 'v', ',', 'actor.0', ')', '']
    """
    found, at = [], 0
    while at < min(len(text), LONGEST):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _strange(text, at)
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
        at = match.end()
    if len(text) > LONGEST:
        raise _long(text)
    return [*found, Token("end", "", len(text))]


@dataclasses.dataclass
class Reader:
    """Where the parser stands in its tokens, and how deep."""

    text: str
    tokens: list[Token]
    place: int = 0
    depth: int = 0

    @property
    def next(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.place]

    @property
    def after(self) -> Token:
        """The token behind the next."""
        return self.tokens[self.place + 1]

    def sees(self, *signs: str) -> bool:
        """Whether one of these signs comes next."""
        return self.next.kind == "sign" and self.next.text in signs

    def take(self) -> Token:
        """The token that comes next, which is then behind; never call it at the end."""
        self.place += 1
        return self.tokens[self.place - 1]

    def expect(self, what: str, *, kind: str = "sign", text: str = "") -> Token:
        """The next token, which must be of a kind, and perhaps have a certain text."""
        token = self.next
        if token.kind != kind or (text and token.text != text):
            joined = "agents, vectors and numbers are joined by + - * /"
            why = joined if what.startswith("an operator") else ""
            self.fail(f"expected {what}, found {token}", why=why, fix=self._unsaid())
        return token if kind == "end" else self.take()

    def _unsaid(self) -> str:
        """What was meant by a number right before what it is to multiply."""
        *before, factor = [Token("end", "", 0), *self.tokens[: self.place]][-2:]
        phase = bool(before) and before[0].text in ("@", ":")
        if factor.kind != "number" or phase:
            return ""
        if self.sees("("):
            return f"did you mean {factor.text} * (…)?"
        named = self.next.kind == "name"
        return f"did you mean {factor.text} * {self.next.text}?" if named else ""

    def fail(self, what: str, *, why: str = "", fix: str = "") -> NoReturn:
        """Raise an error that points at the next token."""
        raise fault(self.text, self.next.at, what, why=why, fix=fix)

    @contextmanager
    def nested(self, opening: Token) -> Iterator[None]:
        """One level deeper, inside of what `opening` opened."""
        if self.depth == DEEPEST:
            raise fault(
                self.text,
                opening.at,
                "the expression is too deeply nested",
                why=f"allowed: {DEEPEST} parentheses, functions and minus signs deep",
            )
        self.depth += 1
        yield
        self.depth -= 1


def _strange(text: str, at: int) -> Exception:
    """The error of a character that the language does not have."""
    code, name = ord(text[at]), unicodedata.name(text[at], "no name").lower()
    return fault(
        text,
        at,
        f"cannot read the character U+{code:04X} ({name})",
        why="allowed: ASCII letters, digits, '_', '.', '@', + - * / ( ) , = :",
        fix="example: purple@23 + 1.5 * mean(blue - purple)",
    )


def _long(text: str) -> Exception:
    """The error of a text that is too long."""
    return fault(
        text,
        LONGEST,
        f"the expression has {len(text)} characters",
        why=f"allowed: up to {LONGEST}",
    )
