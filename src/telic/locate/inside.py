"""Inside: what an actor's units do on the evidence's observations, layer by layer."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.agents.first import channels
from telic.agents.mlp import of_actor
from telic.core.trees import Tree
from telic.locate.behaviour import Behaviour
from telic.locate.sites import unit_sites


@jax.jit
def inside(behaviour: Behaviour, agent: Tree) -> dict[str, Float[Array, "batch units"]]:
    """What each layer gives to the next, by the site of its units; then the logits."""
    given = behaviour.network, behaviour.world, behaviour.observations
    found = of_actor(agent, *given)
    return {site: found[site] for site in unit_sites(agent).values()}


@jax.jit
def live(behaviour: Behaviour, agent: Tree) -> Tree:
    """1 for every weight through which something flows on the observations, else 0.

    Its input is not always zero, and its unit does not always stay at zero. Any other
    weight could be a little larger or smaller without a difference.
    """
    x = channels(behaviour.world, behaviour.observations)
    into, found = (x != 0).any(axis=0), {}
    filled = inside(behaviour, agent)
    for layer, site in unit_sites(agent).items():
        fires = (filled[site] != 0).any(axis=0)
        found[f"{layer}/kernel"] = (into[:, None] & fires[None]).astype(jnp.float32)
        found[f"{layer}/bias"] = fires.astype(jnp.float32)
        into = fires
    return found
