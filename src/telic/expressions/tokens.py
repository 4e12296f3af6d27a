"""The tokens of an expression, and the check of their order.

Python's parser reads an expression (`telic.expressions.syntax`) only after its tokens
have been checked here. So that parser gets only arithmetic, calls and `name@phase`, of
bounded depth and length; and an error is reported at the first misplaced token, the
same under every version of Python.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from telic.expressions.faults import fault

LONGEST = 1000
"""The longest expression, in characters."""

DEEPEST = 50
"""The deepest nesting of parentheses, functions and minus signs."""

EXAMPLE = "example: purple@23 + 1.5 * mean(blue - purple)"
OPERAND = "an agent, a vector or a number"
PHASE = "the number of a phase"
_WHY = {
    OPERAND: "one stands on either side of + - * /",
    PHASE: "phases are counted 0, 1, 2, …",
    "an operator": "agents, vectors and numbers are joined by + - * /",
}

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)      # blue, actor.0
    (?P<function>(?=[ \t\r\n]*[(=]))?                         # mean(, phases=
  | (?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<sign>[-+*/@(),=:])
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A token of an expression.

    Attributes:
        kind: `name`; `function` for the name of one, or of an option; `number`;
            `sign`; or `end` after the last one.
        text: Its characters; empty at the end.
        at: The index of its first character, from 0.
    """

    kind: str
    text: str
    at: int

    def __str__(self) -> str:
        """The token as an error names it."""
        return f"{self.text!r}" if self.text else "the end"

    def ends_operand(self) -> bool:
        """True if a sign, but no operand, can follow it."""
        return self.kind in ("name", "number") or self.text == ")"


def tokenise(text: str) -> list[Token]:
    """The tokens of an expression in a valid order, the last one the `end`.

    Raises:
        ExpressionError: If not valid: at the first character that is not part of the
            language or exceeds its length, else at the first misplaced token.

    Example:
        >>> [token.text for token in tokenise("purple@23 - only(v, actor/0)")]
        ['purple', '@', '23', '-', 'only', '(', 'v', ',', 'actor', '/', '0', ')', '']
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
        what = f"the expression has {len(text)} characters"
        raise fault(text, LONGEST, what, why=f"allowed: up to {LONGEST}")
    if not found:
        fix = "example: blue@2 - purple"
        raise fault(text, len(text), "the expression is empty", fix=fix)
    found.append(Token("end", "", len(text)))
    _check_order(text, found)
    return found


def _strange(text: str, at: int) -> Exception:
    """The error for a character that is not part of the language."""
    code, name = ord(text[at]), unicodedata.name(text[at], "no name").lower()
    return fault(
        text,
        at,
        f"cannot read the character U+{code:04X} ({name})",
        why="allowed: ASCII letters, digits, '_', '.', '@', + - * / ( ) , = :",
        fix="example: only(blue - purple, actor/0)" if text[at] in "[]" else EXAMPLE,
    )


def _check_order(text: str, tokens: Sequence[Token]) -> None:
    """Raise at the first token that is misplaced or nested too deeply."""
    around = [""]  # the enclosing parentheses, calls and minus signs
    before = last = Token("", "", 0)
    for token in tokens:
        while last.ends_operand() and around[-1] == "-":
            around.pop()
        wanted = _wanted(before, last, token, around[-1])
        if wanted:
            raise _misplaced(text, before, last, token, wanted)
        if token.text == ")":
            around.pop()
        elif token.text == "(":
            around.append("call" if last.kind == "function" else "(")
        elif token.text == "-" and not last.ends_operand():
            around.append("-")
        if len(around) > DEEPEST + 1:
            what = "the expression is too deeply nested"
            why = f"allowed: {DEEPEST} parentheses, functions and minus signs deep"
            raise fault(text, token.at, what, why=why)
        before, last = last, token


def _wanted(before: Token, last: Token, token: Token, around: str) -> str:
    """The tokens allowed in place of a misplaced token; "" if it is valid."""
    if last.text in ("@", "=", ":"):
        return "" if token.text.isdigit() else PHASE
    if before.text in ("=", ":"):
        sign = ":" if before.text == "=" else ")"
        return "" if token.text == sign else repr(sign)
    if not last.ends_operand() and last.kind != "function":
        empty = around == "call" and last.text + token.text == "()"
        signs = token.kind in ("sign", "end") and token.text not in ("-", "(")
        return OPERAND if signs and not empty else ""
    allowed = [*"+-*/", *(["@"] if last.kind == "name" else [])]
    if last.kind == "function":
        option = around == "call" and before.text in ("(", ",")
        allowed = ["(", *(["="] if option else [])]
    closing = {"(": ["')'"], "call": ["','", "')'"]}.get(around, ["the end"])
    if token.text in allowed or str(token) in closing:
        return ""
    return ", ".join(["an operator", *closing[:-1]]) + f" or {closing[-1]}"


def _misplaced(
    text: str, before: Token, last: Token, token: Token, wanted: str
) -> Exception:
    """The error for a misplaced token."""
    why = next((why for start, why in _WHY.items() if wanted.startswith(start)), "")
    if {"=", ":"} & {before.text, last.text}:
        why = "phases=2:17 stands for phases 2 to 16"
    fix = EXAMPLE if wanted == OPERAND else ""
    forgotten = token.kind in ("name", "function") or token.text == "("
    if forgotten and last.kind == "number" and before.text not in ("@", "=", ":"):
        meant = "(…)" if token.text == "(" else token.text
        fix = f"did you mean {last.text} * {meant}?"
    return fault(text, token.at, f"expected {wanted}, found {token}", why=why, fix=fix)
