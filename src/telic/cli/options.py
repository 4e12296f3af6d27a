"""Options of a command as plain data: names, types, defaults and help.

They are read from frozen dataclasses, or from a table of the same form (`known`).
This module does not need JAX.
"""

import ast
import dataclasses
import inspect
import textwrap
import types
import typing
from pathlib import Path
from typing import Any

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
"""The types that an option may have, by their names in annotations."""


@dataclasses.dataclass(frozen=True)
class Option:
    """One option of a command.

    Attributes:
        name: The field's name; `learning_rate` is `--learning-rate`.
        kind: Its type, a key of `TYPES`.
        default: Its default value.
        help: Its help text.
        positional: Whether it is positional.
    """

    name: str
    kind: str
    default: Any
    help: str
    positional: bool = False

    @property
    def many(self) -> bool:
        """True if it takes several values."""
        return self.kind.startswith("tuple")

    @property
    def required(self) -> bool:
        """True if it has no default."""
        return self.default is tyro.MISSING

    @property
    def flag(self) -> str:
        """The flag: `--learning-rate`."""
        return f"--{self.name.replace('_', '-')}"


@dataclasses.dataclass(frozen=True)
class Group:
    """The options of one dataclass.

    Attributes:
        path: Its path in the settings: empty, `world`, `ppo`.
        help: Its help text.
        options: One for each field that holds a value.
    """

    path: str
    help: str
    options: tuple[Option, ...]


def groups_of(value: Any, path: str = "") -> list[Group]:
    """The options of a dataclass or an instance of one, then of those nested in it.

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
        if not field.init:  # it cannot be set
            continue
        held = getattr(value, field.name, tyro.MISSING)
        if dataclasses.is_dataclass(held):
            inside += groups_of(held, f"{path}.{field.name}".lstrip("."))
            continue
        if (kind_of := written(hints[field.name])) not in TYPES:
            continue  # a user's world may have any type: keep its default
        marks = getattr(annotated[field.name], "__metadata__", ())
        own.append(
            Option(
                field.name,
                kind_of,
                held,
                texts.get(field.name, ""),
                tyro.conf.Positional in marks,
            )
        )
    return [Group(path, _about(kind), tuple(own)), *inside]


def written(kind: Any) -> str:
    """The name of a type, in the spelling of `TYPES`.

    Example:
        >>> written(tuple[str, ...] | None)
        'tuple[str, ...] | None'
    """
    if isinstance(kind, types.UnionType):
        return " | ".join(written(each) for each in typing.get_args(kind))
    if kind is type(None):
        return "None"
    return kind.__name__ if not typing.get_args(kind) else str(kind)


def _about(kind: type) -> str:
    """The first paragraphs of a class's docstring, before any section of it."""
    text = inspect.cleandoc(kind.__doc__ or "").partition("\n\nExample:")[0]
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def _texts(kind: type) -> dict[str, str]:
    """The docstring below each field of a dataclass; none if it has no source."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    except (OSError, TypeError, SyntaxError):  # its class has no source
        return {}
    found = {}
    if not isinstance(tree, ast.ClassDef):
        return found
    for field, text in zip(tree.body, tree.body[1:], strict=False):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            found[field.target.id] = " ".join(str(text.value.value).split())
    return found
