"""Repeats of one vector: estimates of signal and noise.

For R repeats with vectors v_1 … v_R, their mean m and the variance s² of each weight,

    signal² = |m|² - Σ s² / R   (unbiased: the mean has 1 / R of the noise)
    noise²  = Σ s²              (of one vector)
    SNR     = signal² / noise²
"""

from collections.abc import Sequence

import numpy as np
import scipy

from telic.core.trees import Tree
from telic.vectors.measure import cosines, stacked

ONE, MEAN = "one vector", "mean of all repeats"
"""The subtracted vectors: that of the first repeat, or the mean of all."""


def of_repeats(vectors: Sequence[Tree]) -> dict[str, float]:
    """Signal, noise and their ratio, from repeats of one vector.

    Returns:
        `signal` and `noise` (squared norms; that of the signal can be negative by
        chance), `snr`, `cosine` (mean over pairs) and `certain`: the fraction of
        weights whose mean differs from 0 by a t-test at 5 %; by chance it is 0.05.

    Example:
        >>> import jax.numpy as jnp
        >>> two = [{"a": jnp.array([2.0, 1.0])}, {"a": jnp.array([2.0, -1.0])}]
        >>> found = of_repeats(two)
        >>> found["signal"], found["noise"], found["snr"]
        (3.0, 2.0, 1.5)
    """
    rows = stacked(vectors).astype(np.float64)
    count = len(rows)
    middle, variance = rows.mean(axis=0), rows.var(axis=0, ddof=1)
    signal, noise = (middle**2).sum() - variance.sum() / count, variance.sum()
    errors = np.sqrt(variance / count)
    # The two-sided 5 % threshold of Student's t with count - 1 degrees of freedom.
    far = np.abs(middle) > scipy.special.stdtrit(count - 1, 0.975) * errors
    pairs = cosines(vectors)[np.triu_indices(count, 1)]
    return {
        "signal": float(signal),
        "noise": float(noise),
        "snr": float(signal / noise) if noise else np.inf,
        "cosine": float(pairs.mean()),
        "certain": float(far.mean()),
    }
