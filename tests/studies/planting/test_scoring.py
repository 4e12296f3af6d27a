"""Judging a locator: what is true, what is a decoy, and who has the top of a list."""

import dataclasses

import numpy as np
import pytest

from telic.locators import ContrastPair, Locus
from telic.locators.sites import scores_of
from telic.locators.toys import toy
from telic.planted import Planted
from telic.policies import Agent
from telic.studies.planting.scoring import score, truth_of

TOY = toy()
BIAS = "actor/0/bias"
FLAGS = {path: 0 * leaf for path, leaf in TOY.recipient.items()}
TRUE, DECOYS = (
    {**FLAGS, BIAS: FLAGS[BIAS].at[first : first + 4].set(1)} for first in (0, 4)
)
PLANTED = Planted("made", "blue", "purple", (), TRUE, DECOYS)


def lively(agent: Agent, *dead: int) -> Agent:
    """An agent whose first units all fire, but for some that are far below zero."""
    bias = (FLAGS[BIAS] + 1.0).at[np.array(dead)].set(-100.0)
    return agent.replace({**agent, BIAS: bias})


def held(*, mine: tuple[int, ...], theirs: tuple[int, ...]) -> ContrastPair:
    """The toy with dead units in its recipient and in its donor; the others fire."""
    return dataclasses.replace(
        TOY, recipient=lively(TOY.recipient, *mine), donor=lively(TOY.donor, *theirs)
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
