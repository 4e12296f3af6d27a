"""Rankings: does a score put the right things first, and do two scores agree?"""

import numpy as np
from jaxtyping import Bool, Float, Shaped

from telic.core.errors import InputError


def auroc(
    scores: Shaped[np.ndarray, " sites"], positive: Bool[np.ndarray, " sites"]
) -> float:
    """How often a positive scores above a negative; ties count half.

    1: all positives are above all negatives; 0.5: chance.

    Raises:
        InputError: If there are no positives, or no negatives.

    Example:
        >>> auroc(np.array([0.9, 0.8, 0.1]), np.array([True, False, False]))
        1.0
    """
    right, wrong = scores[positive], np.sort(scores[~positive])
    if not len(right) or not len(wrong):
        raise InputError(
            f"{len(right)} positives and {len(wrong)} negatives",
            why="an AUROC needs both",
        )
    below = np.searchsorted(wrong, right, "left")
    upto = np.searchsorted(wrong, right, "right")
    return float(((below + upto) / 2).mean() / len(wrong))


def rank_correlation(
    a: Shaped[np.ndarray, " sites"], b: Shaped[np.ndarray, " sites"]
) -> float:
    """Spearman's correlation: that of the ranks; ties share a rank.

    NaN if one of them is constant.

    Example:
        >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0]))
        1.0
    """
    x, y = _ranks(a), _ranks(b)
    x, y = x - x.mean(), y - y.mean()
    size = np.sqrt((x @ x) * (y @ y))
    return float(x @ y / size) if size else np.nan


def overlap(a: Bool[np.ndarray, " sites"], b: Bool[np.ndarray, " sites"]) -> float:
    """The share of the first selection that is in the second as well.

    By chance it is the second's share of all sites.

    Raises:
        InputError: If the first selects nothing.

    Example:
        >>> overlap(np.array([True, True, False]), np.array([False, True, True]))
        0.5
    """
    if not a.any():
        raise InputError("an overlap with nothing", why="nothing is selected")
    return float((a & b).sum() / a.sum())


def _ranks(scores: Shaped[np.ndarray, " sites"]) -> Float[np.ndarray, " sites"]:
    """The rank of each score from 0, ties at the mean of theirs."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts + 1) / 2)[place]
