"""Shifts: what is trained is found, what is read is there, and nulls may search too."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.edits import Steer
from telic.studies.contested.shift import (
    READ,
    READ_NULL,
    SAME_GOAL,
    SEARCHED,
    STRENGTHS,
    TRAINED,
    ShiftCase,
    best_strength,
    read_direction,
    shifts_at,
    trained_shift,
)
from telic.trials import Condition
from tests.small import AGENT, CODES, agent

LOGITS = "actor/logits"
WAY = jnp.array([2.0, -1.0, 0.0, 0.5, -0.5, 1.0, -2.0])
"""A shift of the logits, whose sum is 0: a constant for all of them does nothing."""


def case(**changes):
    """A recipient whose donor is itself with its logits shifted."""
    fields = {
        "agent": AGENT,
        "donor": Steer(LOGITS, WAY)(AGENT),
        "same": None,
        "states": CODES,
        "score": lambda _: 0.0,
        "steps": 300,
    }
    return ShiftCase(**{**fields, **changes})


def test_training_finds_the_constant_that_makes_the_donor():
    made = case()
    found = trained_shift(jax.random.key(0), made, made.donor, LOGITS)
    now, due = (
        jax.nn.softmax(each.logits(CODES))
        for each in (Steer(LOGITS, found)(AGENT), made.donor)
    )
    assert float(jnp.abs(jax.nn.softmax(AGENT.logits(CODES)) - due).max()) > 0.2
    np.testing.assert_allclose(now, due, atol=0.03)


def test_what_is_read_is_the_difference_of_mean_activations():
    np.testing.assert_allclose(
        read_direction(AGENT, case().donor, LOGITS, CODES), WAY, atol=1e-5
    )
    assert not read_direction(AGENT, case().donor, "actor/0/pre", CODES).any()


def test_the_strength_with_the_best_score_is_taken():
    edit = Steer(LOGITS, WAY)

    def score(moved):
        return -abs(float(moved[f"at/{LOGITS}/0/shift"][0]) - 4.1)

    best = best_strength(edit, STRENGTHS, case(score=score))
    assert isinstance(best, Steer) and best.strength == 2.0


@pytest.fixture(scope="module")
def made():
    """The edits at a site, with every agent that the choice of a strength tried."""
    asked = []

    def score(moved):
        asked.append(moved["at/actor/logits/0/shift"])
        return float(len(asked))

    few = case(same=agent(2), donor=agent(1), score=score, steps=2)
    return *shifts_at(LOGITS, few, jax.random.key(0)), asked


def test_a_read_direction_and_its_null_choose_among_as_many_strengths(made):
    edits, nulls, asked = made
    assert len(asked) == 2 * (len(STRENGTHS) + 1)
    sizes = [float(jnp.linalg.norm(shift)) for shift in asked]
    np.testing.assert_allclose(sizes[:4], sizes[4:], rtol=1e-5)
    trained = edits[Condition(TRAINED, LOGITS)].direction
    # The last strength, and the best by this score, is that of the trained norm.
    assert sizes[3] == pytest.approx(float(jnp.linalg.norm(trained)), rel=1e-5)
    assert list(nulls[Condition(READ, LOGITS)]) == [SEARCHED]


def test_a_trained_shift_stands_beside_the_read_one_and_one_for_the_same_goal(made):
    edits, nulls, _ = made
    beside = nulls[Condition(TRAINED, LOGITS)]
    assert list(beside) == [SAME_GOAL, READ_NULL]
    assert beside[READ_NULL] is edits[Condition(READ, LOGITS)]
    shift, back = edits[Condition(TRAINED, LOGITS)].direction, beside[SAME_GOAL]
    assert float(jnp.linalg.norm(back.direction)) == pytest.approx(
        float(jnp.linalg.norm(shift)), rel=1e-5
    )
    assert not np.allclose(back.direction, shift, atol=1e-3)
