"""Splice: whole layers from a donor; interpolate: all leaves towards a donor.

Reference:
    Wortsman et al. 2022, "Model soups", arXiv 2203.05482, for interpolation; Lenc &
    Vedaldi 2015, "Understanding image representations by measuring their equivariance
    and equivalence", arXiv 1411.5908, for stitching layers of two networks.
"""

import dataclasses

from telic.core.trees import Tree
from telic.edits.base import Params, check_leaves, layer_paths, lerp
from telic.edits.weights import WeightEdit


@dataclasses.dataclass(frozen=True)
class Splice(WeightEdit):
    """Replace whole layers by a donor's.

    Example:
        >>> import jax.numpy as jnp
        >>> agent, donor = {"actor/0/bias": jnp.ones(1)}, {"actor/0/bias": jnp.zeros(1)}
        >>> Splice(donor, ("actor/0",))(agent)["actor/0/bias"].tolist()
        [0.0]
    """

    donor: Params
    """The agent that the layers are taken from."""
    layers: tuple[str, ...]
    """The layers, such as `actor/0`."""

    def changed(self, agent: Params) -> Tree:
        """The layers, `strength` of the way to the donor's."""
        paths = layer_paths(agent, self.layers)
        own = {path: agent[path] for path in paths}
        check_leaves(self.donor, own, what="agent", of="donor")
        return {p: lerp(own[p], self.donor[p], self.strength) for p in paths}


@dataclasses.dataclass(frozen=True)
class Interpolate(WeightEdit):
    """Move an agent towards a donor, in all leaves that the donor has.

    Example:
        >>> import jax.numpy as jnp
        >>> agent, donor = {"actor/0/bias": jnp.ones(1)}, {"actor/0/bias": jnp.zeros(1)}
        >>> Interpolate(donor, strength=0.25)(agent)["actor/0/bias"].tolist()
        [0.75]
    """

    donor: Params
    """The agent at strength 1."""

    def changed(self, agent: Params) -> Tree:
        """All leaves of the donor, `strength` of the way to it."""
        check_leaves(agent, self.donor, what="donor")
        return {
            p: lerp(agent[p], leaf, self.strength) for p, leaf in self.donor.items()
        }
