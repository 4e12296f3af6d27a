"""Add: task arithmetic, θ ← θ + strength · v.

Reference:
    Ilharco et al. 2022, "Editing Models with Task Arithmetic", arXiv 2212.04089.
"""

import dataclasses

from telic.core.trees import Tree
from telic.edits.base import Edit, Params, check_leaves
from telic.edits.weights import WeightEdit


@dataclasses.dataclass(frozen=True)
class Add(WeightEdit):
    """Add a vector; strength -1 subtracts it, as the first founding study does.

    Example:
        >>> import jax.numpy as jnp
        >>> agent = {"actor/0/bias": jnp.ones(1)}
        >>> Add({"actor/0/bias": jnp.full(1, 2.0)}, strength=-1.0)(agent)
        {'actor/0/bias': Array([-1.], dtype=float32)}
    """

    vector: Params
    """What is added: a task vector, or some leaves of one."""

    def changed(self, agent: Params) -> Tree:
        """The leaves that the vector has."""
        check_leaves(agent, self.vector, what="vector")
        return {p: agent[p] + self.strength * leaf for p, leaf in self.vector.items()}

    def reversed(self) -> Edit:
        """Its subtraction."""
        return self.scaled(-1.0)
