"""A copy of the options' dataclasses for tyro, with better help texts.

Its metavars are short, each default is printed once, and lines are not broken.
"""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from telic.cli.options import TYPES, Group, Option

METAVARS = {"int": "N", "float": "X", "str": "NAME", "Path": "FILE"}

PLACES = {
    "Path root": "DIR",
    "Path out": "DIR",
    "tuple[str runs": "RUN",
    "tuple[str what": "RUN EXPRESSION",
    "str seeds": "SEEDS",
}
"""The metavars of some options, by type and name."""


def twin(groups: Sequence[Group]) -> type:
    """A dataclass for tyro, with the first group's fields and the nested other groups.

    The options of each other group are in a separate box, titled by its path.
    """
    inside: list[Any] = [(title(group), _flat([], group)) for group in groups[1:]]
    return _flat(inside, groups[0])


def title(group: Group) -> str:
    """The title of a group's box, distinct from options such as `world`.

    Example:
        >>> title(Group("ppo", "", ()))
        'ppo'
    """
    name = group.path.replace(".", "_") or "study"
    return f"{name}_settings" if name in ("world", "policy") else name


def _flat(inside: list[Any], group: Group) -> type:
    """A dataclass of one group, required fields first."""
    fields: list[Any] = [
        (o.name, _annotated(o))
        if o.required
        else (o.name, _annotated(o), dataclasses.field(default=o.default))
        for o in group.options
    ]
    required = [field for field in fields if len(field) == 2]
    optional = [field for field in fields if len(field) == 3]
    made = dataclasses.make_dataclass(
        "Options", [*required, *inside, *optional], frozen=True
    )
    made.__doc__ = group.help
    return made


def _annotated(option: Option) -> Any:
    """The type of an option, with its help."""
    text, hint = explained(option)
    known = tyro.conf.arg(metavar=metavar(option), help=text, help_behavior_hint=hint)
    kind = TYPES[option.kind]
    if option.positional:
        return Annotated[kind, tyro.conf.Positional, known]
    return Annotated[kind, known]


def metavar(option: Option) -> str | None:
    """The placeholder of the value in the help: `N`, `DIR`, `NAME ...`.

    Example:
        >>> metavar(Option("colours", "tuple[str, ...]", (), ""))
        'NAME ...'
    """
    inner = option.kind.removesuffix(" | None")
    if inner == "bool":
        return None
    single = inner.removesuffix(", ...]")
    usual = METAVARS[single.removeprefix("tuple[")]
    word = PLACES.get(f"{single} {option.name}", usual)
    return f"{word} ..." if option.many and " " not in word else word


def explained(option: Option) -> tuple[str, str]:
    """The help of an option, and its default unless the help has it.

    The flag of a switch that is on by default turns it off, so its help is negated.

    Example:
        >>> explained(Option("gate", "bool", True, "Whether to ask first."))
        ('Do not ask first.', '')
        >>> explained(Option("phases", "int", 24, "How many phases."))
        ('How many phases.', '(default: 24)')
    """
    text: str = option.help
    default = option.default
    if default is True:
        rest = text.removeprefix("Whether to ")
        return (f"Do not {rest}" if rest != text else f"Turn off: {text}"), ""
    silent = option.required or default in (None, (), "")
    if option.kind == "bool" or silent or "default:" in text:
        return text, ""
    values = default if isinstance(default, tuple) else (default,)
    shown = " ".join(map(str, values))
    return text, f"(default: {shown})"
