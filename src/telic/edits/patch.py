"""Patch: the activations of a donor, on the same observations, in place of the agent's.

The donor runs beside the agent. With a relabelled copy of the agent as donor it is an
interchange intervention: the units take the values that they would have if the two
colours were exchanged in the observation.

Reference:
    Vig et al. 2020, "Investigating Gender Bias in Language Models Using Causal
    Mediation Analysis", arXiv 2004.12265; Geiger et al. 2021, "Causal Abstractions of
    Neural Networks", arXiv 2106.02997; Zhang & Nanda 2023, arXiv 2309.16042.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.edits.activations import EDITED, ActivationEdit, check_units, other_units
from telic.edits.base import Edit, Params, check_leaves
from telic.policies import Agent, interventions, structure
from telic.policies.agent import check_agent
from telic.vectors.nulls import NULLS


@dataclasses.dataclass(frozen=True)
class Patch(ActivationEdit):
    """Replace some units at a site by a donor's.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=2), Keys())
        >>> edited = Patch("actor/0/post", agent, jnp.array([1.0, 0.0]))(agent)
        >>> edited["at/actor/0/post/0/mask"].tolist()
        [1.0, 0.0]
    """

    site: str
    """The site, such as `actor/1/post`."""
    donor: Params
    """The donor, or at least its net up to the site."""
    mask: Float[Array, " units"]
    """1 for the units to replace, 0 for the others."""

    def leaves(self, agent: Agent) -> Tree:
        """The mask, and the donor's net."""
        check_units(self.site, agent, 0, what="mask", seen=self.mask.shape)
        others = structure.leaves_of(agent.policy, agent.spec) - agent.net_of(self.site)
        weights = interventions.weights(self.donor)
        donor = {p: leaf for p, leaf in weights.items() if p not in others}
        check_leaves(agent, donor, what="donor")
        upstream = {path: agent[path] for path in agent.upstream(self.site)}
        check_leaves(donor, upstream, what="agent", of="donor")
        held = {f"donor/{path}": leaf for path, leaf in donor.items()}
        return {"mask": self.strength * self.mask, **held}

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Patches from random donors as far from the agent as this one.

        Only the layers up to the site are randomised, as the others have no effect.
        `random_units` patches as many other units, unless all are patched.
        """
        agent = check_agent(agent, what=EDITED, only="has sites")
        self.leaves(agent)  # raises unless the donor fits
        key, unit_key = jax.random.split(key)
        names = ("gaussian", "signs", "shuffled")
        keys = jax.random.split(key, len(names))
        paths = agent.upstream(self.site)
        gap = {path: self.donor[path] - agent[path] for path in paths}
        found: dict[str, Edit] = {}
        for name, k in zip(names, keys, strict=True):
            moved = NULLS[name](k, gap)
            drawn = {path: agent[path] + moved[path] for path in paths}
            found[name] = dataclasses.replace(self, donor={**self.donor, **drawn})
        mask = other_units(unit_key, self.mask)
        if mask is not None:
            found["random_units"] = dataclasses.replace(self, mask=mask)
        return found


def all_units(units: int) -> Float[Array, " units"]:
    """The mask of all units.

    Example:
        >>> all_units(2).tolist()
        [1.0, 1.0]
    """
    return jnp.ones(units)
