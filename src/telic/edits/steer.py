"""Steer: add a direction to the activations at a site, on every observation.

Reference:
    Turner et al. 2023, "Activation Addition: Steering Language Models Without
    Optimization", arXiv 2308.10248; Mini et al. 2023, "Understanding and Controlling a
    Maze-Solving Policy Network", arXiv 2310.08043, for agents.
"""

import dataclasses

import jax
from jaxtyping import Array, Float

from telic.core.trees import Tree
from telic.edits.activations import ActivationEdit, check_units
from telic.edits.base import Edit, Params
from telic.policies import Agent
from telic.vectors.nulls import NULLS


@dataclasses.dataclass(frozen=True)
class Steer(ActivationEdit):
    """Add `strength` times a direction.

    Example:
        >>> import jax.numpy as jnp
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=2), Keys())
        >>> edited = Steer("actor/0/post", jnp.ones(2), strength=3.0)(agent)
        >>> edited["at/actor/0/post/0/shift"].tolist()
        [3.0, 3.0]
    """

    site: str
    """The site, such as `actor/1/post`."""
    direction: Float[Array, " units"]
    """The direction at strength 1, such as `telic.vectors.difference_of_means`."""

    def leaves(self, agent: Agent) -> Tree:
        """The shift."""
        seen = self.direction.shape
        check_units(self.site, agent, 0, what="direction", seen=seen)
        return {"shift": self.strength * self.direction}

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Directions of the same norm: Gaussian; with random signs; shuffled."""
        names = ("gaussian", "signs", "shuffled")
        keys = jax.random.split(key, len(names))
        return {
            name: dataclasses.replace(
                self, direction=NULLS[name](k, {"d": self.direction})["d"]
            )
            for name, k in zip(names, keys, strict=True)
        }

    def reversed(self) -> Edit:
        """The same direction, subtracted."""
        return self.scaled(-1.0)
