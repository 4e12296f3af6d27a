"""Scores of a locator on a planted pair: does it rank the planted sites first?"""

import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool

from telic.core.trees import Tree
from telic.locators import LOCATORS, Locus
from telic.locators.inside import active_mask
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.planted import Planted
from telic.stats import auroc, average_precision

SURE = 16
"""The number of weights at the top of a locus whose mean score is its strength."""


def truth_of(planted: Planted, evidence: ContrastPair) -> Tree:
    """Ground truth: 1 for the weights that hold the goal and carry a signal, else 0.

    Weights into a unit that never fires carry none, so they are not counted; nor are
    weights in which the two agents do not differ.
    """
    first, second = (
        active_mask(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    vector = evidence.vector
    return {
        path: flags * np.maximum(first[path], second[path]) * (vector[path] != 0)
        for path, flags in planted.truth.items()
    }


def ask(
    names: Iterable[str],
    evidence: ContrastPair,
    key: jax.Array,
    planted: Planted,
    true: Tree,
) -> Iterator[tuple[str, Locus, float]]:
    """Name, locus and seconds of each of our locators, one after another.

    Only the oracle gets the ground truth, `true`; it is left out of pairs without a
    goal.
    """
    for name in names:
        seen = evidence
        if name == "oracle":
            if not has_goal(planted):
                continue
            seen = dataclasses.replace(evidence, truth=true)
        started = time.perf_counter()
        locus = LOCATORS[name](seen, key)
        yield name, locus, time.perf_counter() - started


def has_goal(planted: Planted) -> bool:
    """True if a planted pair differs by a goal."""
    return any(np.any(flags) for flags in planted.truth.values())


def score(
    locus: Locus, evidence: ContrastPair, planted: Planted, true: Tree
) -> dict[str, float]:
    """The scores of a locus against the ground truth.

    Returns:
        `weights` and `units` (AUROC), `average` and `unit_average` (average precision),
        `precision` and `unit_precision` (the fraction of the top that is true, where
        the top has as many entries as are true), `decoys` (the fraction of that top
        that are decoys) and `strength` (the mean score of the `SURE` highest). Scores
        that need a ground truth or decoys are left out of pairs without them.
    """
    like = evidence.recipient
    weights, flags = locus.weights(like), _row(true)
    ranks, size = weights.ranks(), int(flags.sum())
    # As many weights on every rung: a mean over more of them would be lower.
    found = {"strength": float(weights.flat[ranks < SURE].mean())}
    if size:
        names = ("weights", "average", "precision")
        found |= zip(names, _right(weights, flags), strict=True)
        units = locus.units(like)
        true_units = Locus("weights", scores_of(true)).units(like).flat > 0
        names = ("units", "unit_average", "unit_precision")
        found |= zip(names, _right(units, true_units), strict=True)
    if size and planted.decoys is not None:
        top = ranks < size
        found["decoys"] = float((top & _row(planted.decoys)).sum() / size)
    return found


def _right(locus: Locus, flags: Bool[np.ndarray, " sites"]) -> tuple[float, ...]:
    """AUROC, average precision, and precision at the true size."""
    row, first = locus.flat, locus.ranks() < flags.sum()
    return auroc(row, flags), average_precision(row, flags), float(flags[first].mean())


def _row(flags: Mapping[str, Any]) -> Bool[np.ndarray, " weights"]:
    """Flags in one row, leaves sorted by path."""
    return np.concatenate([np.ravel(flags[path]) for path in sorted(flags)]) > 0
