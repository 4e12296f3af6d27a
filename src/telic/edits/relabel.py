"""Relabel: exchange the input rows of two colours, so that one plays the other's part.

The trivial ceiling of every retargeting: it shows what the agent would do if it cared
for the other colour exactly as it does for this one. It finds nothing inside the agent.
"""

import dataclasses

from telic.core.trees import Tree
from telic.edits.base import Agent, Edit, lerp
from telic.edits.weights import WeightEdit
from telic.vectors.carry import carry


@dataclasses.dataclass(frozen=True)
class Relabel(WeightEdit):
    """Exchange rows of the first layers of actor and critic.

    `Keys.rows(colour)` gives the rows of a colour.

    Example:
        >>> import jax.numpy as jnp
        >>> agent = {"actor/0/kernel": jnp.array([[1.0], [2.0], [3.0]])}
        >>> Relabel((0,), (2,))(agent)["actor/0/kernel"].ravel().tolist()
        [3.0, 2.0, 1.0]
    """

    first: tuple[int, ...]
    """The rows of one colour."""
    second: tuple[int, ...]
    """As many rows of another, in the same order of cells."""

    def changed(self, agent: Agent) -> Tree:
        """The first layers' kernels."""
        kernels = {p: leaf for p, leaf in agent.items() if p.endswith("/0/kernel")}
        exchanged = carry(kernels, self.first, self.second)
        return {p: lerp(kernels[p], exchanged[p], self.strength) for p in kernels}

    def reversed(self) -> Edit:
        """The same exchange again; at another strength than 1 it has no reverse."""
        return self if self.strength == 1 else super().reversed()
