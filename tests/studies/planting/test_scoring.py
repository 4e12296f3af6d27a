"""Judging a locator: what is true, what is a decoy, and who has the top of a list."""

import dataclasses

import numpy as np
import pytest

from telic.locators import ContrastPair, Locus
from telic.locators.sites import scores_of
from telic.locators.toys import toy
from telic.planted import Planted
from telic.policies import Agent
from telic.studies.planting.scoring import SURE, score, truth_of

TOY = toy()
BIAS = "actor/0/bias"
FLAGS = {path: 0 * leaf for path, leaf in TOY.recipient.items()}
TRUE, DECOYS = (
    {**FLAGS, BIAS: FLAGS[BIAS].at[first : first + 4].set(1)} for first in (0, 4)
)
PLANTED = Planted("made", "blue", "purple", (), TRUE, DECOYS)


def lively(agent: Agent, level: float, *dead: int) -> Agent:
    """An agent whose first units all fire, but for some that are far below zero."""
    bias = (FLAGS[BIAS] + level).at[np.array(dead, int)].set(-100.0 * level)
    return agent.replace({**agent, BIAS: bias})


def held(*, mine: tuple[int, ...], theirs: tuple[int, ...]) -> ContrastPair:
    """The toy with dead units in its recipient and in its donor; the others fire."""
    return dataclasses.replace(
        TOY,
        recipient=lively(TOY.recipient, 1.0, *mine),
        donor=lively(TOY.donor, 2.0, *theirs),
    )


def test_what_is_written_into_a_unit_that_never_fires_is_not_true():
    found = truth_of(PLANTED, held(mine=(1, 2), theirs=(2, 3)))
    # One agent in which it fires is enough: unit 2 alone is dead in both.
    assert found[BIAS].tolist() == [1, 1, 0, 1, 0, 0, 0, 0]
    assert not any(found[path].any() for path in FLAGS if path != BIAS)


def test_a_weight_that_is_the_same_in_both_agents_is_not_true():
    found = held(mine=(), theirs=())
    same = found.donor[BIAS].at[1].set(found.recipient[BIAS][1])
    other = dataclasses.replace(
        found, donor=found.donor.replace({**found.donor, BIAS: same})
    )
    assert truth_of(PLANTED, other)[BIAS].tolist() == [1, 0, 1, 1, 0, 0, 0, 0]


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


def test_precisions_of_an_order_of_four_true_weights_are_those_worked_out_by_hand():
    # True: 0 to 3. Ranked: 2, 4, 3, 5, then all others, tied.
    row = FLAGS[BIAS]
    for place, value in ((2, 4.0), (4, 3.0), (3, 2.0), (5, 1.0)):
        row = row.at[place].set(value)
    found = score(Locus("weights", scores_of({**FLAGS, BIAS: row})), TOY, PLANTED, TRUE)
    count = sum(leaf.size for leaf in FLAGS.values())
    assert found["precision"] == 0.5
    assert found["average"] == pytest.approx((1 + 2 / 3 + 2 * 4 / count) / 4)


def test_a_locus_is_as_sure_as_its_sixteen_highest_weights_whatever_is_true():
    # Of as many as are true it would be 1 here, and without a goal 4 / 16.
    nothing = PLANTED._replace(truth=FLAGS, decoys=None)
    locus = Locus("weights", scores_of(TRUE))
    assert score(locus, TOY, PLANTED, TRUE)["strength"] == 4 / SURE
    assert score(locus, TOY, nothing, FLAGS) == {"strength": 4 / SURE}
