"""The interquartile mean: the mean of the middle half of the seeds.

The mean of a few training runs is sensitive to one outlier; the median ignores all but
one or two values. The interquartile mean drops the lowest and the highest quarter and
averages the rest, which is robust like a median and nearly as efficient as a mean.
"""

import numpy as np
from jaxtyping import Float, Shaped

from telic.stats.checks import check_values


def iqm(
    values: Shaped[np.ndarray, "*shape"], axis: int = 0
) -> Float[np.ndarray, "*reduced"] | float:
    """The mean of the middle half of the values along one axis.

    Of n values, floor(n / 4) are dropped at each end, so below four values it is the
    plain mean. To pool seeds and tasks, as the paper does, ravel the array first.

    Args:
        values: Scores in any unit.
        axis: The axis to reduce; seeds come first everywhere in telic.

    Returns:
        The means, without that axis, in the same unit.

    Raises:
        InputError: If there are no values, or one of them is not finite.

    Example:
        >>> float(iqm(np.array([0.0, 0.8, 0.9, 1.0, 1000.0])))
        0.9

    Reference:
        Agarwal, Schwarzer, Castro, Courville and Bellemare (2021). Deep Reinforcement
        Learning at the Edge of the Statistical Precipice. arXiv:2108.13264.
    """
    ordered = np.sort(np.moveaxis(check_values(values), axis, 0), axis=0)
    dropped = len(ordered) // 4
    return ordered[dropped : len(ordered) - dropped].mean(axis=0)
