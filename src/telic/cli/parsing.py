"""Parsing of arguments into dataclasses, with short errors and without JAX."""

import contextlib
import dataclasses
import io
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

import tyro

from telic.cli import known
from telic.cli.complaints import check_flags, unwrapped, wrong
from telic.cli.options import Group, groups_of
from telic.cli.spelling import one_spelling
from telic.cli.twin import title, twin
from telic.core.errors import InputError, said

Options = TypeVar("Options")


Command = TypeVar("Command", bound="Preset")


@runtime_checkable
class Preset(Protocol):
    """Options of a command that starts from a preset of a study."""

    @property
    def preset(self) -> str: ...  # noqa: D102


class Chosen(NamedTuple):
    """The choice of a study's settings, made before its classes are loaded.

    Attributes:
        preset: The preset to begin from.
        changes: By path in the settings, the given fields and their values.
        prog: The command, for messages.
        base: Settings to begin from instead of the preset; None: the preset.
    """

    preset: str
    changes: dict[str, dict[str, Any]]
    prog: str
    base: Any = None

    def settings(self, kind: Any) -> Any:
        """The settings.

        Raises:
            InputError: If a value is not allowed.
        """
        from telic.studies.base import preset

        try:
            base = preset(kind, self.preset) if self.base is None else self.base
            return known.applied(base, self.changes)
        except InputError as error:
            fix = error.fix or f"see: {self.prog} --help"
            raise InputError(error.what, why=error.why, fix=fix) from error
        except Exception as error:
            if self.base is None:
                raise
            # A user's world checks its own fields, and may raise anything.
            given = ", ".join(k for found in self.changes.values() for k in found)
            raise InputError(
                f"the world refuses its options: {given or 'none were given'}",
                why=said(error),
                fix=f"see: {self.prog} --help",
            ) from error


def parse_options(
    kind: type[Options],
    argv: Sequence[str],
    *,
    prog: str,
    default: Any = None,
    more: str = "",
) -> Options:
    """The options in some arguments, as an instance of `kind`.

    Args:
        kind: A frozen dataclass.
        argv: The arguments.
        prog: The command, for the help.
        default: An instance with other defaults than those of `kind`.
        more: The text below the help.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; the message has the nearest name.
    """
    (group,) = groups_of(kind if default is None else default)
    (values,) = _parsed([group], argv, prog=prog, more=more)
    return kind(**values)


def parse_study(
    command: Command,
    registry: str,
    study: str,
    argv: Sequence[str],
    *,
    prog: str,
    settings: Any = None,
) -> tuple[Command, Chosen]:
    """The options of a command, and those of a study on top of its preset.

    Args:
        command: The defaults of the command's own options, `preset` among them.
        registry: The registry of the study: `known.EXPERIMENTS`, and so on.
        study: Its name.
        argv: The arguments.
        prog: The command, for the help.
        settings: The study's settings, whose fields are the options; None: those of
            the preset, known without loading the study.

    Raises:
        SystemExit: With 0 after `--help`.
        InputError: If an argument is wrong; the message has the nearest name.
    """
    preset = named(argv, "--preset", command.preset)
    (own,) = groups_of(command)
    groups = (
        known.groups(registry, study, preset)
        if settings is None
        else groups_of(settings)
    )
    options = _with_presets(own, known.presets(registry, study))
    options = dataclasses.replace(options, help=groups[0].help)
    values = _parsed([options, *groups], argv, prog=prog)
    changes = {
        group.path: given
        for group, found in zip(groups, values[1:], strict=True)
        if (given := _given(group, found))
    }
    return type(command)(**values[0]), Chosen(preset, changes, prog, settings)


def named(argv: Sequence[str], option: str, default: str) -> str:
    """The value of one option, read before all others because it sets their defaults.

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
    """The values that differ from the defaults."""
    return {o.name: found[o.name] for o in group.options if found[o.name] != o.default}


def _with_presets(group: Group, presets: Sequence[str]) -> Group:
    """The options of a command, with the names of the presets in the help."""
    text = f"The settings to begin from: {', '.join(presets)}."
    options = tuple(
        dataclasses.replace(o, help=text) if o.name == "preset" else o
        for o in group.options
    )
    return dataclasses.replace(group, options=options)


def _check_once(groups: Sequence[Group]) -> None:
    """Raise if two groups have an option of the same name, as a user's world may.

    Raises:
        InputError: If so; it names the option and the second group.
    """
    seen: set[str] = set()
    for group in groups:
        for option in group.options:
            if option.name in seen:
                raise InputError(
                    f"the {group.path or 'study'} has a field {option.name!r}",
                    why=f"{option.flag} is another option here",
                    fix="give the field another name",
                )
        seen |= {option.name for option in group.options}


def _parsed(
    groups: Sequence[Group],
    argv: Sequence[str],
    *,
    prog: str,
    more: str = "",
) -> list[dict[str, Any]]:
    """The values of each group's options."""
    options = [option for group in groups for option in group.options]
    _check_once(groups)
    args, helps = one_spelling(argv, options), any(w in ("-h", "--help") for w in argv)
    if not helps:
        check_flags(args, options, prog)
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), unwrapped(not helps):
            found = tyro.cli(
                tyro.conf.OmitArgPrefixes[twin(groups)],
                args=args,
                prog=prog,
                config=(tyro.conf.FlagCreatePairsOff,),
            )
    except SystemExit as stop:
        if stop.code:
            raise wrong(said.getvalue(), options, prog) from None
        if more:
            print(more)
        raise
    places = [found, *(getattr(found, title(group)) for group in groups[1:])]
    return [
        {option.name: getattr(place, option.name) for option in group.options}
        for group, place in zip(groups, places, strict=True)
    ]
