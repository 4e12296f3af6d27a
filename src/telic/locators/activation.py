"""Activation difference of means: units with different activity in the two agents.

Reference:
    Marks & Tegmark 2023, "The Geometry of Truth", arXiv 2310.06824, for differences of
    means as directions.
"""

import jax
import numpy as np

from telic.locators.inside import by_unit, unit_activations
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair


def activation(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|mean_D - mean_R| / sd of each unit, both agents on the same observations.

    The sd is over both agents' activations; a unit that never varies scores 0.
    """
    mine, theirs = (
        unit_activations(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    return Locus(
        "units", {s: _apart(by_unit(mine[s]), by_unit(theirs[s])) for s in mine}
    )


def _apart(mine: jax.Array, theirs: jax.Array) -> np.ndarray:
    """The difference of means in standard deviations."""
    a, b = np.asarray(mine, np.float64), np.asarray(theirs, np.float64)
    spread = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 2)
    gap = np.abs(b.mean(axis=0) - a.mean(axis=0))
    return np.divide(gap, spread, out=np.zeros_like(gap), where=spread > 1e-6)
