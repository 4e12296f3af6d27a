"""Edits of activations: no weight changes, an intervention is added to the tree."""

from abc import abstractmethod

import jax
from jaxtyping import Array, Float

from telic.agents import interventions
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits.base import Agent, Single


class ActivationEdit(Single):
    """An edit that adds one intervention at one site of an agent.

    Every subclass has a field `site`, such as `actor/1/post`.
    """

    site: str

    @abstractmethod
    def leaves(self, agent: Agent) -> Tree:
        """The intervention at this strength (`telic.agents.interventions`)."""

    def __call__(self, agent: Agent) -> Tree:
        """The agent with the intervention; at strength 0 the agent itself."""
        leaves = self.leaves(agent)
        if not self.strength:
            return dict(agent)
        return interventions.append(agent, self.site, leaves)

    def touches(self, agent: Agent) -> tuple[str, ...]:
        """The paths of the leaves that it adds."""
        edited = interventions.append(agent, self.site, self.leaves(agent))
        return tuple(sorted(set(edited) - set(agent)))


def units_at(site: str, agent: Agent) -> int:
    """How many units a site of an agent has.

    Raises:
        InputError: If the agent has no such site.

    Example:
        >>> import jax.numpy as jnp
        >>> agent = {"actor/0/bias": jnp.ones(8), "actor/1/bias": jnp.ones(7)}
        >>> units_at("actor/0/post", agent), units_at("actor/logits", agent)
        (8, 7)
    """
    known = _sites(agent)
    if site not in known:
        raise InputError(
            f"there is no site {site!r}", why=f"known: {', '.join(sorted(known))}"
        )
    return known[site]


def check_units(site: str, agent: Agent, *shape: int, what: str, seen: tuple) -> None:
    """Raise unless an array has the shape that a site asks for.

    Raises:
        InputError: If it has not, or the agent has no such site.
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
    """The mask of as many other units; None if there are none, as for all units.

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


def _sites(agent: Agent) -> dict[str, int]:
    """The sites of an agent, as its weights tell them, with their units."""
    found = {}
    for net, end in (("actor", "logits"), ("critic", "value")):
        biases = sorted(
            int(path.split("/")[1])
            for path in agent
            if path.startswith(f"{net}/") and path.endswith("/bias")
        )
        for layer in biases:
            units = agent[f"{net}/{layer}/bias"].shape[0]
            last = layer == biases[-1]
            names = (end,) if last else (f"{layer}/pre", f"{layer}/post")
            found |= {f"{net}/{name}": units for name in names}
    return found
