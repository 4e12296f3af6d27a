"""Plans as JSON: what a run used, complete, in a form that any program can read."""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from telic.core.errors import DamagedError, InputError
from telic.core.names import lookup
from telic.core.typed import build, fits, short
from telic.policies import MLP, POLICIES, Policy, Spec, structure
from telic.runs import own
from telic.training.plan import Plan
from telic.training.ppo import Hyper, Sizes
from telic.worlds import WORLDS, Objective, Phase
from telic.worlds.base import World

SILENT = {"reward_scale": 1.0, "goal_layer": 0, "goal_units": 0}
"""Fields that are younger than stored runs, and the value at which they are not
written: a plan without them keeps its form, and so its hash and its run's name."""

MOST = {
    "batch": 2**24,
    "rollouts": 10**7,
    "width": 4096,
    "actor_layers": 32,
    "critic_layers": 32,
}
"""The largest plan: a larger one is a slip, or meant to fill somebody's memory."""

WEIGHTS, SEEN = 2**26, 2**32
"""The most weights in a layer, as many as a file may hold, and the most numbers that
are seen in a rollout."""


def encode(plan: Plan) -> dict[str, Any]:
    """A plan as a JSON object; `decode` gives the same plan back.

    Raises:
        InputError: If its world is not registered in `WORLDS`, or it is too large.
    """
    check_size(plan)
    return {
        "world": {"name": _world_name(plan.world), **_fields(plan.world)},
        **_policy(plan.policy),
        "hyper": _spoken(plan.hyper, SILENT),
        "sizes": _fields(plan.sizes),
        "objectives": {o.name: dict(o.weights) for o in plan.objectives},
        "schedule": [[phase.objective, phase.rollouts] for phase in plan.schedule],
    }


def decode(config: Any) -> Plan:
    """The plan that a JSON object describes; nothing of it is trusted.

    Raises:
        DamagedError: If a part is missing or of the wrong form.
        InputError: If a name in it is unknown, or a value is not allowed.
    """
    parts = _part(config, "plan", dict[str, Any])
    world = dict(_part(parts.get("world"), "world", dict[str, Any]))
    name = str(world.pop("name", ""))
    own.recall(name)
    kind = lookup(name, WORLDS, kind="world")
    weights = _part(parts.get("objectives"), "objectives", dict[str, dict[str, float]])
    schedule = _part(parts.get("schedule"), "schedule", list[tuple[str, int]])
    try:
        plan = Plan(
            world=build(kind, world, what="world"),
            policy=_read_policy(parts),
            hyper=build(Hyper, parts.get("hyper")),
            sizes=build(Sizes, parts.get("sizes")),
            objectives=tuple(Objective(name, w) for name, w in weights.items()),
            schedule=tuple(Phase(name, count) for name, count in schedule),
        )
    except InputError:
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as e:
        raise DamagedError("a plan is not of the right form", why=repr(e)[:200]) from e
    check_size(plan)
    return plan


def check_size(plan: Plan) -> None:
    """Raise unless a plan is of a size that can be meant.

    Raises:
        InputError: It names what is too large.
    """
    found = {
        **{name: getattr(plan.policy, name, 0) for name in MOST},
        "batch": plan.sizes.batch,
        "rollouts": plan.rollouts,
    }
    for name, most in MOST.items():
        if found[name] > most:
            raise InputError(
                f"a plan with {name} = {found[name]}", why=f"at most {most}"
            )
    if not plan.schedule or min(phase.rollouts for phase in plan.schedule) < 1:
        raise InputError("a phase without a rollout", why="allowed: 1 or more")


def check_memory(plan: Plan) -> None:
    """Raise if a plan's agent does not fit its world, or is beyond all memory.

    Apart from `check_size`: a host world makes a simulator to know what it shows.

    Raises:
        InputError: It names what does not fit or is too large.
    """
    plan.check_fit()
    spec = Spec.of(plan.world)
    leaves = dict(structure.initial_shapes(plan.policy, spec)).values()
    found = {
        "weights in a layer": (max(math.prod(shape) for shape in leaves), WEIGHTS),
        "numbers seen in a rollout": (
            math.prod(plan.world.observation) * plan.sizes.batch,
            SEEN,
        ),
    }
    for name, (count, most) in found.items():
        if count > most:
            raise InputError(f"a plan with {count} {name}", why=f"at most {most}")


def _part(value: Any, name: str, form: Any) -> Any:
    """A part of a plan, if it is of some type."""
    if not fits(value, form):
        raise DamagedError(f"{name} of a plan is {short(value)}")
    return value


RENAMED = {"goal_layer": "wish_layer", "goal_units": "wish_units"}
"""How stored plans spell fields of the MLP, whose hashes name their experiments."""


def _policy(policy: Policy) -> dict[str, Any]:
    """A policy as a plan holds it; the MLP in the form of the oldest plans."""
    if isinstance(policy, MLP):
        found = _spoken(policy, SILENT)
        return {"network": {RENAMED.get(k, k): v for k, v in found.items()}}
    for name, kind in POLICIES.items():
        if type(policy) is kind:
            return {"policy": {"name": name, **_fields(policy)}}
    raise InputError(
        f"policy {type(policy).__name__} is not registered",
        why="a run is stored by the name of its policy",
        fix='add it: telic.policies.POLICIES["name"] = YourPolicy',
    )


def _read_policy(parts: Mapping[str, Any]) -> Policy:
    """The policy that a plan holds."""
    if "policy" not in parts:
        fields = dict(_part(parts.get("network"), "network", dict[str, Any]))
        for now, then in RENAMED.items():
            if then in fields:
                fields[now] = fields.pop(then)
        return build(MLP, fields, what="network")
    fields = dict(_part(parts["policy"], "policy", dict[str, Any]))
    kind = lookup(str(fields.pop("name", "")), POLICIES, kind="policy")
    return build(kind, fields, what="policy")


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
