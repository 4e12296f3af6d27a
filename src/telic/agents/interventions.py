"""Interventions: what an agent does to its own activations, kept in its tree.

An edited agent is a flat tree like any other. Beside its weights it may hold leaves
`at/SITE/K/NAME`: the K-th intervention at a site, done in the order of K to the
activations x that arrive there, one row an observation:

    x ← x + mask · (x_donor - x)     if it holds `mask` and `donor/…`  (patch)
    x ← x · map + shift              if it holds `map`                 (transport)
    x ← x · gain + shift             if it holds `gain`                (ablate)
    x ← x + wish[w]                  if it holds `wish`                (a planted goal)
    x ← x + shift                    if it holds only `shift`          (steer)

x_donor are the activations of another agent at the same site on the same observations;
w is the last entry of an observation, and wish[w] reaches the site's first units.
Because they are leaves, whatever can act with an agent acts with its interventions.
"""

import re
from collections.abc import Callable, Mapping

import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree

PREFIX = "at/"
_PATH = re.compile(
    r"at/(?P<site>(?:actor|critic)/(?:logits|value|\d+/(?:pre|post)))/(?P<k>\d+)/(?P<name>.+)"
)

Interventions = Mapping[str, list[Tree]]
"""For each site its interventions, in their order."""


def read(agent: Mapping[str, Array]) -> dict[str, list[Tree]]:
    """The interventions that an agent holds: for each site, in order, their leaves.

    Raises:
        InputError: If a leaf under `at/` is not of the form `at/SITE/K/NAME`.

    Example:
        >>> read({"at/actor/0/post/0/shift": jnp.ones(1), "actor/0/bias": jnp.ones(1)})
        {'actor/0/post': [{'shift': Array([1.], dtype=float32)}]}
    """
    numbered: dict[str, dict[int, Tree]] = {}
    for path in agent:
        if not path.startswith(PREFIX):
            continue
        match = _PATH.fullmatch(path)
        if not match:
            raise InputError(
                f"no intervention at {path!r}", why="the form is at/SITE/K/NAME"
            )
        leaves = numbered.setdefault(match["site"], {}).setdefault(int(match["k"]), {})
        leaves[match["name"]] = agent[path]
    return {
        site: [leaves for _, leaves in sorted(found.items())]
        for site, found in numbered.items()
    }


def append(agent: Mapping[str, Array], site: str, leaves: Mapping[str, Array]) -> Tree:
    """The agent with one more intervention at a site, after those it has there.

    Example:
        >>> sorted(append({}, "actor/logits", {"shift": jnp.ones(7)}))
        ['at/actor/logits/0/shift']
    """
    count = len(read(agent).get(site, ()))
    added = {f"{PREFIX}{site}/{count}/{name}": leaf for name, leaf in leaves.items()}
    return {**agent, **added}


def weights(agent: Mapping[str, Array]) -> Tree:
    """The agent without its interventions.

    Example:
        >>> sorted(weights(append({"actor/0/bias": jnp.ones(1)}, "actor/logits", {})))
        ['actor/0/bias']
    """
    return {path: leaf for path, leaf in agent.items() if not path.startswith(PREFIX)}


def intervene(
    leaves: Mapping[str, Array],
    x: Float[Array, "batch units"],
    run_donor: Callable[[Mapping[str, Array]], Float[Array, "batch units"]],
    observations: Array,
) -> Float[Array, "batch units"]:
    """The activations after one intervention.

    Args:
        leaves: The intervention.
        x: The activations that arrive.
        run_donor: The activations at this site of an agent, on the same observations.
        observations: What the activations are of.
    """
    if "wish" in leaves:
        table = leaves["wish"]
        return x.at[:, : table.shape[1]].add(table[observations[:, -1]])
    if "mask" in leaves:
        mark = "donor/"
        donor = {p.removeprefix(mark): v for p, v in leaves.items() if mark in p}
        return x + leaves["mask"][None] * (run_donor(donor) - x)
    if "map" in leaves:
        x = x @ leaves["map"]
    elif "gain" in leaves:
        x = x * leaves["gain"][None]
    return x + leaves.get("shift", jnp.zeros(x.shape[1]))[None]
