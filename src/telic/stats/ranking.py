"""Rankings: the AUROC of scores."""

import numpy as np
import scipy
from jaxtyping import Bool, Shaped

from telic.core.errors import InputError


def auroc(
    scores: Shaped[np.ndarray, " sites"], positive: Bool[np.ndarray, " sites"]
) -> float:
    """The fraction of pairs in which a positive scores above a negative; ties are half.

    It is the area under the ROC curve. 1: all positives are above all negatives; 0.5:
    chance.

    Raises:
        InputError: If there are no positives, or no negatives.

    Example:
        >>> auroc(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
        1.0

    Reference:
        Mann and Whitney (1947). On a test of whether one of two random variables is
        stochastically larger than the other. Annals of Mathematical Statistics 18,
        50-60.
    """
    right, wrong = int(positive.sum()), int((~positive).sum())
    if not right or not wrong:
        raise InputError(
            f"{right} positives and {wrong} negatives", why="an AUROC needs both"
        )
    # U = sum of the ranks of the positives, minus its least possible value
    u = scipy.stats.rankdata(scores)[positive].sum() - right * (right + 1) / 2
    return float(u / (right * wrong))
