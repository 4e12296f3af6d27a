"""Interventions on an agent's activations, stored among its parameters.

An edited agent is a flat dict like any other. Beside its weights it may hold leaves
`at/SITE/K/NAME`: the K-th intervention at a site. They apply in the order of K to the
activations x at the site, one row per observation:

    x ← x + mask · (x_donor - x)     if it holds `mask` and `donor/…`  (patch)
    x ← x · map + shift              if it holds `map`                 (transport)
    x ← x · gain + shift             if it holds `gain`                (ablate)
    x ← x + goal[g]                  if it holds `goal`                (a planted goal)
    x ← x + shift                    if it holds only `shift`          (steer)

x_donor are the activations of another agent at the same site on the same observations;
g is the last entry of an observation, and goal[g] is added to the site's first units.
At a site with places an intervention is the same at every place. Because they are
leaves, interventions apply wherever the agent is used.
"""

import re
from collections.abc import Mapping

import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree

PREFIX = "at/"
DONOR = "donor/"
_PATH = re.compile(
    r"at/(?P<site>.+?)/(?P<k>\d+)/(?P<name>mask|map|gain|shift|goal|donor/.+)"
)


def path(site: str, k: int, name: str) -> str:
    """The path of a leaf of the K-th intervention at a site.

    Example:
        >>> path("actor/logits", 0, "shift")
        'at/actor/logits/0/shift'
    """
    return f"{PREFIX}{site}/{k}/{name}"


def interventions_of(agent: Mapping[str, Array]) -> dict[str, list[Tree]]:
    """The interventions of an agent: for each site, the leaves of each, in order.

    Raises:
        InputError: If a leaf under `at/` is not of the form `at/SITE/K/NAME`.

    Example:
        >>> found = {"at/actor/0/post/0/shift": jnp.ones(1), "bias": jnp.ones(1)}
        >>> interventions_of(found)
        {'actor/0/post': [{'shift': Array([1.], dtype=float32)}]}
    """
    numbered: dict[str, dict[int, Tree]] = {}
    for held in agent:
        if not held.startswith(PREFIX):
            continue
        match = _PATH.fullmatch(held)
        if not match:
            raise InputError(
                f"no intervention at {held!r}", why="the form is at/SITE/K/NAME"
            )
        leaves = numbered.setdefault(match["site"], {}).setdefault(int(match["k"]), {})
        leaves[match["name"]] = agent[held]
    return {
        site: [leaves for _, leaves in sorted(found.items())]
        for site, found in numbered.items()
    }


def add_intervention(
    agent: Mapping[str, Array], site: str, leaves: Mapping[str, Array]
) -> Tree:
    """An agent's parameters with one more intervention at a site, after the others.

    Example:
        >>> sorted(add_intervention({}, "actor/logits", {"shift": jnp.ones(7)}))
        ['at/actor/logits/0/shift']
    """
    count = len(interventions_of(agent).get(site, ()))
    return {**agent, **{path(site, count, name): x for name, x in leaves.items()}}


def weights(agent: Mapping[str, Array]) -> Tree:
    """An agent's parameters without its interventions.

    Example:
        >>> agent = {"actor/0/bias": jnp.ones(1)}
        >>> sorted(weights(add_intervention(agent, "actor/logits", {})))
        ['actor/0/bias']
    """
    return {p: leaf for p, leaf in agent.items() if not p.startswith(PREFIX)}


def check_goals(agent: Mapping[str, Array], goals: int, *, reads: bool) -> None:
    """Raise unless tables of goals have a row for each of the world's goals.

    Args:
        agent: The parameters.
        goals: The number of goals of its world; 0: none.
        reads: Whether a table is required.

    Raises:
        InputError: If a table has another size, or a required one is missing: the agent
            would silently act on another part of its observation, or on no goal.
    """
    tables = {
        path(site, k, "goal"): leaves["goal"]
        for site, held in interventions_of(agent).items()
        for k, leaves in enumerate(held)
        if "goal" in leaves
    }
    for held, table in tables.items():
        if len(table) != goals:
            raise InputError(
                f"the agent's {held!r} has {len(table)} rows",
                why=f"a row for each goal that its world tells: {goals}",
                fix="an agent goes with the world that it was trained in",
            )
    if reads and not tables:
        raise InputError(
            "the agent has no table of goals",
            why="its policy reads a goal: without a table it would act on none",
            fix="leave the goal out of the policy: policy.without_goal()",
        )


def donor(leaves: Mapping[str, Array]) -> Tree:
    """The donor's parameters in an intervention; empty if it is not a patch."""
    return {p.removeprefix(DONOR): v for p, v in leaves.items() if p.startswith(DONOR)}


def intervene(
    leaves: Mapping[str, Array],
    x: Float[Array, "batch *places units"],
    donor_x: Float[Array, "batch *places units"] | None,
    observations: Array,
) -> Float[Array, "batch *places units"]:
    """The activations after one intervention.

    Args:
        leaves: The intervention.
        x: The activations before it.
        donor_x: The donor's activations at this site, if it is a patch.
        observations: The observations that the activations are for.
    """
    if "goal" in leaves:
        table = leaves["goal"]
        return x.at[:, : table.shape[1]].add(table[observations[:, -1]])
    if donor_x is not None:
        return x + _row(leaves["mask"], x) * (donor_x - x)
    if "map" in leaves:
        x = x @ leaves["map"]
    elif "gain" in leaves:
        x = x * _row(leaves["gain"], x)
    return x + _row(leaves.get("shift", jnp.zeros(x.shape[-1])), x)


def _row(units: Float[Array, " units"], x: Array) -> Array:
    """Values of units, reshaped to broadcast over batch and places."""
    return units.reshape((1,) * (x.ndim - 1) + units.shape)
