"""Decoys: units that differ between two agents but have no effect.

Every planted agent has a few spare units in its first layer, with no outgoing weights.
In a pair with decoys they differ between the two agents:

    dead      their weights are as large as any and differ between the agents, but their
              biases are so low that they never fire
    inactive  they fire, and their biases differ exactly as by the goal, but they have
              no outgoing weights

A method that ranks a decoy above the goal has found a difference without an effect.
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.policies import Agent, Use
from telic.vectors.relabel import hidden

SPARE = 16
"""The number of spare units of a planted agent."""


def widened(key: jax.Array, actor: Agent, *, like: Agent | None = None) -> Agent:
    """An actor with spare units at the end of its first layer, without outputs.

    Args:
        key: The random key of the weights into them.
        actor: The actor.
        like: The actor whose weights set the scale of theirs; None: the actor itself.
            With the same key and `like`, all actors get the same spare units.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> actor = create(jax.random.key(0), MLP(width=8), Keys()).actor
        >>> found = widened(jax.random.key(0), actor)
        >>> found["actor/0/kernel"].shape, float(found["actor/1/kernel"][8:].sum())
        ((500, 24), 0.0)
    """
    model = like or actor

    def spare(use: Use, shape: tuple[int, ...]) -> Array:
        if use.makes and len(shape) > 1:
            return jax.random.normal(key, shape) * model[use.leaf].std()
        return jax.device_put(np.zeros(shape, np.float32))

    def grown(use: Use, leaf: Array) -> Array:
        more = spare(use, _resized(leaf.shape, use.axis, SPARE * use.places))
        # In NumPy, which compiles nothing.
        return jax.device_put(np.concatenate([leaf, more], axis=use.axis))

    return _each(actor, grown)


def with_dead_units(key: jax.Array, actor: Agent) -> Agent:
    """A widened actor whose spare units have random weights and never fire."""
    into, out = jax.random.split(key)
    units = _units(actor)
    kernel, bias = (u for u in units if u.makes)
    old = _but_spare(actor[kernel.leaf], kernel)
    shape = _resized(old.shape, kernel.axis, SPARE)
    drawn = jax.random.normal(into, shape) * old.std()
    # Inputs are at most 1, so no observation can lift such a unit above zero.
    others = tuple(axis for axis in range(drawn.ndim) if axis != kernel.axis)
    low = -(jnp.abs(drawn).sum(axis=others) + 1)

    def filled(use: Use, leaf: Array) -> Array:
        if use == kernel:
            return leaf.at[_spare(use)].set(drawn)
        if use == bias:
            return leaf.at[_spare(use)].set(low)
        shape = _resized(leaf.shape, use.axis, SPARE)
        read = jax.random.normal(out, shape) * _but_spare(leaf, use).std()
        return leaf.at[_spare(use)].set(read)

    return _each(actor, filled)


def with_inactive_units(actor: Agent, added: Float[Array, " units"]) -> Agent:
    """A widened actor whose spare units hold a goal but have no outputs.

    Args:
        actor: The widened actor.
        added: The goal's addition to the bias of each.
    """
    _, bias = (u for u in _units(actor) if u.makes)
    leaf, added = actor[bias.leaf], added[:SPARE]
    start = len(leaf) - SPARE
    moved = leaf.at[start : start + len(added)].add(added)
    return actor.replace({**actor, bias.leaf: moved})


def flags(actor: Agent) -> Tree:
    """1 for every weight into or out of a spare unit, else 0."""
    blank = actor.replace({p: jnp.zeros_like(leaf) for p, leaf in actor.items()})
    return dict(_each(blank, lambda use, leaf: leaf.at[_spare(use)].set(1)))


def _units(actor: Agent) -> tuple[Use, ...]:
    """The axes that run over the units of the first hidden layer."""
    return next(iter(hidden(actor).values()))


def _each(actor: Agent, change: Callable[[Use, Array], Array]) -> Agent:
    """The actor after a change of every leaf with units of the first layer."""
    found = {use.leaf: change(use, actor[use.leaf]) for use in _units(actor)}
    return actor.replace({**actor, **found})


def _spare(use: Use) -> tuple[slice, ...]:
    """The spare units in a leaf."""
    return (slice(None),) * use.axis + (slice(-SPARE, None),)


def _but_spare(leaf: Array, use: Use) -> Array:
    """A leaf without its spare units."""
    return leaf[(slice(None),) * use.axis + (slice(None, -SPARE),)]


def _resized(shape: tuple[int, ...], axis: int, size: int) -> tuple[int, ...]:
    """A shape with another size along an axis."""
    return (*shape[:axis], size, *shape[axis + 1 :])
