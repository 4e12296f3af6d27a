"""Capture: the activations of an agent at its named sites, and observations for it.

Sites are named as users of TransformerLens would look for them: `actor/0/pre` is the
output of a layer, `actor/0/post` what its activation function makes of it,
`actor/logits` and `critic/value` the ends (`telic.agents.sites` lists them).
"""

import functools
from collections.abc import Mapping, Sequence

import jax
from jaxtyping import Array, Float

from telic.agents.mlp import Network, activations, of_actor, sites
from telic.agents.observations import Observations
from telic.core import trees
from telic.core.names import check_name
from telic.training.rollout import rollout, start
from telic.worlds.base import JaxWorld, World


def capture(
    agent: Mapping[str, Array],
    network: Network,
    world: World,
    observations: Observations,
    *names: str,
) -> dict[str, Float[Array, "batch units"]]:
    """The activations at some sites, or at all, in one forward pass.

    Args:
        agent: The agent; its interventions act, and are seen. An actor alone, as
            evidence has it, has the sites of the actor.
        network: Its shape.
        world: The world that the observations are of.
        observations: (batch, ...) one observation a row, as the world gives them or
            its Gymnasium environment (`telic.agents.observed`).
        names: The sites; none for all.

    Raises:
        InputError: If there is no such site (the message holds the nearest name), or
            agent, network, world and observations are not of each other.

    Example:
        >>> from telic.agents import create
        >>> from telic.worlds import Keys
        >>> world, network = Keys(), Network(width=8)
        >>> agent = create(jax.random.key(0), network, world)
        >>> seen = gather(jax.random.key(1), agent, network, world, steps=4, envs=2)
        >>> capture(agent, network, world, seen, "actor/1/post")["actor/1/post"].shape
        (8, 8)
    """
    for name in names:
        check_site(name, network)
    alone = not trees.select(agent, "critic/") and _of_actor(names)
    find = of_actor if alone else activations
    found = find(agent, network, world, observations)
    return {name: found[name] for name in names or found}


def _of_actor(names: Sequence[str]) -> bool:
    """Whether no site is one of a critic."""
    return all(name.startswith("actor/") for name in names)


def check_site(name: str, network: Network) -> str:
    """The name itself, if the network has such a site.

    Raises:
        InputError: If it has not; the message holds the nearest name.

    Example:
        >>> check_site("actor/logits", Network())
        'actor/logits'
    """
    return check_name(name, sites(network), kind="site")


@functools.partial(jax.jit, static_argnames=("network", "world", "steps", "envs"))
def gather(
    key: jax.Array,
    agent: Mapping[str, Array],
    network: Network,
    world: JaxWorld,
    *,
    steps: int = 64,
    envs: int = 32,
) -> Array:
    """What an agent sees while it acts: (steps · envs, ...) observations."""
    world_key, key = jax.random.split(key)
    actors = start(world_key, world, envs)
    _, data, _ = rollout(key, agent, actors, network=network, world=world, steps=steps)
    return data.observations.reshape(-1, *data.observations.shape[2:])
