"""The activations of an actor's units on the observations of a contrast pair."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.locators.behaviour import Behaviour, forward
from telic.policies import INPUT, Agent, Use

UnitActivations = dict[str, Float[Array, "batch ..."]]


@jax.jit
def unit_activations(behaviour: Behaviour, agent: Agent) -> UnitActivations:
    """The activations of every layer's units, by their sites, the logits last."""
    _, found = forward(agent, behaviour.observations, behaviour.first)
    return {layer.site: found[layer.site] for layer in agent.layers}


def by_unit(x: Float[Array, "batch *places units"]) -> Float[Array, "batch units"]:
    """Activations averaged over places."""
    return x if x.ndim == 2 else x.mean(axis=tuple(range(1, x.ndim - 1)))


@jax.jit
def active_mask(behaviour: Behaviour, agent: Agent) -> Tree:
    """1 for every weight that carries a signal on the observations, else 0.

    Its input is not always zero, and neither is its unit. A small change of any other
    weight would have no effect.
    """
    fires = {
        site: (x != 0).any(axis=0)
        for site, x in unit_activations(behaviour, agent).items()
    }
    seen = agent.spec.channel_values(behaviour.rows)
    fires[INPUT] = (seen != 0).any(axis=0)
    found = {path: jnp.ones_like(leaf) for path, leaf in agent.items()}
    for site, uses in agent.units.items():
        for use in uses:
            if site in fires and use.leaf in found:
                row = _along(fires[site], use, found[use.leaf])
                found[use.leaf] = found[use.leaf] * row
    return found


def _along(fires: Array, use: Use, leaf: Array) -> Float[Array, "..."]:
    """Flags of units, along the axis of a leaf that runs over them."""
    if use.places == 1 and fires.ndim > 1:
        fires = fires.any(axis=tuple(range(fires.ndim - 1)))
    shape = [1] * leaf.ndim
    shape[use.axis] = leaf.shape[use.axis]
    return fires.reshape(shape).astype(leaf.dtype)
