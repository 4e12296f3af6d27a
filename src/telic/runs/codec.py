"""The codec between telic's objects and JSON with arrays, and its registries.

    encode(value, arrays)          settings, worlds, policies, edits, loci, agents, …
    decode(data, World, arrays)    the same value, of the requested type

Plans keep the form of the oldest runs, as experiments are named by its hash.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from telic.core import codec
from telic.core.codec import Families, Family, Form, Source
from telic.core.errors import DamagedError, InputError
from telic.core.trees import Tree
from telic.core.typed import fits, short
from telic.edits import EDITS, Edit
from telic.policies import MLP, POLICIES, Agent, Policy, Spec, structure
from telic.runs import own
from telic.training.plan import ExperimentConfig
from telic.worlds import WORLDS, World


class StoredAgent(NamedTuple):
    """An agent as it is stored: its `Spec` is derived from the world."""

    params: Tree
    policy: Policy
    world: World


WISHES = {"wishes": "goal-keys"}
"""Today's name of a world by the one that stored plans have."""

FAMILIES = Families(
    open={
        World: Family("world", WORLDS, own.recall, WISHES),
        Policy: Family("policy", POLICIES),
        Edit: Family("edit", EDITS),
    },
    forms={
        Agent: Form(
            StoredAgent,
            lambda agent: StoredAgent(dict(agent), agent.policy, agent.world),
            lambda kept: Agent(kept.params, kept.policy, Spec.of(kept.world)),
        )
    },
)
"""The classes that a stored field may hold beside numbers, text and arrays."""

SILENT: dict[str, Any] = {
    "reward_scale": 1.0,
    "goal_layer": 0,
    "goal_units": 0,
    "actor_widths": [],
    "critic_widths": [],
}
"""Fields added since the first stored runs, with the values at which they are not
written, so that the form of older plans, their hash and run names do not change."""

OLD = {"goal_layer": "wish_layer", "goal_units": "wish_units"}
"""The names of MLP fields in stored plans, kept because their hash names the runs."""

PARTS = {"ppo": "hyper", "rollout": "sizes"}
"""How stored plans spell parts of theirs, for the same reason."""

MOST = {
    "batch": 2**24,
    "rollouts": 10**7,
    "width": 4096,
    "actor_layers": 32,
    "critic_layers": 32,
}
"""The limits of a plan: a larger one is a mistake, or an attack on memory."""

WEIGHTS, SEEN = 2**26, 2**32
"""The most weights in a layer, also the most that a file may hold; and the most numbers
in the observations of a rollout."""


def encode(value: Any, arrays: dict[str, np.ndarray] | None = None) -> Any:
    """A value as JSON, which `decode` turns back into an equal one.

    Args:
        value: A dataclass instance (settings, an edit, a plan), or a container of some.
        arrays: The dictionary to put its arrays in, by name.

    Raises:
        InputError: If its world, policy or edit is not registered, or a plan is too
            large.

    Example:
        >>> from telic.worlds import Objective
        >>> encode(Objective("fly", {"height": 1.0}))
        {'name': 'fly', 'weights': [['height', 1.0]]}
    """
    if isinstance(value, ExperimentConfig):
        return _plan(value)
    return codec.encode(value, FAMILIES, arrays)


def pack(value: Any) -> tuple[Any, dict[str, np.ndarray]]:
    """A value as JSON, and the arrays in it: the contents of a file.

    Example:
        >>> from telic.worlds import Objective
        >>> pack(Objective("fly", {"height": 1.0}))[1]
        {}
    """
    arrays: dict[str, np.ndarray] = {}
    return encode(value, arrays), arrays


def decode(
    data: Any,
    kind: Any = ExperimentConfig,
    arrays: Mapping[str, np.ndarray] = {},
    *,
    largest: float = float("inf"),
    what: str = "",
) -> Any:
    """The value of a given type that a JSON value describes, fully checked.

    Args:
        data: The JSON.
        kind: A dataclass, or `World`, `Policy`, `Edit`.
        arrays: The arrays that it refers to.
        largest: The largest number allowed in it.
        what: A description for messages.

    Raises:
        DamagedError: If a part is missing or of the wrong form.
        InputError: If a name in it is unknown, or a value is not allowed.
    """
    if kind is ExperimentConfig:
        return _read_plan(data)
    return codec.decode(data, kind, Source(FAMILIES, arrays, largest), what=what)


