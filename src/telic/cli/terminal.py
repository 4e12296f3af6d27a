"""Reading arguments and writing to a terminal: short errors, clean text, tables."""

import contextlib
import dataclasses
import io
import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar, runtime_checkable

import tyro

from telic.core.errors import InputError, TelicError

Options = TypeVar("Options")
Command = TypeVar("Command", bound="Preset")


@runtime_checkable
class Preset(Protocol):
    """Options of a command that has a study and begins from one of its presets."""

    @property
    def preset(self) -> str: ...  # noqa: D102


LINES = 8
"""The longest error, in lines."""

TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00"
"""A time as runs state it."""

TITLES = {"Unrecognized options", "Value error", "Missing argument", "Parsing error"}
"""Titles of the frames in which tyro puts its complaints."""


def parse(
    kind: type[Options], argv: Sequence[str], *, prog: str, default: Any = None
) -> Options:
    """The options that arguments stand for, as an instance of `kind`.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; it names the nearest one.
    """
    said = io.StringIO()
    given = {} if default is None else {"default": default}
    try:
        with contextlib.redirect_stderr(said):
            return tyro.cli(
                tyro.conf.OmitArgPrefixes[kind],
                args=list(argv),
                prog=prog,
                config=(tyro.conf.FlagCreatePairsOff,),
                **given,
            )
    except SystemExit as stop:
        if not stop.code:
            raise
        raise _wrong(said.getvalue(), prog) from None


def parse_study(
    command: Command, kind: Any, argv: Sequence[str], *, prog: str
) -> tuple[Command, Any]:
    """The options of a command, and those of a study on top of its preset.

    Args:
        command: The command's own options as they are by default, `preset` among them.
        kind: The class of the study's settings, with a `preset(name)`.
        argv: The arguments.
        prog: What was called, for the help.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; it names the nearest one.
    """
    preset = named(argv, "--preset", command.preset)
    both = dataclasses.make_dataclass(
        "Options", [("command", type(command)), ("study", kind)], frozen=True
    )
    both.__doc__ = kind.__doc__
    default = both(command=command, study=kind.preset(preset))
    found = parse(both, argv, prog=prog, default=default)
    return found.command, found.study


def named(argv: Sequence[str], option: str, default: str) -> str:
    """The value of one option, read before all others: it decides their defaults.

    Example:
        >>> named(["--preset", "small"], "--preset", "full")
        'small'
    """
    for here, following in zip(argv, [*argv[1:], ""], strict=True):
        if here == option and following:
            return following
        if here.startswith(f"{option}="):
            return here.removeprefix(f"{option}=")
    return default


def root_folder(given: Path | None = None) -> Path:
    """The folder of experiments: what was given, else TELIC_ROOT, else telic_runs."""
    return given or Path(os.environ.get("TELIC_ROOT", "telic_runs"))


def clean(text: object, longest: int = 200) -> str:
    """Text from a file, made safe for a terminal: no control or direction characters.

    Example:
        >>> clean("a" + chr(27) + "[31mb")
        'a·[31mb'
    """
    return "".join(
        c if unicodedata.category(c)[0] != "C" else "·" for c in str(text)[:longest]
    )


def say(text: str = "") -> None:
    """A line on standard output, at once."""
    print(text, flush=True)


def say_json(value: object) -> None:
    """A JSON value on standard output, one line; plain ASCII where people may see it.

    Control and direction characters from a file could otherwise reach the terminal.
    """
    text = json.dumps(value, default=str, ensure_ascii=False)
    plain = sys.stdout.isatty() or not _can_be_encoded(text)
    say(json.dumps(value, default=str) if plain else text)


def remark(notes: Iterable[str]) -> None:
    """Notes on standard error, beside what was asked for."""
    for note in notes:
        print(f"note: {clean(note)}", file=sys.stderr)


def short(value: Any) -> Any:
    """A value for people: a time to the minute, a number to six digits.

    Example:
        >>> short("2026-01-02T03:04:05+00:00"), short(0.30000000000000004), short(7)
        ('2026-01-02 03:04', 0.3, 7)
    """
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, str) and re.fullmatch(TIME, value):
        return value[:16].replace("T", " ")
    return value


def complain(error: TelicError) -> None:
    """An error on standard error, in at most eight lines."""
    lines = [f"telic: {error.what}", error.why and f"  why: {error.why}"]
    lines.append(error.fix and f"  fix: {error.fix}")
    text = "\n".join(line for line in lines if line).splitlines()[:LINES]
    print("\n".join(clean(line) for line in text), file=sys.stderr)


def table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned columns; numbers to the right, with three decimals.

    Example:
        >>> print(table([{"run": "a", "return": 0.5}], ["run", "return"]))
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
    """Whether text has no half characters, as only a foreign file can bring."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _cell(value: Any) -> str:
    """One value of a table."""
    if value is None:
        return "–"
    return f"{value:.3f}" if isinstance(value, float) else clean(value)


def _numeric(cell: str) -> bool:
    """Whether a cell holds a number, or the absence of one."""
    return cell == "–" or cell.lstrip("-").replace(".", "", 1).isdigit()


def _wrong(said: str, prog: str) -> InputError:
    """The complaint of tyro without its frame: what, and the nearest options."""
    lines = [line.strip("│╭╮╰╯─|+ ") for line in said.splitlines()]
    kept = [
        line
        for line in lines
        if line.strip("-")
        and not line.startswith(("For full helptext", "Perhaps", "Argument"))
    ]
    kept = [line for line in kept if line not in TITLES] or ["wrong arguments"]
    hints = [line for line in kept[1:] if line.startswith("--")]
    near = " or ".join(hint.split()[0] for hint in hints[:2])
    parts = dict(re.findall(r"(?m)^(why|fix): (.+)$", "\n".join(kept)))
    other = [line for line in kept[1:] if not line.startswith(("--", "why:", "fix:"))]
    return InputError(
        kept[0],
        why=parts.get("why") or next(iter(other), ""),
        fix=parts.get("fix")
        or (f"did you mean {near}?" if near else f"see: {prog} --help"),
    )
