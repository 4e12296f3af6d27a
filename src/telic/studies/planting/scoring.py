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
    """1 for the weights that hold the goal and through which something flows.

    What was written into a unit that never fires is nobody's goal.
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
    """Our own locators, one after another: name, locus and seconds.

    Only the oracle is shown the truth; where there is no goal, it is not asked.
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
    """Whether there is anything to find."""
    return any(np.any(flags) for flags in planted.truth.values())


def score(
    locus: Locus, evidence: ContrastPair, planted: Planted, true: Tree
) -> dict[str, float]:
    """How right a locus is.

    Returns:
        `weights` and `units` (AUROC), `precision` and `unit_precision` (share of the
        true among as many at the top), `decoys` (share of decoys among as many at the
        top as there are true weights) and `strength` (mean score of that top; of as
        many as there are decoys where there is no goal). What a pair has no truth or
        decoys for is left out.
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
    """Flags in one row, by sorted path."""
    return np.concatenate([np.ravel(flags[path]) for path in sorted(flags)]) > 0
