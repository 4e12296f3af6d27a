"""Reading arguments: options as dataclasses, errors in short, and nothing of JAX."""

import contextlib
import dataclasses
import io
import itertools
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import tyro

from telic.cli import known
from telic.cli.options import (
    Group,
    Option,
    groups_of,
    metavar,
    spelt,
    spread,
    title,
    twin,
)
from telic.core.errors import InputError
from telic.core.names import nearest

Options = TypeVar("Options")
Command = TypeVar("Command", bound="Preset")

TITLES = {"Unrecognized options", "Value error", "Missing argument", "Parsing error"}
"""Titles of the frames in which tyro puts its complaints."""

BOILERPLATE = ("For full helptext", "Perhaps", "Argument")
"""How the lines begin that tyro adds to every complaint."""

PLAIN = {
    "^Error parsing ": "",
    r"could not convert string to float: (.*)": r"\1 is not a number",
    r"invalid literal for int\(\) with base 10: (.*)": r"\1 is not a whole number",
}
"""What Python and tyro say of a value, and that in plain words."""


@runtime_checkable
class Preset(Protocol):
    """Options of a command that has a study and begins from one of its presets."""

    @property
    def preset(self) -> str: ...  # noqa: D102


class Chosen(NamedTuple):
    """What was chosen of a study's settings, before their classes are loaded.

    Attributes:
        preset: The preset to begin from.
        changes: By path in the settings: the fields that were given, and their values.
        prog: What was called.
    """

    preset: str
    changes: dict[str, dict[str, Any]]
    prog: str

    def settings(self, kind: Any) -> Any:
        """The settings themselves.

        Raises:
            InputError: If a value is not allowed.
        """
        try:
            return known.applied(kind.preset(self.preset), self.changes)
        except InputError as error:
            fix = error.fix or f"see: {self.prog} --help"
            raise InputError(error.what, why=error.why, fix=fix) from error


def parse(
    kind: type[Options],
    argv: Sequence[str],
    *,
    prog: str,
    default: Any = None,
    more: str = "",
) -> Options:
    """The options that arguments stand for, as an instance of `kind`.

    Args:
        kind: A frozen dataclass.
        argv: The arguments.
        prog: What was called, for the help.
        default: An instance with other defaults than those of `kind`.
        more: What stands below the help.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; it names the nearest one.
    """
    (group,) = groups_of(kind if default is None else default)
    (values,) = _parsed([group], argv, prog=prog, more=more)
    return kind(**values)


def parse_study(
    command: Command, registry: str, study: str, argv: Sequence[str], *, prog: str
) -> tuple[Command, Chosen]:
    """The options of a command, and those of a study on top of its preset.

    Args:
        command: The command's own options as they are by default, `preset` among them.
        registry: Where the study is registered: `known.TRAIN`, and so on.
        study: Its name.
        argv: The arguments.
        prog: What was called, for the help.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; it names the nearest one.
    """
    preset = named(argv, "--preset", command.preset)
    (own,) = groups_of(command)
    groups = known.groups(registry, study, preset)
    options = _with_presets(own, known.presets(registry, study))
    options = dataclasses.replace(options, help=groups[0].help)
    values = _parsed([options, *groups], argv, prog=prog)
    changes = {
        group.path: given
        for group, found in zip(groups, values[1:], strict=True)
        if (given := _given(group, found))
    }
    return type(command)(**values[0]), Chosen(preset, changes, prog)


def named(argv: Sequence[str], option: str, default: str) -> str:
    """The value of one option, read before all others: it decides their defaults.

    Example:
        >>> named(["--preset", "small"], "--preset", "full")
        'small'
        >>> named([], "--preset", "full")
        'full'
    """
    for here, following in itertools.pairwise([*argv, ""]):
        if here == option and following:
            return following
        if here.startswith(f"{option}="):
            return here.removeprefix(f"{option}=")
    return default


def _given(group: Group, found: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not the defaults."""
    return {o.name: found[o.name] for o in group.options if found[o.name] != o.default}


def _with_presets(group: Group, presets: Sequence[str]) -> Group:
    """The options of a command, its help of `--preset` with the names in it."""
    text = f"The settings to begin from: {', '.join(presets)}."
    options = tuple(
        dataclasses.replace(o, help=text) if o.name == "preset" else o
        for o in group.options
    )
    return dataclasses.replace(group, options=options)


def _parsed(
    groups: Sequence[Group],
    argv: Sequence[str],
    *,
    prog: str,
    more: str = "",
) -> list[dict[str, Any]]:
    """The values of each group's options."""
    options = [option for group in groups for option in group.options]
    args, helps = spread(argv, options), any(w in ("-h", "--help") for w in argv)
    if not helps:
        _check_flags(args, options, prog)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), _unwrapped(not helps):
            found = tyro.cli(
                tyro.conf.OmitArgPrefixes[twin(groups)],
                args=args,
                prog=prog,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if stop.code:
            raise _wrong(said.getvalue(), options, prog) from None
        if more:
            print(more)
        raise
    places = [found, *(getattr(found, title(group)) for group in groups[1:])]
    return [
        {option.name: getattr(place, option.name) for option in group.options}
        for group, place in zip(groups, places, strict=True)
    ]


def _check_flags(args: Sequence[str], options: Sequence[Option], prog: str) -> None:
    """Raise unless every option that was given is one."""
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
def _unwrapped(active: bool) -> Iterator[None]:
    """Have tyro complain in lines of any length: a wrapped one would be cut."""
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


def _wrong(said: str, options: Sequence[Option], prog: str) -> InputError:
    """The complaint of tyro without its frame, in plain words."""
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
