"""Agents from a state dict: torch's, CleanRL's, or a tree of flax.

A state dict has names and arrays, and says neither what the observation is nor which
activation function stands between two layers. `KNOWN` are the layouts of CleanRL's
scripts and of common agents in flax; any other is described by a `Layout`.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.adapters.imported import Imported, Source
from telic.adapters.layers import Layout, network
from telic.core.errors import InputError
from telic.policies import Spec

KNOWN: dict[str, Layout] = {
    "CleanRL ppo": Layout(actor=("actor",), critic=("critic",)),
    "CleanRL ppo_continuous_action": Layout(
        actor=("actor_mean",), critic=("critic",), log_std="actor_logstd"
    ),
    "CleanRL dqn": Layout(actor=("network",), activation="relu", greedy=True),
    "PureJaxRL ppo": Layout(
        actor=("params.Dense_0", "params.Dense_1", "params.Dense_2"),
        critic=("params.Dense_3", "params.Dense_4", "params.Dense_5"),
    ),
    "PureJaxRL ppo_continuous_action": Layout(
        actor=("params.Dense_0", "params.Dense_1", "params.Dense_2"),
        critic=("params.Dense_3", "params.Dense_4", "params.Dense_5"),
        log_std="params.log_std",
    ),
    "rejax ppo": Layout(
        actor=("actor.params.MLP_0", "actor.params.action_dist.Dense_0"),
        critic=("critic.params.MLP_0", "critic.params.Dense_0"),
        activation="silu",
    ),
}
"""The layouts that are tried if none is given, by whose agents have them."""


def from_state(
    given: Mapping[str, Any],
    layout: Layout | None = None,
    *,
    bounds: tuple[tuple[float, float], ...] = (),
    what: str = "the state dict",
) -> Imported:
    """The agent of a state dict.

    Args:
        given: Arrays by name, nested or not: tensors of torch, arrays of NumPy or JAX.
        layout: Where its layers are; None: as in one of `KNOWN`.
        bounds: The ends of each entry of a continuous action, which the arrays do not
            tell; empty: without ends.
        what: The arrays, for messages.

    Raises:
        InputError: If no layout fits, or some arrays belong to none of the layers.

    Example:
        >>> actor, critic = np.ones((2, 4)), np.ones((1, 4))
        >>> found = from_state({"actor.0.weight": actor, "critic.0.weight": critic})
        >>> found.source.algorithm, found.spec.observation, found.spec.actions
        ('CleanRL ppo', (4,), ('0', '1'))
    """
    held = flat(given, what=what)
    tried = {"": layout} if layout else _fitting(held, what)
    for name, one in tried.items():
        policy, params, used = network(held, one, what=what)
        strange = sorted(held.keys() - used)
        if strange:
            raise InputError(
                f"{what} has arrays that are no part of the network: "
                f"{', '.join(strange[:6])}",
                why="an agent without them would be another one",
                fix="name all layers: telic.Layout(actor=…, critic=…)",
            )
        sees, acts = params["actor/0/kernel"].shape[0], _outputs(params)
        ends = bounds or ((-np.inf, np.inf),) * acts if one.log_std else ()
        if len(ends) not in (0, acts):
            raise InputError(f"{len(ends)} bounds for {acts} numbers of an action")
        spec = Spec((sees,), tuple(map(str, range(acts))), bounds=tuple(ends))
        return Imported(params, policy, spec, Source(what, name))
    raise InputError(
        f"{what} has no layout that telic knows",
        why=f"it holds {', '.join(sorted(held)[:8])}",
        fix='say where its layers are: telic.Layout(actor=("pi.0", "pi.2"), critic=…)',
    )


def flat(
    given: Mapping[str, Any], prefix: str = "", *, what: str
) -> dict[str, np.ndarray]:
    """The arrays of a nested mapping by their names, joined by dots.

    Raises:
        InputError: If something in it is no array of numbers.
    """
    found: dict[str, np.ndarray] = {}
    for key, value in given.items():
        name = f"{prefix}{key}".replace("/", ".")
        if isinstance(value, Mapping):
            found |= flat(value, f"{name}.", what=what)
            continue
        if isinstance(value, list | tuple):
            numbered = {str(number): part for number, part in enumerate(value)}
            found |= flat(numbered, f"{name}.", what=what)
            continue
        if hasattr(value, "detach"):  # a tensor of torch
            value = value.detach().cpu().float().numpy()
        array = np.asarray(value)
        if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
            raise InputError(
                f"{what} holds a {type(value).__name__} at {name!r}",
                why="a state dict holds arrays of numbers",
            )
        found[name] = array
    return found


def _fitting(held: Mapping[str, np.ndarray], what: str) -> dict[str, Layout]:
    """The known layout that uses every array, if there is one."""
    for name, layout in KNOWN.items():
        try:
            found = network(held, layout, what=what)
        except InputError:
            continue
        if found.used == held.keys():
            return {name: layout}
    return {}


def _outputs(params: Mapping[str, np.ndarray]) -> int:
    """The outputs of the actor's last layer."""
    last = max(
        int(p.split("/")[1]) for p in params if p.startswith("actor/") and "kernel" in p
    )
    return len(params[f"actor/{last}/bias"])
