"""Ablate: replace the activations of some units by constants.

The constant is 0 (zero ablation), the units' mean over observations (mean ablation), or
their values on one other observation, drawn once (resample ablation).

Reference:
    Chan et al. 2022, "Causal Scrubbing", Alignment Forum, for resampling; Zhang & Nanda
    2023, "Towards Best Practices of Activation Patching", arXiv 2309.16042.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits.activations import ActivationEdit, check_units, other_units
from telic.edits.base import Edit, Params
from telic.policies import Agent
from telic.vectors.nulls import NULLS

VALUES = ("zero", "mean", "resample")


@dataclasses.dataclass(frozen=True)
class Ablate(ActivationEdit):
    """Replace some units at a site by constants.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=2), Keys())
        >>> edited = Ablate("actor/0/post", jnp.array([1.0, 0.0]), jnp.zeros(2))(agent)
        >>> edited["at/actor/0/post/0/gain"].tolist()
        [0.0, 1.0]
    """

    site: str
    """The site, such as `actor/1/post`."""
    mask: Float[Array, " units"]
    """1 for the units to ablate, 0 for the others."""
    value: Float[Array, " units"]
    """The constants, from `constant` for example."""

    def leaves(self, agent: Agent) -> Tree:
        """The gain that removes the activations, and the shift that replaces them."""
        check_units(self.site, agent, 0, what="mask", seen=self.mask.shape)
        check_units(self.site, agent, 0, what="value", seen=self.value.shape)
        mask = self.strength * self.mask
        return {"gain": 1 - mask, "shift": mask * self.value}

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Ablations of as many other units, and with random constants of that size.

        Zero ablation of a whole site has no null: there are no other units, and zeros
        have no size.
        """
        unit_key, noise_key = jax.random.split(key)
        found: dict[str, Edit] = {}
        mask = other_units(unit_key, self.mask)
        if mask is not None:
            found["random_units"] = dataclasses.replace(self, mask=mask)
        if (self.mask * self.value).any():
            noise = NULLS["gaussian"](noise_key, {"value": self.value})["value"]
            found["gaussian"] = dataclasses.replace(self, value=noise)
        return found


def constant(
    kind: str, activations: Float[Array, "batch units"], *, key: jax.Array | None = None
) -> Float[Array, " units"]:
    """The constants of an ablation: `zero`, `mean`, or `resample` (needs a key).

    Raises:
        InputError: If the kind is none of these, or `resample` has no key.

    Example:
        >>> constant("mean", jnp.array([[1.0, 2.0], [3.0, 2.0]])).tolist()
        [2.0, 2.0]
    """
    if kind == "zero":
        return jnp.zeros(activations.shape[1])
    if kind == "mean":
        return activations.mean(axis=0)
    if kind == "resample" and key is not None:
        return activations[jax.random.randint(key, (), 0, len(activations))]
    raise InputError(
        f"ablation to {kind!r}", why=f"allowed: {', '.join(VALUES)} (with a key)"
    )
