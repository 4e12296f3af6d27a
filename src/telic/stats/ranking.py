"""Rankings: the AUROC of scores, and how well one ranking predicts another."""

import numpy as np
import scipy
from jaxtyping import Bool, Float, Shaped

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


def rank_r2(
    predictor: Float[np.ndarray, " points"], target: Float[np.ndarray, " points"]
) -> float:
    """The share of the variance of one ranking that a line in another explains.

    It is Spearman's correlation, squared; equal values share their mean rank. NaN if
    all values of either are equal, as there is nothing to rank.

    Example:
        >>> x = np.array([1.0, 2.0, 3.0, 4.0])
        >>> round(rank_r2(x, x**3), 6), round(rank_r2(x, np.array([2.0, 1, 4, 3])), 6)
        (1.0, 0.36)

    Reference:
        Spearman (1904). The proof and measurement of association between two things.
        American Journal of Psychology 15, 72-101.
    """
    first, second = (scipy.stats.rankdata(each) for each in (predictor, target))
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1] ** 2)
