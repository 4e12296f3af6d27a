"""Grading: how right a locus is about a planted pair, whoever gave it.

A locus that came from somebody else's code is checked before it is marked. Where there
is no goal, scores that are all the same are the right answer and not a fault.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from telic.core.errors import InputError
from telic.locators import ContrastPair, Locus, check_locus
from telic.planted import Planted
from telic.studies.planting.scoring import ask, has_goal, score, truth_of
from telic.studies.score.benchmark_set import Question

FAULTS = (ValueError, KeyError, IndexError, TypeError)  # InputError is a ValueError


def graded(locus: Locus, evidence: ContrastPair, planted: Planted) -> dict[str, float]:
    """How right a locus is; the entries are those of `planting.scoring.score`.

    Args:
        locus: What a locator gave.
        evidence: What it was given.
        planted: The solution.

    Raises:
        InputError: If it is no locus of the agents.
    """
    if not locus.scores:
        raise InputError("a locus without scores")
    try:
        # What one direction does is not told by its one score: it is judged as any.
        if locus.kind != "directions" and not has_goal(planted) and _level(locus):
            return {"strength": float(locus.flat[0])}
        check_locus(locus, evidence.recipient)
        found = score(locus, evidence, planted, truth_of(planted, evidence))
    except InputError:
        raise
    except FAULTS as error:
        what = f"a locus that is not one of the agent: {type(error).__name__}"
        raise InputError(what, why=str(error)) from error
    if not np.isfinite(list(found.values())).all():
        raise InputError("scores that do not add up to finite numbers")
    return found


def reference_marks(
    question: Question, planted: Planted, names: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The records of our own locators on a pair, by name."""
    found = question.evidence()
    return {
        name: graded_record(locus, found, planted, seconds)
        for name, locus, seconds in ask(names, found, question.key, planted)
    }


def graded_record(
    locus: Locus, evidence: ContrastPair, planted: Planted, seconds: float
) -> dict[str, Any]:
    """What is kept of one answer: rung and seconds; marks, or the `fault` in them."""
    kept: dict[str, Any] = {"rung": planted.rung, "seconds": seconds}
    try:
        with np.errstate(all="ignore"):  # sums that are not finite are refused
            return kept | graded(locus, evidence, planted)
    except InputError as error:
        return kept | {"fault": error.what}


def _level(locus: Locus) -> bool:
    """Whether all scores are the same."""
    return bool(np.ptp(locus.flat) == 0)
