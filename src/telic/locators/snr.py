"""Update SNR: the weights with a consistent change over switches.

The change of one switch is goal plus noise; over several switches between the same two
goals, the noise averages out:

    score = |mean Δθ| / (sd Δθ + a thousandth of the vector's root mean square)
"""

import jax
import numpy as np

from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of

FLOOR = 1e-3


def snr(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|mean Δθ| / sd Δθ over the switches; with one switch, |Δθ|."""
    vectors = [
        scores_of({p: donor[p] - leaf for p, leaf in recipient.items()})
        for recipient, donor in evidence.switches
    ]
    rows = {p: np.stack([v[p] for v in vectors]) for p in vectors[0]}
    means = {p: row.mean(axis=0) for p, row in rows.items()}
    squares = sum(float((m**2).sum()) for m in means.values())
    floor = FLOOR * np.sqrt(squares / sum(m.size for m in means.values()))
    many = len(vectors) > 1
    return Locus(
        "weights",
        {
            p: np.abs(means[p]) / ((row.std(axis=0, ddof=1) if many else 0.0) + floor)
            for p, row in rows.items()
        },
    )
