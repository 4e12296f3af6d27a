"""Agreement: do two loci of one actor say the same?"""

from typing import NamedTuple

import numpy as np
import scipy

from telic.core.trees import Arrays
from telic.locators.locus import Locus


class Agreement(NamedTuple):
    """How alike two loci are, over single weights.

    Attributes:
        correlation: Spearman's, of all scores, ties at the mean of their ranks; NaN if
            the scores of one are all the same.
        shared: The fraction of the first's top that is in the second's too.
    """

    correlation: float
    shared: float


def agreement(a: Locus, b: Locus, like: Arrays, *, share: float = 0.01) -> Agreement:
    """How alike two loci are; by chance 0 and the share itself.

    Args:
        a: One locus.
        b: Another, of any kind.
        like: The actor of which both are.
        share: The share of the weights that is the top; at least one weight.

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
