"""Transport: an affine map at a site, fitted to pairs of activations.

Reference:
    Singh et al. 2024, "Representation Surgery: Theory and Practice of Affine
    Steering", arXiv 2402.09631.
"""

import dataclasses

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.edits.activations import ActivationEdit, check_units
from telic.edits.base import Edit, Params
from telic.policies import Agent
from telic.vectors.nulls import NULLS


@dataclasses.dataclass(frozen=True)
class Transport(ActivationEdit):
    """Map the activations x at a site to x · matrix + shift.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=2), Keys())
        >>> edited = Transport("actor/0/post", 3 * jnp.eye(2), jnp.ones(2))(agent)
        >>> edited["at/actor/0/post/0/map"].tolist()
        [[3.0, 0.0], [0.0, 3.0]]
    """

    site: str
    """The site, such as `actor/0/post`."""
    matrix: Float[Array, "units units"]
    """The linear part at strength 1 (`telic.vectors.fit`)."""
    shift: Float[Array, " units"]
    """The shift after it, at strength 1."""

    def leaves(self, agent: Agent) -> Tree:
        """The map, `strength` of the way from the identity."""
        seen = self.matrix.shape
        check_units(self.site, agent, 0, 0, what="matrix", seen=seen)
        check_units(self.site, agent, 0, what="shift", seen=self.shift.shape)
        eye = jnp.eye(len(self.matrix))
        moved = eye + self.strength * (self.matrix - eye)
        return {"map": moved, "shift": self.strength * self.shift}

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Maps as far from the identity: Gaussian; with random signs; shuffled."""
        names = ("gaussian", "signs", "shuffled")
        keys = jax.random.split(key, len(names))
        eye = jnp.eye(len(self.matrix))
        parts = {"matrix": self.matrix - eye, "shift": self.shift}
        found: dict[str, Edit] = {}
        for name, k in zip(names, keys, strict=True):
            drawn = NULLS[name](k, parts)
            drawn["matrix"] = drawn["matrix"] + eye
            found[name] = dataclasses.replace(self, **drawn)
        return found
