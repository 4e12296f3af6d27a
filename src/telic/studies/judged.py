"""Judging a locator by planted agents: does it rank the planted sites first?"""

import time
from collections.abc import Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float

from telic.core.trees import Tree
from telic.locate import Locator, Locus, check
from telic.locate.evidence import Evidence
from telic.locate.inside import live
from telic.locate.sites import scores_of
from telic.planted import Planted
from telic.stats import auroc


def truth_of(planted: Planted, evidence: Evidence) -> Tree:
    """1 for the weights that hold the goal and through which something flows.

    What was written into a unit that never fires is nobody's goal.
    """
    first, second = (
        live(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    return {
        path: flags * np.maximum(first[path], second[path])
        for path, flags in planted.truth.items()
    }


def judge(
    locator: Locator, evidence: Evidence, key: jax.Array, planted: Planted, true: Tree
) -> tuple[Locus, dict[str, Any]]:
    """A locator's locus on a planted pair, and how right it is.

    Returns:
        The locus; and `weights` and `units` (AUROC), `precision` and
        `unit_precision` (share of the true among as many at the top), `decoys` (share
        of decoys among as many at the top as there are true weights), `strength` (mean
        score there) and `seconds`. What a pair has no truth or decoys for is left out.

    Raises:
        InputError: If the locator gives no locus of the agents.
    """
    started = time.perf_counter()
    locus = check(locator(evidence, key), evidence.recipient)
    seconds = time.perf_counter() - started
    return locus, {**score(locus, evidence, planted, true), "seconds": seconds}


def score(
    locus: Locus, evidence: Evidence, planted: Planted, true: Tree
) -> dict[str, float]:
    """How right a locus is; the entries are those of `judge`, without the seconds."""
    like = evidence.recipient
    weights, flags = locus.weights(like), _row(true)
    size = int(flags.sum()) or _usual(planted)
    top = weights.ranks() < size
    found = {"strength": float(weights.row[top].mean())}
    if flags.any():
        found |= _right("weights", "precision", weights.row, top, flags)
        units = locus.units(like)
        goal = Locus("weights", scores_of(true)).units(like).row > 0
        first = units.ranks() < goal.sum()
        found |= _right("units", "unit_precision", units.row, first, goal)
    if planted.decoys is not None:
        found["decoys"] = float((top & _row(planted.decoys)).sum() / size)
    return found


def _usual(planted: Planted) -> int:
    """As many weights as a folded goal has, for a pair without one."""
    return (
        min(leaf.shape[-1] for p, leaf in planted.truth.items() if "0/bias" in p) // 4
    )


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