def check_plan_size(plan: ExperimentConfig) -> None:
    """Raise unless a plan is within the limits.

    Raises:
        InputError: If it is not; the message names the excess.
    """
    found = {
        **{name: getattr(plan.policy, name, 0) for name in MOST},
        "batch": plan.rollout.batch,
        "rollouts": plan.total_rollouts,
    }
    for name, most in MOST.items():
        if found[name] > most:
            raise InputError(
                f"a plan with {name} = {found[name]}", why=f"at most {most}"
            )
    if not plan.schedule or min(phase.rollouts for phase in plan.schedule) < 1:
        raise InputError("a phase without a rollout", why="allowed: 1 or more")


def check_memory(plan: ExperimentConfig) -> None:
    """Raise if a plan's agent does not fit its world, or needs too much memory.

    Separate from `check_plan_size`, since a host world has to start a simulator to know
    the shape of its observations.

    Raises:
        InputError: If so; the message names the misfit or the excess.
    """
    plan.check_fit()
    spec = Spec.of(plan.world)
    leaves = dict(structure.initial_shapes(plan.policy, spec)).values()
    found = {
        "weights in a layer": (max(math.prod(shape) for shape in leaves), WEIGHTS),
        "numbers seen in a rollout": (
            math.prod(plan.world.observation) * plan.rollout.batch,
            SEEN,
        ),
    }
    for name, (count, most) in found.items():
        if count > most:
            raise InputError(f"a plan with {count} {name}", why=f"at most {most}")


def _plan(plan: ExperimentConfig) -> dict[str, Any]:
    """A plan in the form of the oldest stored ones."""
    check_plan_size(plan)
    policy = codec.encode(plan.policy, FAMILIES)
    oldest = isinstance(plan.policy, MLP)
    if oldest:
        fields = {k: v for k, v in _spoken(policy).items() if k != "name"}
        policy = {OLD.get(name, name): value for name, value in fields.items()}
    world = codec.encode(plan.world, FAMILIES)
    then = {now: name for name, now in WISHES.items()}
    return {
        "world": world | {"name": then.get(world["name"], world["name"])},
        "network" if oldest else "policy": policy,
        PARTS["ppo"]: _spoken(codec.encode(plan.ppo)),
        PARTS["rollout"]: codec.encode(plan.rollout),
        "objectives": {o.name: dict(o.weights) for o in plan.objectives},
        "schedule": [[phase.objective, phase.rollouts] for phase in plan.schedule],
    }


def _read_plan(data: Any) -> ExperimentConfig:
    """The plan in that form."""
    parts = dict(_part(data, "plan", dict[str, Any]))
    if "policy" not in parts:
        fields = _part(parts.pop("network", None), "network", dict[str, Any])
        now = {then: name for name, then in OLD.items()}
        parts["policy"] = {
            "name": "mlp",
            **{now.get(name, name): value for name, value in fields.items()},
        }
    weights = _part(parts.get("objectives"), "objectives", dict[str, dict[str, float]])
    schedule = _part(parts.get("schedule"), "schedule", list[tuple[str, int]])
    parts["objectives"] = [
        {"name": name, "weights": list(w.items())} for name, w in weights.items()
    ]
    parts["schedule"] = [
        {"objective": name, "rollouts": count} for name, count in schedule
    ]
    parts |= {now: parts.pop(then) for now, then in PARTS.items() if then in parts}
    plan = codec.decode(parts, ExperimentConfig, Source(FAMILIES), what="plan")
    check_plan_size(plan)
    return plan


def _part(value: Any, name: str, form: Any) -> Any:
    """A part of a plan, checked to be of a type."""
    if not fits(value, form):
        raise DamagedError(f"{name} of a plan is {short(value)}")
    return value


def _spoken(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields without those at a `SILENT` value."""
    return {k: v for k, v in fields.items() if k not in SILENT or v != SILENT[k]}
