"""Plans as JSON: what a run used, complete, in a form that any program can read."""

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from telic.agents.mlp import Network
from telic.core.errors import DamagedError, InputError
from telic.core.names import check_name, lookup
from telic.objectives import Objective, Phase
from telic.training.plan import Plan
from telic.training.ppo import Hyper, Sizes
from telic.worlds import WORLDS
from telic.worlds.base import World

Config = TypeVar("Config")

SILENT = {"reward_scale": 1.0, "wish_layer": 0, "wish_units": 0}
"""Fields that are younger than stored runs, and the value at which they are not
written: a plan without them keeps its form, and so its hash and its run's name."""


def encode(plan: Plan) -> dict[str, Any]:
    """A plan as a JSON object; `decode` gives the same plan back.

    Raises:
        InputError: If its world is not registered in `WORLDS`.
    """
    return {
        "world": {"name": _world_name(plan.world), **_fields(plan.world)},
        "network": _spoken(plan.network, SILENT),
        "hyper": _spoken(plan.hyper, SILENT),
        "sizes": _fields(plan.sizes),
        "objectives": {o.name: dict(o.weights) for o in plan.objectives},
        "schedule": [[phase.objective, phase.rollouts] for phase in plan.schedule],
    }


def decode(config: dict[str, Any]) -> Plan:
    """The plan that a JSON object describes.

    Raises:
        DamagedError: If a part is missing or of the wrong form.
        InputError: If a name in it is unknown, or a value is not allowed.
    """
    try:
        world = dict(config["world"])
        kind = lookup(world.pop("name"), WORLDS, kind="world")
        return Plan(
            world=_build(kind, world),
            network=_build(Network, config["network"]),
            hyper=_build(Hyper, config["hyper"]),
            sizes=_build(Sizes, config["sizes"]),
            objectives=tuple(
                Objective(name, weights)
                for name, weights in config["objectives"].items()
            ),
            schedule=tuple(Phase(str(o), int(n)) for o, n in config["schedule"]),
        )
    except InputError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DamagedError(
            "a plan is not of the right form", why=repr(error)
        ) from error


def _world_name(world: World) -> str:
    """The registered name of a world's class."""
    for name, kind in WORLDS.items():
        if type(world) is kind:
            return name
    raise InputError(
        f"world {type(world).__name__} is not registered",
        why="a run is stored by the name of its world",
        fix='add it: telic.worlds.WORLDS["name"] = YourWorld',
    )


def _spoken(config: Any, silent: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a dataclass, without those that are at a silent value."""
    found = _fields(config)
    return {k: v for k, v in found.items() if k not in silent or v != silent[k]}


def _fields(config: Any) -> dict[str, Any]:
    """The fields of a dataclass, as they are."""
    return {f.name: getattr(config, f.name) for f in dataclasses.fields(config)}


def _build(kind: type[Config], fields: dict[str, Any]) -> Config:
    """A dataclass from its fields; lists become tuples, unknown names are refused."""
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for name in fields:
        check_name(name, known, kind=f"field of {kind.__name__}")
    return kind(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()}
    )
