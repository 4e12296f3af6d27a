"""Judging a locator: what is true, what is a decoy, and who has the top of a list."""

import dataclasses

import numpy as np
import pytest

from telic.core.trees import Tree
from telic.locate import Evidence, Locus
from telic.locate.sites import scores_of
from telic.locate.toys import toy
from telic.planted import Planted
from telic.studies.judged import score, truth_of

TOY = toy()
BIAS = "actor/0/bias"
FLAGS = {path: 0 * leaf for path, leaf in TOY.recipient.items()}
TRUE, DECOYS = (
    {**FLAGS, BIAS: FLAGS[BIAS].at[first : first + 4].set(1)} for first in (0, 4)
)
PLANTED = Planted("made", "blue", "purple", (), TRUE, DECOYS)


def dead(agent: Tree, *units: int) -> Tree:
    """An agent some of whose first units are held far below zero."""
    return {**agent, BIAS: agent[BIAS].at[np.array(units)].set(-100.0)}


def held(*, mine: tuple[int, ...], theirs: tuple[int, ...]) -> Evidence:
    """The toy with dead units in its recipient and in its donor; the others fire."""
    lively = {BIAS: FLAGS[BIAS] + 1.0}
    recipient, donor = {**TOY.recipient, **lively}, {**TOY.donor, **lively}
    return dataclasses.replace(
        TOY, recipient=dead(recipient, *mine), donor=dead(donor, *theirs)
    )


def test_what_is_written_into_a_unit_that_never_fires_is_not_true():
    found = truth_of(PLANTED, held(mine=(1, 2), theirs=(2, 3)))
    # One agent in which it fires is enough: unit 2 alone is dead in both.
    assert found[BIAS].tolist() == [1, 1, 0, 1, 0, 0, 0, 0]
    assert not any(found[path].any() for path in FLAGS if path != BIAS)


@pytest.mark.parametrize(
    ("first", "decoys", "precision"), [(DECOYS, 1.0, 0.0), (TRUE, 0.0, 1.0)]
)
def test_the_share_of_decoys_counts_decoys_and_no_goal(first, decoys, precision):
    found = score(Locus("weights", scores_of(first)), TOY, PLANTED, TRUE)
    assert (found["decoys"], found["precision"]) == (decoys, precision)


def test_half_a_top_of_decoys_is_a_share_of_one_half():
    order = {**FLAGS, BIAS: FLAGS[BIAS].at[2:6].set(1)}
    found = score(Locus("weights", scores_of(order)), TOY, PLANTED, TRUE)
    assert (found["decoys"], found["precision"]) == (0.5, 0.5)
