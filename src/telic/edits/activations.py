"""Edits of activations: they change no weight, but add an intervention to the tree."""

from abc import abstractmethod

import jax
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import Tree
from telic.edits.base import Params, Single
from telic.policies import Agent, interventions
from telic.policies.agent import check_agent

EDITED = "what an edit of activations is given"
"""The description of the argument, for the message that it is not an agent."""


class ActivationEdit(Single):
    """An edit that adds one intervention at one site of an agent.

    Every subclass has a field `site`, such as `actor/1/post`.
    """

    site: str

    @abstractmethod
    def leaves(self, agent: Agent) -> Tree:
        """The intervention at this strength (`telic.policies.interventions`)."""

    def apply(self, agent: Params) -> Tree:
        """The parameters with the intervention; at strength 0 the agent's own."""
        leaves = self.leaves(check_agent(agent, what=EDITED, only="has sites"))
        if not self.strength:
            return dict(agent)
        return interventions.add_intervention(agent, self.site, leaves)

    def touches(self, agent: Params) -> tuple[str, ...]:
        """The paths of the leaves that it adds."""
        leaves = self.leaves(check_agent(agent, what=EDITED, only="has sites"))
        edited = interventions.add_intervention(agent, self.site, leaves)
        return tuple(sorted(set(edited) - set(agent)))


def units_at(site: str, agent: Agent) -> int:
    """The number of units at a site; at a site with places, the channels.

    Raises:
        InputError: If the agent has no such site; the message holds the nearest name.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=8), Keys())
        >>> units_at("actor/0/post", agent), units_at("actor/logits", agent)
        (8, 7)
    """
    check_name(site, agent.sites, kind="site")
    return agent.sites[site][-1]


def check_units(site: str, agent: Agent, *shape: int, what: str, seen: tuple) -> None:
    """Raise unless an array has the shape that a site needs.

    Raises:
        InputError: If it does not, or the agent has no such site.
    """
    units = units_at(site, agent)
    due = tuple(units for _ in shape)
    if seen != due:
        raise InputError(
            f"the {what} is {seen}", why=f"{site} has {units} units: {due} is needed"
        )


def other_units(
    key: jax.Array, mask: Float[Array, " units"]
) -> Float[Array, " units"] | None:
    """A random mask of as many other units; None if the mask is constant.

    Example:
        >>> import jax.numpy as jnp
        >>> other_units(jax.random.key(0), jnp.array([1.0, 0.0])).tolist()
        [0.0, 1.0]
    """
    if (mask == mask[0]).all():
        return None
    while True:
        key, now = jax.random.split(key)
        drawn = jax.random.permutation(now, mask)
        if (drawn != mask).any():
            return drawn
