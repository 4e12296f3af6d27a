"""Grading: the scores of a locus on a planted pair, from any source.

A locus from a user's code is checked before it is scored. On a pair without a goal,
constant scores are the right answer and not a fault.
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
    """The scores of a locus, with the entries of `planting.scoring.score`.

    Args:
        locus: The locator's answer.
        evidence: The locator's input.
        planted: The solution.

    Raises:
        InputError: If it is not a valid locus of the agents.
    """
    if not locus.scores:
        raise InputError("a locus without scores")
    try:
        # One direction has one score: constant, but with a location to judge.
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
    true = truth_of(planted, found)
    return {
        name: graded_record(locus, found, planted, seconds)
        for name, locus, seconds in ask(names, found, question.key, planted, true)
    }


def graded_record(
    locus: Locus, evidence: ContrastPair, planted: Planted, seconds: float
) -> dict[str, Any]:
    """The record of one answer: rung, seconds, and scores or a `fault`."""
    kept: dict[str, Any] = {"rung": planted.rung, "seconds": seconds}
    try:
        with np.errstate(all="ignore"):  # non-finite sums are refused above
            return kept | graded(locus, evidence, planted)
    except InputError as error:
        return kept | {"fault": error.what}


def _level(locus: Locus) -> bool:
    """True if all scores are equal."""
    return bool(np.ptp(locus.flat) == 0)
