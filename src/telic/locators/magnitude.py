"""Update magnitude: the weights that changed most.

The simplest method, in three variants: the absolute change, the change relative to the
weight, and the change relative to others of its tensor.

Reference:
    Panigrahi et al. 2023, "Task-Specific Skill Localization in Fine-tuned Language
    Models", arXiv 2302.06600.
"""

import jax
import numpy as np

from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of

FLOOR = 0.1
"""Added to the size of a weight, in units of its tensor's root mean square, so that the
relative change of a weight near zero is bounded."""


def magnitude(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Δθ| of every weight."""
    return Locus("weights", {p: np.abs(v) for p, v in _vector(evidence).items()})


def relative(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Δθ| / (|θ| + a tenth of its tensor's root mean square)."""
    before = scores_of(evidence.recipient)
    return Locus(
        "weights",
        {
            p: np.abs(v) / (np.abs(before[p]) + FLOOR * _size(before[p]) + _TINY)
            for p, v in _vector(evidence).items()
        },
    )


def normalised(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|Δθ| relative to the root mean square of Δθ in its tensor."""
    return Locus(
        "weights",
        {p: np.abs(v) / (_size(v) + _TINY) for p, v in _vector(evidence).items()},
    )


_TINY = np.finfo(np.float32).tiny


def _vector(evidence: ContrastPair) -> dict[str, np.ndarray]:
    """Δθ in double precision."""
    return scores_of(evidence.vector)


def _size(leaf: np.ndarray) -> float:
    """The root mean square of a tensor."""
    return float(np.sqrt((leaf**2).mean()))
