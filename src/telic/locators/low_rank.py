"""Low-rank subspace: the leading directions of each layer's change.

The change of a layer, kernel and bias together, is a sum of rank-one parts; their
singular values are their scores.

Reference:
    Hu et al. 2021, "LoRA: Low-Rank Adaptation of Large Language Models", arXiv
    2106.09685.
"""

import jax
import numpy as np

from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of

RANK = 4
"""The directions kept of each layer: enough for nearly all of the goal in the splice
study."""


def low_rank(evidence: ContrastPair, key: jax.Array) -> Locus:
    """The first four singular directions of each layer's change, by singular value."""
    vector, scores, factors = scores_of(evidence.vector), {}, {}
    for layer in evidence.recipient.layers:
        change = layer.matrix(vector)
        left, values, right = np.linalg.svd(change, full_matrices=False)
        scores[layer.name] = values[:RANK]
        factors[layer.name] = (left[:, :RANK] * values[None, :RANK], right[:RANK])
    return Locus("directions", scores, factors)
