"""Agreement of two loci of one actor."""

from typing import NamedTuple

import numpy as np
import scipy

from telic.core.trees import Arrays
from telic.locators.locus import Locus


class Agreement(NamedTuple):
    """The agreement of two loci, over single weights.

    Attributes:
        correlation: Spearman's rank correlation of all scores; NaN if the scores of one
            are all the same.
        shared: The fraction of the first's top that is in the second's too.
    """

    correlation: float
    shared: float


def agreement(a: Locus, b: Locus, like: Arrays, *, share: float = 0.01) -> Agreement:
    """The agreement of two loci; by chance, correlation 0 and overlap `share`.

    Args:
        a: One locus.
        b: Another, of any kind.
        like: The actor of both loci.
        share: The fraction of the weights that counts as the top; at least one.

    Example:
        >>> import numpy as np
        >>> one = Locus("weights", {"a": np.array([0.1, 0.9, 0.5])})
        >>> agreement(one, one, one.scores)
        Agreement(correlation=1.0, shared=1.0)
    """
    first, second = a.weights(like), b.weights(like)
    count = max(1, round(share * len(first.flat)))
    top, other = first.ranks() < count, second.ranks() < count
    correlation = np.nan
    if all(np.ptp(locus.flat) > 0 for locus in (first, second)):
        correlation = scipy.stats.spearmanr(first.flat, second.flat).statistic
    return Agreement(float(correlation), float(other[top].mean()))
