"""Options of a command as plain data: what may be given, and how it is explained.

They are read from frozen dataclasses, or from a table of the same form (`known`), and
turned into a twin of those classes whose help has short metavars, each default once
and lines that are whole. Nothing here needs JAX.
"""

import ast
import dataclasses
import inspect
import textwrap
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import tyro

TYPES: dict[str, Any] = {
    "bool": bool,
    "int": int,
    "float": float,
    "str": str,
    "Path": Path,
    "int | None": int | None,
    "float | None": float | None,
    "str | None": str | None,
    "Path | None": Path | None,
    "tuple[int, ...]": tuple[int, ...],
    "tuple[float, ...]": tuple[float, ...],
    "tuple[str, ...]": tuple[str, ...],
    "tuple[str, ...] | None": tuple[str, ...] | None,
}
"""The types that an option may have, by how they are written."""

METAVARS = {"int": "N", "float": "X", "str": "NAME", "Path": "FILE"}
PLACES = {
    "Path root": "DIR",
    "Path out": "DIR",
    "tuple[str runs": "RUN",
    "tuple[str what": "RUN EXPRESSION",
    "str seeds": "SEEDS",
}
"""What stands for the value of an option in a help, by its type or by its name."""


@dataclasses.dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        name: The field's name; `learning_rate` is `--learning-rate`.
        kind: Its type as `TYPES` writes it.
        default: What it is if it is not given.
        help: What it means.
        positional: Whether it is given without its name.
    """

    name: str
    kind: str
    default: Any
    help: str
    positional: bool = False

    @property
    def many(self) -> bool:
        """Whether it takes several values."""
        return self.kind.startswith("tuple")

    @property
    def required(self) -> bool:
        """Whether it must be given."""
        return self.default is tyro.MISSING

    @property
    def flag(self) -> str:
        """`--learning-rate`."""
        return f"--{self.name.replace('_', '-')}"


@dataclasses.dataclass(frozen=True)
class Group:
    """Options that stand together: the fields of one dataclass.

    Attributes:
        path: Where it is in the settings: empty, `world`, `ppo`.
        help: What the fields are about.
        options: One for each field that holds a value.
    """

    path: str
    help: str
    options: tuple[Option, ...]


def groups_of(value: Any, path: str = "") -> list[Group]:
    """The options of a dataclass or an instance of one: its own, then those inside it.

    Example:
        >>> from telic.cli.doctor import Doctor
        >>> [option.flag for option in groups_of(Doctor())[0].options]
        ['--root', '--json']
    """
    kind = value if isinstance(value, type) else type(value)
    texts, hints = _texts(kind), typing.get_type_hints(kind)
    annotated = typing.get_type_hints(kind, include_extras=True)
    own, inside = [], []
    for field in dataclasses.fields(value):
        held = getattr(value, field.name, tyro.MISSING)
        if dataclasses.is_dataclass(held):
            inside += groups_of(held, f"{path}.{field.name}".lstrip("."))
            continue
        marks = getattr(annotated[field.name], "__metadata__", ())
        own.append(
            Option(
                field.name,
                written(hints[field.name]),
                held,
                texts.get(field.name, ""),
                tyro.conf.Positional in marks,
            )
        )
    return [Group(path, _about(kind), tuple(own)), *inside]


def written(kind: Any) -> str:
    """How `TYPES` writes a type.

    Example:
        >>> written(tuple[str, ...] | None)
        'tuple[str, ...] | None'
    """
    if isinstance(kind, types.UnionType):
        return " | ".join(written(each) for each in typing.get_args(kind))
    if kind is type(None):
        return "None"
    return kind.__name__ if not typing.get_args(kind) else str(kind)


def twin(groups: Sequence[Group]) -> type:
    """A dataclass made for tyro to read: the first group's fields, and the others'.

    The options of the others stand in boxes of their own, named by their places.
    """
    inside: list[Any] = [(title(group), _flat([], group)) for group in groups[1:]]
    return _flat(inside, groups[0])


def title(group: Group) -> str:
    """The name of a group's box.

    Example:
        >>> title(Group("ppo", "", ()))
        'ppo'
    """
    return group.path.replace(".", "_") or "study"


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
    """What stands for the value in the help: `N`, `DIR`, `NAME ...`.

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
    """The help of an option, and its default unless the help says it.

    A switch that is on by default is given to turn it off, and so explained.

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


def spread(argv: Iterable[str], options: Iterable[Option]) -> list[str]:
    """Arguments with lists as tyro wants them, and in one spelling.

    `--objectives blue,purple` becomes `--objectives blue purple`, and `--colors`, where
    there is `--colours`, becomes that.

    Example:
        >>> colours = Option("colours", "tuple[str, ...]", (), "")
        >>> spread(["--colors=red,blue", "--seeds", "0,1"], [colours])
        ['--colours', 'red', 'blue', '--seeds', '0,1']
    """
    known = {option.flag: option for option in options}
    found: list[str] = []
    many = False
    for word in argv:
        values = [word]
        if word.startswith("--"):
            flag, equals, value = word.partition("=")
            flag = spelt(flag.replace("_", "-"), known)
            many = flag in known and known[flag].many
            found.append(f"{flag}={value}" if equals and not many else flag)
            values = [value] if equals and many else []
        found += _parts(values) if many else values
    return found


def _parts(values: Iterable[str]) -> list[str]:
    """What stands between the commas of some values."""
    parts = (part.strip() for value in values for part in value.split(","))
    return [part for part in parts if part]


def spelt(flag: str, known: Mapping[str, Any] | Iterable[str]) -> str:
    """A flag as telic spells it, if it was given in the American way.

    Example:
        >>> spelt("--colors", ["--colours"])
        '--colours'
    """
    british = flag.replace("color", "colour").replace("normalized", "normalised")
    return british if flag not in known and british in known else flag


def _about(kind: type) -> str:
    """The first paragraphs of a class's docstring, before any section of it."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("\n\nExample:")[0]
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _texts(kind: type) -> dict[str, str]:
    """The docstring below each field of a dataclass."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = {}
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found
