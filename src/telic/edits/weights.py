"""Edits of weights: their base class, `Add`, and the nulls of all of them.

The nulls of an edit of weights are additions, so `Add` is in the same file.
"""

import dataclasses
from abc import abstractmethod

import jax

from telic.core.trees import Tree
from telic.edits.base import Edit, Params, Single, check_leaves
from telic.vectors.nulls import NULLS


class WeightEdit(Single):
    """An edit that replaces some leaves of an agent by others."""

    @abstractmethod
    def changed(self, agent: Params) -> Tree:
        """The new values of the leaves that it replaces; the strength is not 0."""

    def apply(self, agent: Params) -> Tree:
        """The parameters after the edit; at strength 0 those of the agent."""
        changed = self.changed(agent)
        return {**agent, **changed} if self.strength else dict(agent)

    def touches(self, agent: Params) -> tuple[str, ...]:
        """The paths of the leaves that it replaces."""
        return tuple(sorted(self.changed(agent)))

    def difference(self, agent: Params) -> Tree:
        """The change of each leaf that it replaces."""
        changed = self.changed(agent)
        return {path: leaf - agent[path] for path, leaf in changed.items()}

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """Additions of the difference without its meaning, of the same norm.

        `gaussian` has its norm over all leaves together, `gaussian_per_tensor` leaf by
        leaf; `signs` and `shuffled` keep the sizes of its entries.
        """
        return vector_nulls(key, self.difference(agent))


@dataclasses.dataclass(frozen=True)
class Add(WeightEdit):
    """Task arithmetic, θ ← θ + strength · v; strength -1 subtracts v.

    Reference:
        Ilharco et al. 2022, "Editing Models with Task Arithmetic", arXiv 2212.04089.

    Example:
        >>> import jax.numpy as jnp
        >>> agent = {"actor/0/bias": jnp.ones(1)}
        >>> Add({"actor/0/bias": jnp.full(1, 2.0)}, strength=-1.0)(agent)
        {'actor/0/bias': Array([-1.], dtype=float32)}
    """

    vector: Params
    """The vector to add: a task vector, or some leaves of one."""

    def changed(self, agent: Params) -> Tree:
        """The leaves of the agent that the vector has, with it added."""
        check_leaves(agent, self.vector, what="vector")
        return {p: agent[p] + self.strength * leaf for p, leaf in self.vector.items()}

    def reversed(self) -> Edit:
        """Its subtraction."""
        return self.scaled(-1.0)


def vector_nulls(key: jax.Array, vector: Tree) -> dict[str, Edit]:
    """The edits that add each null of a vector.

    Example:
        >>> import jax.numpy as jnp
        >>> list(vector_nulls(jax.random.key(0), {"actor/0/bias": jnp.ones(4)}))
        ['gaussian', 'gaussian_per_tensor', 'signs', 'shuffled']
    """
    keys = jax.random.split(key, len(NULLS))
    return {
        name: Add(null(k, vector))
        for (name, null), k in zip(NULLS.items(), keys, strict=True)
    }
