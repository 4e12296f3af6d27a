"""Conditions on runs: formulas over the columns of one row, word by word.

Only words of a short list reach SQLite: no subqueries, no joins, no comments, and no
function whose result is much longer than its arguments. So the cost of a condition per
row is bounded by its length.
"""

import re
from collections.abc import Mapping

from telic.core.errors import InputError
from telic.core.names import nearest

FUNCTIONS = (
    "abs",
    "coalesce",
    "ifnull",
    "length",
    "lower",
    "max",
    "min",
    "round",
    "substr",
    "trim",
    "upper",
)
"""The allowed functions, whose results are no longer than their arguments."""

WORDS = ("and", "or", "not", "in", "is", "null", "like", "glob", "between", "escape")
WORDS += ("case", "when", "then", "else", "end", "true", "false")
"""The other allowed words."""

EXAMPLE = 'example: --where "seed < 5 and final_return_blue > 0.9"'

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<text>'(?:[^']|'')*')
    |(?P<number>(?>\d+\.?\d*|\.\d+)(?>(?:[eE][+-]?\d+)?)(?![\w.]))
    |(?P<name>[A-Za-z_]\w*|"[^"]+")
    |(?P<sign><=|>=|<>|!=|==|\|\||[-+*/%<>=(),])""",
    re.VERBOSE | re.ASCII,
)
LONGEST = 10_000
"""The longest condition, in characters."""


def checked_condition(where: str, known: Mapping[str, str]) -> tuple[str, list[str]]:
    """A condition made of allowed words only, and the columns that it names."""
    if len(where) > LONGEST:
        why = f"it has {len(where)} characters, of at most {LONGEST}"
        raise InputError("cannot use the condition", why=why, fix=EXAMPLE)
    if not where.strip():
        raise InputError("the condition is empty", why="then leave it out", fix=EXAMPLE)
    words: list[str] = []
    used: dict[str, None] = {}
    place = 0
    while place < len(where):
        match = _TOKEN.match(where, place)
        if not match:
            why = f"{brief(where[place : place + 10])} has no place in a condition"
            raise refused(where, why)
        place, word = match.end(), match[0]
        if match.lastgroup == "name" and word.lower() not in WORDS:
            called = where[place:].lstrip().startswith("(")
            word = (
                _function(word, where)
                if called
                else checked_column(word.strip('"'), known)
            )
            if not called:
                used[word] = None
                word = f'"{word}"'
        words.append(word)
    # Joined by spaces, or two allowed signs could together begin a comment.
    return " ".join(words), list(used)


def checked_column(name: str, known: Mapping[str, str]) -> str:
    """A column name in its proper case.

    Raises:
        InputError: If there is no such column; it names the nearest.
    """
    if name.lower() in known:
        return known[name.lower()]
    near = nearest(name[:64], list(known.values())[:1000])
    some = ", ".join(list(known.values())[:12])
    fix = f"did you mean {near!r}?" if near else f"columns: {some} …"
    raise InputError(f"there is no column {brief(name)}", fix=fix)


def refused(where: str, why: str) -> InputError:
    """The error for a condition that cannot be used."""
    return InputError(f"cannot use the condition {brief(where)}", why=why, fix=EXAMPLE)


def brief(text: str) -> str:
    """Text in quotes, shortened to at most 80 characters."""
    return repr(text if len(text) <= 80 else f"{text[:79]}…")


def _function(name: str, where: str) -> str:
    """The name of a function, checked to be allowed."""
    if name.lower() in FUNCTIONS:
        return name
    raise refused(where, f"no function {brief(name)}; known: {', '.join(FUNCTIONS)}")
