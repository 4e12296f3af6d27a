"""Normalisation of arguments: lists with commas, American spelling of flags."""

from collections.abc import Iterable, Mapping
from typing import Any

from telic.cli.options import Option


def one_spelling(argv: Iterable[str], options: Iterable[Option]) -> list[str]:
    """Arguments with lists in tyro's form and flags in British spelling.

    `--objectives blue,purple` becomes `--objectives blue purple`, and `--colors`, where
    there is `--colours`, becomes that.

    Example:
        >>> colours = Option("colours", "tuple[str, ...]", (), "")
        >>> one_spelling(["--colors=red,blue", "--seeds", "0,1"], [colours])
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
    """The parts of some values between commas."""
    parts = (part.strip() for value in values for part in value.split(","))
    return [part for part in parts if part]


def spelt(flag: str, known: Mapping[str, Any] | Iterable[str]) -> str:
    """A flag in telic's spelling, if it was given in the American one.

    Example:
        >>> spelt("--colors", ["--colours"])
        '--colours'
    """
    british = flag.replace("color", "colour").replace("normalized", "normalised")
    return british if flag not in known and british in known else flag
