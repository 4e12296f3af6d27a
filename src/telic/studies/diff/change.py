"""The change of the weights between two checkpoints: of each array, of each unit."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.trees import Tree
from telic.policies import LOGITS, Agent
from telic.vectors import energies, norms
from telic.vectors.measure import effective_ranks


class LayerChange(NamedTuple):
    """The change of one array of weights.

    Attributes:
        leaf: Its path.
        norm: The Euclidean norm of the change.
        relative: That, over the norm before.
        energy: The fraction of the squared norm of the whole change.
        rank: The effective rank of the change; None for a bias.
    """

    leaf: str
    norm: float
    relative: float
    energy: float
    rank: float | None


def layers(before: Agent, vector: Tree) -> tuple[LayerChange, ...]:
    """The change of each array, the greatest first."""
    sizes, shares, ranks = norms(vector), energies(vector), effective_ranks(vector)
    base = norms(dict(before))
    found = [
        LayerChange(
            path,
            sizes[path],
            sizes[path] / base[path] if base[path] else float("inf"),
            shares[path],
            ranks.get(path),
        )
        for path in vector
    ]
    return tuple(sorted(found, key=lambda each: -each.energy))


def units(before: Agent, vector: Tree) -> dict[str, Float[np.ndarray, " units"]]:
    """The norm of the change of what makes each unit of the actor's hidden layers."""
    found = {}
    for layer in before.layers:
        if layer.site.endswith(LOGITS):
            continue
        total = sum(
            np.square(np.moveaxis(np.asarray(vector[leaf], np.float64), axis, -1))
            .reshape(-1, vector[leaf].shape[axis])
            .sum(axis=0)
            for leaf, axis in layer.leaves
        )
        found[layer.site] = np.sqrt(total)
    return found
