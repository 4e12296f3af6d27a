"""Look-up of names in a dict, with the nearest name in the error."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from telic.core.errors import InputError

Value = TypeVar("Value")


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most similar to `name`, or None if none is similar.

    Example:
        >>> nearest("purpel", ["purple", "blue"])
        'purple'
    """
    found = difflib.get_close_matches(name, list(allowed), n=1, cutoff=0.6)
    return found[0] if found else None


def check_name(name: str, allowed: Iterable[str], *, kind: str) -> str:
    """`name`, checked to be one of the allowed names.

    Args:
        name: The given name.
        allowed: The allowed names, in the order of display.
        kind: The kind of thing named, for the message: "colour", "world".

    Raises:
        InputError: If it is not allowed; the message holds the nearest name.

    Example:
        >>> check_name("blue", ["purple", "blue"], kind="colour")
        'blue'
    """
    allowed = list(allowed)
    if name in allowed:
        return name
    near = nearest(name, allowed)
    raise InputError(
        f"there is no {kind} {name!r}",
        why=f"known: {', '.join(allowed) or 'none'}",
        fix=f"did you mean {near!r}?" if near else "choose one of these",
    )


def lookup(name: str, table: Mapping[str, Value], *, kind: str) -> Value:
    """The value under `name` in a registry.

    Raises:
        InputError: If there is no such name; the message holds the nearest one.

    Example:
        >>> lookup("b", {"a": 1, "b": 2}, kind="letter")
        2
    """
    return table[check_name(name, table, kind=kind)]


class Registry(dict[str, Value]):
    """A dict by name, whose error for a wrong name suggests the nearest one.

    To register an entry, assign it: `LOCATORS["mine"] = mine`.

    Args:
        kind: The kind of thing named, for the message: "edit", "locator".
        table: The entries.

    Example:
        >>> Registry("letter", {"alpha": 1})["alhpa"]
        Traceback (most recent call last):
        telic.core.names.UnknownNameError: there is no letter 'alhpa'
          why: known: alpha
          fix: did you mean 'alpha'?
    """

    def __init__(self, kind: str, table: Mapping[str, Value]) -> None:
        super().__init__(table)
        self.kind = kind

    def __missing__(self, name: str) -> Value:
        """Raise for a missing name.

        Raises:
            UnknownNameError: A `KeyError` and an `InputError`, with the nearest name.
        """
        try:
            check_name(str(name), self, kind=self.kind)
        except InputError as error:
            parts = {"why": error.why, "fix": error.fix}
            raise UnknownNameError(error.what, **parts) from None
        raise UnknownNameError(
            f"there is no {self.kind} {name!r}", why="names are text"
        )


class UnknownNameError(InputError, KeyError):
    """A registry has no such name; code that expects a `KeyError` gets one."""

    __str__ = Exception.__str__  # KeyError's escapes line breaks
