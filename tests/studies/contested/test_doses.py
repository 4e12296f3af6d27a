"""Distances of an edited agent: KL of its policy, and the norm of its change."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.edits import Add, Steer
from telic.studies.contested.doses import (
    DOSES,
    FRACTIONS,
    KL,
    NORM,
    dosed_edits,
    drift_from,
)
from telic.studies.splice.edits import GRAFT, LAST, MEAN
from telic.trials import Condition
from tests.small import AGENT, CODES, DONOR

AWAY = jnp.array([3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])


def test_kl_is_that_of_the_edited_policy_from_the_unedited_one():
    own = np.asarray(jax.nn.softmax(AGENT.logits(CODES)), np.float64)
    moved = np.asarray(jax.nn.softmax(AGENT.logits(CODES) + AWAY[None]), np.float64)
    due = (own * np.log(own / moved)).sum(axis=1).mean()
    other = (moved * np.log(moved / own)).sum(axis=1).mean()
    found = drift_from(AGENT, CODES)(Steer("actor/logits", AWAY)(AGENT))
    assert found[KL] == pytest.approx(due, rel=1e-4)
    assert abs(due - other) > 0.1 * due  # so it is not the KL the other way round
    assert found[NORM] == 0.0


def test_the_norm_is_of_the_actors_change_over_the_actors():
    twice = Add(dict(AGENT.actor), strength=0.5)
    assert drift_from(AGENT, CODES)(twice(AGENT))[NORM] == pytest.approx(0.5, rel=1e-5)
    assert drift_from(AGENT, CODES)(AGENT) == {KL: 0.0, NORM: 0.0}


def test_both_vectors_have_all_doses_and_the_last_leads_to_the_donor():
    mean = {path: 2 * leaf for path, leaf in AGENT.items()}
    made = dosed_edits(AGENT, DONOR, mean)
    assert list(made) == [
        *(Condition(name, dose) for name in (LAST, MEAN) for dose in DOSES),
        *(Condition(GRAFT, 100 * share) for share in FRACTIONS),
    ]
    whole, half = (made[Condition(*each)](AGENT) for each in ((LAST, 1.0), (MEAN, 0.5)))
    for path, leaf in DONOR.actor.items():
        np.testing.assert_allclose(whole[path], leaf, atol=1e-5)
        np.testing.assert_allclose(half[path], 2 * AGENT[path], atol=1e-5)
    assert Condition(MEAN, 1.0) not in dosed_edits(AGENT, DONOR, None)
