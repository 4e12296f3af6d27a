"""Fold: one wish of a goal-conditioned agent, written into a layer's bias.

The wish enters one layer as a vector that depends on nothing else. Add that vector to
the layer's bias, throw the table of wishes away, and a plain agent is left that always
wants the same; between two such agents the goal is the difference of those biases, all
of it and nothing else.
"""

import re
from collections.abc import Mapping

import jax.numpy as jnp
from jaxtyping import Array

from telic.agents import interventions
from telic.core.errors import InputError
from telic.core.trees import Tree

_TABLE = re.compile(
    re.escape(interventions.PREFIX) + r"(?P<layer>(actor|critic)/\d+)/pre/\d+/wish"
)


def fold(agent: Mapping[str, Array], wish: int | None) -> Tree:
    """The plain agent that always has one wish; None: the mean of all wishes.

    Raises:
        InputError: If the agent reads no wish, has no such one, or holds other
            interventions than its tables of wishes.

    Example:
        >>> agent = {
        ...     "actor/0/bias": jnp.zeros(3),
        ...     "at/actor/0/pre/0/wish": jnp.array([[1.0, 2.0], [3.0, 4.0]]),
        ... }
        >>> fold(agent, 1)["actor/0/bias"].tolist()
        [3.0, 4.0, 0.0]
    """
    plain, read = interventions.weights(agent), tables(agent)
    if len(agent) > len(plain) + len(read):
        raise InputError(
            "an agent with other interventions cannot be folded",
            why="a plain agent has none",
            fix="leave them away before",
        )
    for layer, table in read.items():
        if wish is not None and not 0 <= wish < len(table):
            raise InputError(f"wish = {wish}", why=f"allowed: 0 to {len(table) - 1}")
        told = table.mean(axis=0) if wish is None else table[wish]
        bias = plain[f"{layer}/bias"]
        plain[f"{layer}/bias"] = bias.at[: len(told)].add(told)
    return plain


def truth(agent: Mapping[str, Array]) -> Tree:
    """Where the goal is in the actors that are folded from an agent: 1 there, else 0.

    Example:
        >>> agent = {
        ...     "actor/0/bias": jnp.zeros(3),
        ...     "at/actor/0/pre/0/wish": jnp.ones((2, 2)),
        ... }
        >>> truth(agent)["actor/0/bias"].tolist()
        [1.0, 1.0, 0.0]
    """
    flags = {
        p: jnp.zeros_like(leaf)
        for p, leaf in interventions.weights(agent).items()
        if p.startswith("actor/")
    }
    for layer, table in tables(agent).items():
        if layer.startswith("actor/"):
            flags[f"{layer}/bias"] = flags[f"{layer}/bias"].at[: table.shape[1]].set(1)
    return flags


def tables(agent: Mapping[str, Array]) -> dict[str, Array]:
    """An agent's tables of wishes, by the layer at which it reads them.

    Raises:
        InputError: If there is none in its actor.
    """
    found = {
        match["layer"]: leaf
        for path, leaf in agent.items()
        if (match := _TABLE.fullmatch(path))
    }
    if not any(layer.startswith("actor/") for layer in found):
        raise InputError(
            "the agent reads no wish",
            why="only goal-conditioned agents can be folded",
            fix="train one in the world `wishes` with Network(wish_units=16)",
        )
    return found
