"""Training planted agents on: which weights move, and which are held."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.planted import fold
from telic.planted.trained import routed, trained_on
from tests.planted.small import RECIPE, said, told

KEY = jax.random.key(5)
START = fold(told(), None)
UNITS = jnp.array([2, 9, 11])


@pytest.fixture(scope="module")
def mask():
    """Three units of the first layer may learn the goal."""
    found = {p: jnp.zeros_like(x) for p, x in START.actor.items()}
    found["actor/0/kernel"] = found["actor/0/kernel"].at[:, UNITS].set(1)
    found["actor/0/bias"] = found["actor/0/bias"].at[UNITS].set(1)
    return found


def staged(mask, **rollouts):
    """A routed agent, with some of the stages left out."""
    recipe = dataclasses.replace(RECIPE, **rollouts)
    return routed(KEY, START, "blue", mask, recipe)


def moved(agent, before=START):
    """Which weights of the actor moved."""
    return {p: np.asarray(agent[p] != before[p]) for p in before.actor}


@pytest.fixture(scope="module")
def first(mask):
    """The agent after the first stage alone."""
    return staged(mask, rollouts=0)


def test_first_only_the_chosen_weights_learn(first, mask):
    for path, changed in moved(first).items():
        assert not changed[np.asarray(mask[path]) == 0].any()
    assert moved(first)["actor/0/bias"][np.asarray(UNITS)].all()
    assert moved(first)["actor/0/kernel"].any()


def test_then_only_the_others_are_trained_on(first, mask):
    both = staged(mask)
    for path, changed in moved(both, first).items():
        assert not changed[np.asarray(mask[path]) == 1].any()
        rest = changed[np.asarray(mask[path]) == 0]
        assert rest.mean() > 0.5
    for path in START.actor:
        chosen = np.asarray(mask[path]) == 1
        np.testing.assert_array_equal(
            np.asarray(both[path])[chosen], np.asarray(first[path])[chosen]
        )


def test_a_mask_holds_through_several_rollouts(mask):
    for path, changed in moved(staged(mask, routing=2, rollouts=0)).items():
        assert not changed[np.asarray(mask[path]) == 0].any()


def test_the_critic_is_held_by_no_mask(first):
    paths = [p for p in START if p.startswith("critic/")]
    assert all((first[p] != START[p]).any() for p in paths)


def test_plain_training_moves_all_layers():
    found = trained_on(KEY, START, "blue", RECIPE)
    assert all(changed.any() for changed in moved(found).values())
    assert np.isfinite(said(found)).all()
    assert not np.array_equal(said(found), said(START))


def test_no_rollouts_are_no_training(mask):
    assert digest(staged(mask, routing=0, rollouts=0)) == digest(START)
    idle = dataclasses.replace(RECIPE, rollouts=0)
    assert digest(trained_on(KEY, START, "blue", idle)) == digest(START)


def test_the_key_decides_and_the_agent_that_was_given_is_kept():
    before = digest(START)
    one, again, other = (
        digest(trained_on(jax.random.key(seed), START, "blue", RECIPE))
        for seed in (0, 0, 1)
    )
    assert digest(START) == before
    assert one == again
    assert len({one, other, before}) == 3


def test_nobody_fetches_a_colour_that_is_none():
    with pytest.raises(ValueError, match="goal of Keys 'pink'"):
        trained_on(KEY, START, "pink", RECIPE)
