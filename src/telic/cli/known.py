"""The options of each study, known without loading JAX.

`known.json` holds the options of every study under each of its presets, so that wrong
arguments and `--help` are answered immediately. It is generated from the studies'
classes by `python -m telic.cli.known`, and a test keeps the two equal.
"""

import dataclasses
import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from telic.cli.options import Group, Option, groups_of
from telic.core.names import check_name, lookup

FILE = Path(__file__).with_name("known.json")

EXPERIMENTS, STUDIES, VARIANTS = "experiments", "studies", "variants"
"""The registries of `telic.studies`, by name."""


@functools.cache
def known_table() -> dict[str, dict[str, Any]]:
    """For each registry, its studies: presets, groups of options, seeds."""
    return json.loads(FILE.read_text(encoding="utf-8"))


def names(registry: str) -> tuple[str, ...]:
    """The studies of a registry.

    Example:
        >>> names(EXPERIMENTS)
        ('alternation', 'landing')
    """
    return tuple(known_table()[registry])


def presets(registry: str, study: str) -> tuple[str, ...]:
    """The presets of a study, the default first.

    Example:
        >>> presets(EXPERIMENTS, "landing")
        ('full', 'original', 'small')
    """
    return tuple(known_table()[registry][study]["presets"])


def default_seeds(study: str) -> str:
    """The default seeds of a study of variants."""
    return known_table()[VARIANTS][study]["seeds"]


def question(registry: str, study: str) -> str:
    """The question of a study."""
    return known_table()[registry][study]["question"]


def groups(registry: str, study: str, preset: str) -> list[Group]:
    """The options of a study, with the defaults of a preset.

    Raises:
        InputError: If there is no such preset; the message holds the nearest name.
    """
    kept = lookup(study, known_table()[registry], kind="study")
    check_name(preset, kept["presets"], kind="preset")
    defaults = kept["presets"][preset]
    return [
        Group(
            group["path"],
            group["help"],
            tuple(_option(o, defaults[group["path"]]) for o in group["options"]),
        )
        for group in kept["groups"]
    ]


def _option(kept: Mapping[str, str], defaults: Mapping[str, Any]) -> Option:
    """An option; JSON has no tuples, so lists are turned back into tuples."""
    default = defaults[kept["name"]]
    return Option(
        kept["name"],
        kept["kind"],
        tuple(default) if isinstance(default, list) else default,
        kept["help"],
    )


def made_table() -> dict[str, dict[str, Any]]:
    """The table made afresh from the studies' classes; this loads JAX."""
    from telic import studies

    rooms = {
        EXPERIMENTS: studies.EXPERIMENTS,
        STUDIES: studies.STUDIES,
        VARIANTS: studies.VARIANTS,
    }
    return {
        room: {
            name: _made(kind, seeded=room == VARIANTS) for name, kind in kinds.items()
        }
        for room, kinds in rooms.items()
    }


def _made(kind: Any, *, seeded: bool) -> dict[str, Any]:
    """The entry of one study."""
    from telic.studies.base import preset

    found = {name: groups_of(preset(kind, name)) for name in kind.presets}
    first = next(iter(found.values()))
    entry: dict[str, Any] = {
        "question": kind.question,
        "groups": [
            {
                "path": group.path,
                "help": group.help,
                "options": [
                    {"name": o.name, "kind": o.kind, "help": o.help}
                    for o in group.options
                ],
            }
            for group in first
        ],
        "presets": {
            preset: {g.path: {o.name: o.default for o in g.options} for g in each}
            for preset, each in found.items()
        },
    }
    return {**entry, "seeds": kind.seeds} if seeded else entry


def applied(
    settings: Any, values: Mapping[str, Mapping[str, Any]], path: str = ""
) -> Any:
    """Settings with some fields changed, including those of nested settings.

    Args:
        settings: An instance of a dataclass.
        values: The new values of fields, by path; the empty path is the settings' own.
        path: The path of these settings within the whole.

    Raises:
        InputError: If a value is not allowed.
    """
    changes = dict(values.get(path, {}))
    for field in dataclasses.fields(settings):
        held = getattr(settings, field.name)
        if dataclasses.is_dataclass(held):
            new = applied(held, values, f"{path}.{field.name}".lstrip("."))
            changes |= {} if new is held else {field.name: new}
    return dataclasses.replace(settings, **changes) if changes else settings


if __name__ == "__main__":
    FILE.write_text(
        json.dumps(made_table(), indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
