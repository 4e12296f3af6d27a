"""The plane: a site that holds the difference brings it, and identity is no goal."""

import jax
import numpy as np
import pytest

from telic.locators.inside import unit_activations
from telic.locators.toys import toy
from telic.rollouts import episode_seeds
from telic.studies.locate import plane as plane_
from telic.studies.locate.plane import DIFFERENT, SAME
from telic.trials import GraftEvaluator, reaching
from telic.worlds import Keys, fetch

SITE = "actor/0/post"
PAIR = toy()


def plane_beside(kin):
    """The plane of the toy, whose agents differ in their first biases alone."""
    world, recipient = PAIR.recipient.world, PAIR.recipient
    # The share of a made-up rise: these agents fetch nothing on purpose.
    measure = reaching(Keys(), fetch("blue"))._replace(
        behaviour=lambda rates: rates["length"]
    )
    seeds = episode_seeds(world, 8, key=jax.random.key(0))
    on = GraftEvaluator(recipient, PAIR.donor, seeds, measure, {}, {}, world)
    on = on._replace(
        recipient_rates=on.rates(recipient), donor_rates=on.rates(on.donor)
    )
    with pytest.MonkeyPatch.context() as patch:
        # One site: each compiles two programs.
        patch.setattr(
            plane_,
            "features_of",
            lambda seen, agent: {
                SITE: np.asarray(unit_activations(seen, agent)[SITE], np.float64)
            },
        )
        return plane_.plane_of(jax.random.key(1), PAIR, on, kin, copies=8)


@pytest.fixture(scope="module")
def told():
    """The plane of the toy, with the recipient itself as the agent of its goal."""
    return plane_beside(PAIR.recipient)


def test_filling_a_layer_as_the_donors_brings_all_of_a_difference_in_it(told):
    assert list(told) == [SITE]
    for site in told.values():
        assert site["patch"] == pytest.approx(1.0)
        assert set(site) == {*plane_.ACCURACIES, *plane_.MOVES}
        assert all(np.isfinite(list(site.values())))


def test_two_agents_are_told_apart_by_a_layer_that_differs_and_one_is_not(told):
    assert told[SITE][DIFFERENT] > 0.9
    assert told[SITE][SAME] == 0.5
    assert abs(told[SITE]["shuffled"] - 0.5) < 0.25


def test_another_network_of_the_same_goal_is_told_apart_as_well():
    # The donor in the place of the agent of the same goal: nothing beyond identity.
    found = plane_beside(PAIR.donor)[SITE]
    assert found[SAME] == found[DIFFERENT]


def test_without_an_agent_of_the_same_goal_there_is_no_number():
    assert np.isnan(plane_beside(None)[SITE][SAME])
