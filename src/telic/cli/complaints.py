"""Messages about wrong arguments, in plain words and whole sentences."""

import contextlib
import os
import re
from collections.abc import Iterator, Sequence

from telic.cli.options import Option
from telic.cli.spelling import spelt
from telic.cli.twin import metavar
from telic.core.errors import InputError
from telic.core.names import nearest

TITLES = {"Unrecognized options", "Value error", "Missing argument", "Parsing error"}
"""The titles of the frames around tyro's messages."""

BOILERPLATE = ("For full helptext", "Perhaps", "Argument")
"""The prefixes of the lines that tyro adds to every message."""

PLAIN = {
    "^Error parsing ": "",
    r"could not convert string to float: (.*)": r"\1 is not a number",
    r"invalid literal for int\(\) with base 10: (.*)": r"\1 is not a whole number",
}
"""Messages of Python and tyro about a value, and the same in plain words."""


def check_flags(args: Sequence[str], options: Sequence[Option], prog: str) -> None:
    """Raise unless every given option exists."""
    flags = [f"--no-{o.flag[2:]}" if o.default is True else o.flag for o in options]
    for word in args:
        flag = word.partition("=")[0]
        if not word.startswith("--") or spelt(flag, flags) in flags:
            continue
        near = nearest(flag, flags)
        raise InputError(
            f"there is no option {flag}",
            why=f"{prog} has {len(flags)} options, and none of this name"
            if len(flags) > 12
            else f"known: {', '.join(flags)}",
            fix=f"did you mean {near}?" if near else f"see: {prog} --help",
        )


@contextlib.contextmanager
def unwrapped(active: bool) -> Iterator[None]:
    """A block in which tyro does not wrap its messages: wrapped ones would be cut."""
    before = os.environ.get("COLUMNS")
    if active:
        os.environ["COLUMNS"] = "10000"
    try:
        yield
    finally:
        if before is not None:
            os.environ["COLUMNS"] = before
        elif active:
            del os.environ["COLUMNS"]


def wrong(said: str, options: Sequence[Option], prog: str) -> InputError:
    """The error for a message of tyro, without its frame and in plain words."""
    lines = [line.strip("│╭╮╰╯─|+ ") for line in said.splitlines()]
    kept = [x for x in lines if x.strip("-") and not x.startswith(BOILERPLATE)]
    what = next((line for line in kept if line not in TITLES), "wrong arguments")
    named = set(re.findall(r"--[a-z0-9-]+", what))
    why = next((option.help for option in options if option.flag in named), "")
    fix = f"see: {prog} --help"
    if what.startswith("Required options"):
        needed = next(option for option in options if option.required)
        name = metavar(needed) if needed.positional else needed.flag
        fix = f"{prog} {name}; {fix}"
        return InputError(f"{name} is missing", why=needed.help, fix=fix)
    if found := re.match(r"Missing value for argument '(.*)'", what):
        return InputError(f"{found[1]} needs a value", why=why, fix=fix)
    if found := re.match(r"Unrecognized options: (.*)", what):
        why = f"{prog} takes nothing more than its options"
        return InputError(f"one argument too many: {found[1]}", why=why, fix=fix)
    for python, plain in PLAIN.items():
        what = re.sub(python, plain, what)
    return InputError(what, why=why, fix=fix)
