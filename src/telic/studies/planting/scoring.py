"""Scores of a locator on a planted pair: does it rank the planted sites first?"""

import dataclasses
import time
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float

from telic.core.trees import Tree
from telic.locators import LOCATORS, Locus
from telic.locators.inside import active_mask
from telic.locators.pair import ContrastPair
from telic.locators.sites import scores_of
from telic.planted import Planted
from telic.planted.decoys import SPARE
from telic.stats import auroc


def truth_of(planted: Planted, evidence: ContrastPair) -> Tree:
    """Ground truth: 1 for the weights that hold the goal and carry a signal, else 0.

    Weights into a unit that never fires carry none, so they are not counted.
    """
    first, second = (
        active_mask(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    return {
        path: flags * np.maximum(first[path], second[path])
        for path, flags in planted.truth.items()
    }


def ask(
    names: Iterable[str], evidence: ContrastPair, key: jax.Array, planted: Planted
) -> Iterator[tuple[str, Locus, float]]:
    """Name, locus and seconds of each of our locators, one after another.

    Only the oracle gets the ground truth; it is left out of pairs without a goal.
    """
    for name in names:
        seen = evidence
        if name == "oracle":
            if not has_goal(planted):
                continue
            true = truth_of(planted, evidence)
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
        `weights` and `units` (AUROC), `precision` and `unit_precision` (the fraction
        of the top that is true, where the top has as many entries as are true),
        `decoys` (the fraction of that top that are decoys) and `strength` (the mean
        score of that top; where there is no goal, the top has `SPARE` weights). Scores
        that need a ground truth or decoys are left out of pairs without them.
    """
    like = evidence.recipient
    weights, flags = locus.weights(like), _row(true)
    size = int(flags.sum()) or SPARE
    top = weights.ranks() < size
    found = {"strength": float(weights.flat[top].mean())}
    if flags.any():
        found |= _right("weights", "precision", weights.flat, top, flags)
        units = locus.units(like)
        true_units = Locus("weights", scores_of(true)).units(like).flat > 0
        first = units.ranks() < true_units.sum()
        found |= _right("units", "unit_precision", units.flat, first, true_units)
    if planted.decoys is not None:
        found["decoys"] = float((top & _row(planted.decoys)).sum() / size)
    return found


def _right(
    rank: str,
    precision: str,
    row: Float[np.ndarray, " sites"],
    top: Bool[np.ndarray, " sites"],
    flags: Bool[np.ndarray, " sites"],
) -> dict[str, float]:
    """AUROC, and precision at the true size."""
    return {rank: auroc(row, flags), precision: float(flags[top].mean())}


def _row(flags: Mapping[str, Any]) -> Bool[np.ndarray, " weights"]:
    """Flags in one row, leaves sorted by path."""
    return np.concatenate([np.ravel(flags[path]) for path in sorted(flags)]) > 0
