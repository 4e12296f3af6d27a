"""Decoys: units that look as if they held the goal, and on which nothing depends.

Every planted agent has a few spare units in its first layer, which nobody reads. In a
pair with decoys they differ between the two agents:

    dead      they flow with weights as large as any, other ones in each agent, but are
              held so far below zero that they never fire
    inactive  they fire, and their biases hold the very difference that is the goal's,
              but nothing flows out of them

A method that ranks a decoy above the goal has seen a difference, not a cause.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.trees import Tree

SPARE = 16
"""How many spare units a planted agent has."""


def widened(
    key: jax.Array,
    actor: Mapping[str, Array],
    *,
    like: Mapping[str, Array] | None = None,
) -> Tree:
    """An actor with spare units at the end of its first layer, read by nobody.

    Args:
        key: For the weights into them.
        actor: The actor.
        like: The actor whose weights theirs are as large as; by default its own. With
            one key and one `like`, all actors have the same spare units.

    Example:
        >>> actor = {
        ...     "actor/0/kernel": jnp.ones((5, 2)),
        ...     "actor/0/bias": jnp.ones(2),
        ...     "actor/1/kernel": jnp.ones((2, 3)),
        ...     "actor/1/bias": jnp.zeros(3),
        ... }
        >>> found = widened(jax.random.key(0), actor)
        >>> found["actor/0/kernel"].shape, float(found["actor/1/kernel"][2:].sum())
        ((5, 18), 0.0)
    """
    kernel, onward = actor["actor/0/kernel"], actor["actor/1/kernel"]
    drawn = _drawn(key, (like or actor)["actor/0/kernel"])
    return {
        **actor,
        "actor/0/kernel": jnp.concatenate([kernel, drawn], axis=1),
        "actor/0/bias": jnp.concatenate([actor["actor/0/bias"], jnp.zeros(SPARE)]),
        "actor/1/kernel": jnp.concatenate(
            [onward, jnp.zeros((SPARE, onward.shape[1]))]
        ),
    }


def dead(key: jax.Array, actor: Mapping[str, Array]) -> Tree:
    """A widened actor whose spare units have weights of their own and never fire."""
    kernel, onward = actor["actor/0/kernel"], actor["actor/1/kernel"]
    into, out = jax.random.split(key)
    drawn = _drawn(into, kernel[:, :-SPARE])
    # Inputs are at most 1: below this no observation can lift them over zero.
    low = -(jnp.abs(drawn).sum(axis=0) + 1)
    read = jax.random.normal(out, (SPARE, onward.shape[1])) * onward[:-SPARE].std()
    return {
        **actor,
        "actor/0/kernel": kernel.at[:, -SPARE:].set(drawn),
        "actor/0/bias": actor["actor/0/bias"].at[-SPARE:].set(low),
        "actor/1/kernel": onward.at[-SPARE:].set(read),
    }


def inactive(actor: Mapping[str, Array], told: Float[Array, " units"]) -> Tree:
    """A widened actor whose spare units hold a goal that nobody reads.

    Args:
        actor: The widened actor.
        told: What the wish adds to each of them.
    """
    bias, start = actor["actor/0/bias"], len(actor["actor/0/bias"]) - SPARE
    told = told[:SPARE]
    return {**actor, "actor/0/bias": bias.at[start : start + len(told)].add(told)}


def flags(actor: Mapping[str, Array]) -> Tree:
    """1 for every weight into or out of a spare unit, else 0."""
    found = {p: jnp.zeros_like(leaf) for p, leaf in actor.items()}
    found["actor/0/kernel"] = found["actor/0/kernel"].at[:, -SPARE:].set(1)
    found["actor/0/bias"] = found["actor/0/bias"].at[-SPARE:].set(1)
    found["actor/1/kernel"] = found["actor/1/kernel"].at[-SPARE:].set(1)
    return found


def _drawn(
    key: jax.Array, kernel: Float[Array, "inputs units"]
) -> Float[Array, "inputs spare"]:
    """Weights into the spare units, as large as those into the others."""
    return jax.random.normal(key, (len(kernel), SPARE)) * kernel.std()
