"""Writing to a terminal: short errors, clean text, tables."""

import json
import re
import shlex
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from telic.cli.parsing import parse_options as parse_options
from telic.core.errors import TelicError
from telic.runs.root import root_folder as root_folder

LINES = 8
"""The longest error, in lines."""

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"
"""The form of a time in a run's files."""


def word(text: object) -> str:
    """Text from a file or the user, quoted as one word of a shell command.

    Example:
        >>> word("a $(b)")
        "'a $(b)'"
    """
    return shlex.quote(clean(text))


def root_option(root: Path) -> str:
    """The `--root` option of a suggested command; empty for the default root."""
    return "" if root == root_folder() else f" --root {word(root)}"


def clean(text: object, longest: int = 200) -> str:
    """Text made safe for a terminal: without control or direction characters.

    Example:
        >>> clean("a" + chr(27) + "[31mb")
        'a·[31mb'
    """
    return "".join(
        c if unicodedata.category(c)[0] != "C" else "·" for c in str(text)[:longest]
    )


def say(text: str = "") -> None:
    """Print a line on standard output, and flush it."""
    print(text, flush=True)


def say_json(value: object) -> None:
    """Print a JSON value on one line; in plain ASCII if it goes to a terminal.

    Control and direction characters from a file could otherwise reach the terminal.
    """
    text = json.dumps(value, default=str, ensure_ascii=False)
    plain = sys.stdout.isatty() or not _can_be_encoded(text)
    say(json.dumps(value, default=str) if plain else text)


def remark(notes: Iterable[str]) -> None:
    """Print notes on standard error."""
    for note in notes:
        print(f"note: {clean(note)}", file=sys.stderr)


def shortened(value: Any) -> Any:
    """A value for display: a time to the minute, a number to six digits.

    Example:
        >>> shortened("2026-01-02T03:04:05+00:00"), shortened(0.30000000000000004)
        ('2026-01-02 03:04', 0.3)
    """
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, str) and re.fullmatch(TIME, value):
        return value[:16].replace("T", " ")
    return value


def complain(error: TelicError) -> None:
    """Print an error on standard error, in at most eight lines."""
    lines = [f"telic: {error.what}", error.why and f"  why: {error.why}"]
    lines.append(error.fix and f"  fix: {error.fix}")
    text = "\n".join(line for line in lines if line).splitlines()[:LINES]
    print("\n".join(clean(line, 1000) for line in text), file=sys.stderr)


def text_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned columns; numbers to the right, with three decimals.

    Example:
        >>> print(text_table([{"run": "a", "return": 0.5}], ["run", "return"]))
        run  return
        a     0.500
    """
    cells = [[_cell(row.get(column)) for column in columns] for row in rows]
    right = [all(_numeric(line[i]) for line in cells) for i in range(len(columns))]
    lines = [list(columns), *cells]
    widths = [max(len(line[i]) for line in lines) for i in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(w) if r else cell.ljust(w)
            for cell, w, r in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def _can_be_encoded(text: str) -> bool:
    """True if the text has no lone surrogates, which only foreign files have."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cell(value: Any) -> str:
    """One value of a table."""
    if value is None:
        return "–"
    if not isinstance(value, float):
        return clean(value)
    small = 0 < abs(value) < 0.001  # a learning rate is not 0.000
    return f"{value:.2g}" if small else f"{value:.3f}"


def _numeric(cell: str) -> bool:
    """True if a cell holds a number, or stands for a missing one."""
    try:
        return cell == "–" or float(cell) is not None
    except ValueError:
        return False
