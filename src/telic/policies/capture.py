"""Capture: the activations of an agent at its named sites.

Sites are named as in TransformerLens: a layer's output is `…/pre`, the result of its
activation function `…/post`, the last ones are `…/logits` and `…/value` (`agent.sites`
lists them).
"""

from jaxtyping import Array, Float

from telic.core.names import check_name
from telic.policies.agent import Agent, check_agent
from telic.policies.base import Tap
from telic.policies.observations import Observations


def capture(
    agent: Agent, observations: Observations, *names: str
) -> dict[str, Float[Array, "batch ..."]]:
    """The activations at some sites, or at all, in one forward pass.

    Args:
        agent: The agent; its interventions apply, and their effects are captured. An
            actor alone, as in a contrast pair, has only the sites of the actor.
        observations: (batch, ...) one observation per row, as the world or its
            Gymnasium environment returns them (`telic.policies.observed`). For an agent
            with memory every row is the first of an episode; `unroll` takes sequences.
        names: The sites; none for all.

    Returns:
        The activations by site, (batch, *places, units), in the order of the
        computation.

    Raises:
        InputError: If there is no such site (the message holds the nearest name), the
            observations do not fit the agent's world, or it is not an agent.

    Example:
        >>> import jax
        >>> import jax.numpy as jnp
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=8), Keys())
        >>> seen = jnp.zeros((4, 5, 5), jnp.uint8)
        >>> capture(agent, seen, "actor/1/post")["actor/1/post"].shape
        (4, 8)
    """
    check_agent(agent, what="the agent")
    for name in names:
        check_name(name, agent.sites, kind="site")
    found, tap = recording()
    agent(observations, tap=tap, heads=agent.heads)
    return {name: found[name] for name in names or found}


def recording() -> tuple[dict[str, Array], Tap]:
    """A dict, and a tap that stores the activations at each site in it."""
    found: dict[str, Array] = {}

    def keep(site: str, x: Array) -> Array:
        found[site] = x
        return x

    return found, keep
