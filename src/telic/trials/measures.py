"""Measures of an edit: efficacy, locality and retention."""

from collections.abc import Sequence

import numpy as np

from telic.rollouts import Rates


def efficacy(edited: Rates, unedited: Rates, donor: Rates, measure: str) -> float:
    """The fraction of the way from the unedited agent's rate to the donor's.

    NaN if the two differ by less than 0.05.

    Reference:
        Meng et al. 2022, "Locating and Editing Factual Associations in GPT", arXiv
        2202.05262, for the words efficacy and locality (there: specificity).

    Example:
        >>> efficacy({"a": 0.5}, {"a": 0.0}, {"a": 1.0}, "a")
        0.5
    """
    gap = donor[measure] - unedited[measure]
    return (edited[measure] - unedited[measure]) / gap if abs(gap) >= 0.05 else np.nan


def locality(edited: Rates, unedited: Rates, others: Sequence[str]) -> float:
    """The fraction of other behaviour that is unchanged.

    One minus half the sum of the absolute changes in the rates of all other ends of an
    episode.

    Example:
        >>> round(locality({"fatal": 0.3}, {"fatal": 0.1}, ["fatal"]), 3)
        0.9
    """
    return 1 - 0.5 * sum(abs(edited[name] - unedited[name]) for name in others)


def retention(edited: Rates, unedited: Rates, failures: Sequence[str]) -> float:
    """The fraction of competence that remains: the ratio of episodes not failed.

    NaN if the unedited agent always fails.

    Example:
        >>> round(retention({"fatal": 0.5}, {"fatal": 0.0}, ["fatal"]), 3)
        0.5
    """
    before = 1 - sum(unedited[name] for name in failures)
    if before < 1e-9:  # rates that sum to 1, up to rounding
        return np.nan
    return (1 - sum(edited[name] for name in failures)) / before
