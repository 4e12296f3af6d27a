"""Principal components: the axis of weight space along which checkpoints alternate.

Of the principal axes of the checkpoints at all switches, it takes the one that best
separates the two goals; a weight's score is the size of its loading. The first axis of
a run is often just training time.
"""

import jax
import numpy as np

from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.vectors.components import principal_axes as principal
from telic.vectors.components import separation

AXES = 4
"""The number of axes considered."""


def components(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|loading| on the axis of checkpoints that best separates the two goals."""
    agents = [agent for pair in evidence.switches for agent in pair]
    labels = ["recipient", "donor"] * len(evidence.switches)
    found = principal(agents, count=min(AXES, len(agents) - 1))
    apart = [separation(axis, labels) for axis in found.coordinates.T]
    axis = np.abs(found.axes[int(np.argmax(apart))])
    scores, start = {}, 0
    for path in sorted(evidence.recipient):
        leaf = evidence.recipient[path]
        scores[path] = axis[start : start + leaf.size].reshape(leaf.shape)
        start += leaf.size
    return Locus("weights", {path: scores[path] for path in evidence.recipient})
