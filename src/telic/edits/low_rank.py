"""Low rank: a donor's difference, truncated in rank in every layer.

Reference:
    Eckart & Young 1936, "The approximation of one matrix by another of lower rank",
    Psychometrika 1; Hu et al. 2021, "LoRA", arXiv 2106.09685, for updates of low rank.
"""

import dataclasses

import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits.base import Params, check_leaves
from telic.edits.weights import WeightEdit


@dataclasses.dataclass(frozen=True)
class LowRank(WeightEdit):
    """Add the best approximation of rank `rank` to donor - agent, kernel by kernel.

    Biases are added whole, as they have rank one.

    Example:
        >>> agent = {"actor/0/kernel": jnp.zeros((2, 2))}
        >>> donor = {"actor/0/kernel": jnp.diag(jnp.array([3.0, 1.0]))}
        >>> LowRank(donor, 1)(agent)["actor/0/kernel"].round(5).tolist()
        [[3.0, 0.0], [0.0, 0.0]]
    """

    donor: Params
    """The agent that the edit goes towards."""
    rank: int
    """The number of singular directions kept of each kernel's difference."""

    def __post_init__(self) -> None:
        """Check the rank."""
        super().__post_init__()
        if self.rank < 1:
            raise InputError(f"rank = {self.rank}", why="allowed: 1 or more")

    def changed(self, agent: Params) -> Tree:
        """The leaves of the donor, with its truncated difference added."""
        check_leaves(agent, self.donor, what="donor")
        return {
            p: agent[p] + self.strength * _cut(leaf - agent[p], self.rank)
            for p, leaf in self.donor.items()
        }


def _cut(leaf: Array, rank: int) -> Float[Array, "..."]:
    """The best approximation of a kernel by a rank; a bias is unchanged.

    A kernel of more than two axes is cut as a matrix with a column for each unit.
    """
    if leaf.ndim < 2:
        return leaf
    matrix = leaf.reshape(-1, leaf.shape[-1])
    left, values, right = jnp.linalg.svd(matrix, full_matrices=False)
    cut = (left[:, :rank] * values[None, :rank]) @ right[:rank]
    return cut.reshape(leaf.shape)
