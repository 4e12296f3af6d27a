"""Rankings: AUROC and average precision of scores, and how one predicts another."""

import numpy as np
import scipy
from jaxtyping import Bool, Float, Int, Shaped

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


def rank_correlation(
    first: Float[np.ndarray, " points"], second: Float[np.ndarray, " points"]
) -> float:
    """Spearman's correlation of two rankings, -1 to 1; equal values share a mean rank.

    NaN if all values of either are equal, as there is nothing to rank.

    Example:
        >>> x = np.array([1.0, 2.0, 3.0, 4.0])
        >>> float(round(rank_correlation(x, -(x**3)), 6))
        -1.0

    Reference:
        Spearman (1904). The proof and measurement of association between two things.
        American Journal of Psychology 15, 72-101.
    """
    ranks = [scipy.stats.rankdata(each) for each in (first, second)]
    if any(np.ptp(each) == 0 for each in ranks):
        return float("nan")
    return float(np.corrcoef(*ranks)[0, 1])


def average_precision(
    scores: Shaped[np.ndarray, " sites"], positive: Bool[np.ndarray, " sites"]
) -> float:
    """The mean, over positives, of the fraction of positives among all ranked as high.

    It is the area under the steps of the curve of precision over recall. Tied sites
    count as one step: each has the precision of all that score as much or more, so no
    order among them is lucky. 1: all positives are above all negatives. By chance, and
    for equal scores exactly, it is the fraction of positives; an AUROC is near 1
    where few positives are below thousands of the negatives, and this is not.

    Raises:
        InputError: If there are no positives.

    Example:
        >>> average_precision(np.array([0.9, 0.8, 0.1]), np.array([True, False, True]))
        0.8333333333333333

    Reference:
        Saito and Rehmsmeier (2015). The precision-recall plot is more informative than
        the ROC plot when evaluating binary classifiers on imbalanced datasets. PLoS
        ONE 10(3), e0118432.
    """
    right = scores[positive]
    if not len(right):
        raise InputError("0 positives", why="an average precision needs some")

    def as_high(among: Shaped[np.ndarray, " some"]) -> Int[np.ndarray, " right"]:
        """For each positive, how many score as much or more."""
        return len(among) - np.searchsorted(np.sort(among), right, side="left")

    return float((as_high(right) / as_high(scores)).mean())
