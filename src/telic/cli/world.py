"""`telic world NAME`: the events, goals and actions of a world."""

import dataclasses
from collections.abc import Sequence
from typing import Annotated, Any

import tyro

from telic.cli import terminal
from telic.core.errors import InputError


@dataclasses.dataclass(frozen=True)
class WorldOptions:
    """Describe the events and the goals of a world.

    A world of your own is named FILE.py:NAME. It is imported, and from then on every
    verb reads runs of it, until the file changes.
    """

    name: Annotated[str, tyro.conf.Positional] = ""
    """The name of a world, or FILE.py:NAME; none: list the names of telic's worlds."""
    json: bool = False
    """Print one JSON object."""


def run(argv: Sequence[str]) -> int:
    """Describe the world, and record that the user named it."""
    given = terminal.parse_options(WorldOptions, argv, prog="telic world")
    from telic.scale import engine

    engine.prepare()
    from telic.runs import own
    from telic.worlds import WORLDS

    if not given.name:
        terminal.say("\n".join(WORLDS))
        terminal.say("telic world NAME says what can be wanted in one; FILE.py:NAME")
        return 0
    name = own.adopt(given.name) if ".py:" in given.name else given.name
    told = described(name, WORLDS[name]())
    if given.json:
        terminal.say_json(told)
        return 0
    width = max(map(len, told))
    for key, value in told.items():
        words = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        terminal.say(f"{key:<{width}}  {terminal.clean(str(words), 1000)}")
    goals = [word.partition(" ")[0] for word in told["goals"]][:2]
    if ".py:" in given.name and len(goals) == 2:
        how = f"--world {given.name} --objectives {' '.join(goals)}"
        terminal.say(f"\nnext:  telic train alternation {how}")
    return 0


def described(name: str, world: Any) -> dict[str, Any]:
    """The description of a world, by heading.

    Raises:
        InputError: If its declarations name events that it does not have.
    """
    from telic.worlds import JaxWorld, goals_of, roles

    goals = goals_of(world)
    if not world.events or not world.actions:
        raise InputError(f"{name} has no events or no actions", why="it needs both")
    some = next(iter(goals), "")
    part = roles(world, aim=some, old=some)
    return {
        "world": name,
        "kind": "JAX" if isinstance(world, JaxWorld) else "host",
        "goals": [
            f"{goal} (success: {kept.success or 'its return'})"
            for goal, kept in goals.items()
        ],
        "failures": list(part.failures),
        "events": list(world.events),
        "actions": list(world.actions),
        "observation": list(world.observation),
        "codes": None if world.encoding is None else len(world.encoding),
        "limit": world.limit,
    }
