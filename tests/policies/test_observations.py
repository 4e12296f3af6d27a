"""Observations of either form give the same activations; of no form, a clear error."""

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
import pytest

import telic.tasks
from telic.core.errors import InputError
from telic.locators import contrast_pair
from telic.policies import Agent, Spec, capture, create, observed
from telic.training.imitate import imitate
from telic.worlds import GoalKeys, Keys, Lander
from tests.small import AGENT, DONOR, SHALLOW

assert telic.tasks


def outside(preset="post", steps=24):
    """What an agent of other code sees in the Gymnasium environment of the world."""
    env = gymnasium.make("telic/Keys-v0", objective="blue", preset=preset)
    seen = [env.reset(seed=3)[0]]
    for step in range(steps - 1):
        now, _, *ends, _ = env.step(step % 3)
        seen.append(env.reset()[0] if any(ends) else now)
    env.close()
    return np.stack(seen)


SEEN = outside()
CODES = np.asarray(observed(AGENT.spec, SEEN))


@pytest.mark.parity
@pytest.mark.parametrize("preset", ["post", "code"])
def test_floats_of_the_gymnasium_environment_become_the_codes_that_they_stand_for(
    preset,
):
    world = Keys.preset(preset)
    floats = outside(preset)
    codes = np.asarray(observed(Spec.of(world), floats))
    assert codes.shape == (24, *world.observation) and codes.max() > 2
    np.testing.assert_array_equal(world.encoding[codes].reshape(24, -1), floats)


@pytest.mark.parity
def test_floats_are_captured_as_their_matrix_product_and_bit_for_bit_as_their_codes():
    found = capture(AGENT, SEEN)
    due = SEEN @ np.asarray(AGENT["actor/0/kernel"]) + np.asarray(AGENT["actor/0/bias"])
    np.testing.assert_allclose(found["actor/0/pre"], due, atol=1e-5)
    for codes in (CODES, CODES.astype(np.int64), jnp.asarray(CODES, jnp.int32)):
        again = capture(AGENT, codes)
        for site, seen in found.items():
            np.testing.assert_array_equal(seen, again[site])


@pytest.mark.parity
def test_every_door_takes_either_form():
    key, results = jax.random.key(0), []
    for seen in (SEEN, CODES):
        made = contrast_pair(AGENT, DONOR, key=key, observations=seen)
        assert np.array_equal(made.observations, CODES)
        moved = imitate(
            key,
            AGENT,
            seen,
            DONOR.logits(seen),
            paths=("actor/0/bias",),
            steps=2,
        )
        results.append((made.behaviour.gap, moved, AGENT.value(seen)))
    for one, other in zip(*map(jax.tree.leaves, results), strict=True):
        np.testing.assert_array_equal(one, other)


WRONG = {
    "one observation": (CODES[0], "observations[None]"),
    "one observation of floats": (SEEN[0], "observations[None]"),
    "time and envs": (CODES.reshape(4, 6, 5, 5), "reshape(-1, 5, 5)"),
    "seven floats": (SEEN[:, :7], "(batch, 500) floats"),
    "too few cells": (CODES[:, :4], "(batch, 5, 5) integers"),
    "too few codes": (CODES.reshape(24, 25)[:, :24], "(batch, 5, 5) integers"),
    "codes as floats": (CODES.astype(np.float32), "astype(int)"),
    "channels as integers": (SEEN.astype(int), "(batch, 500) floats"),
    "scaled floats": (SEEN / 2, "not scaled"),
    "one channel off": (np.where(np.arange(500) == 77, 1 - SEEN, SEEN), "cell 3 of"),
    "not a number": (np.full_like(SEEN, np.nan), "cell 0 of observation 0"),
    "a code beyond the table": (
        np.where(np.arange(25).reshape(5, 5) == 6, 9, CODES),
        "0 to 8",
    ),
    "a code below zero": (CODES.astype(int) - 1, "0 to 8"),
}


@pytest.mark.parametrize(("given", "words"), WRONG.values(), ids=WRONG)
def test_what_is_of_neither_form_is_refused_with_the_fix(given, words):
    for door in (capture, Agent.logits, Agent.value, Agent.__call__):
        with pytest.raises(InputError) as caught:
            door(AGENT, given)
        assert words in str(caught.value)
    with pytest.raises(InputError):
        contrast_pair(AGENT, DONOR, key=jax.random.key(0), observations=given)


def test_inside_a_compiled_program_floats_are_refused_too():
    compiled = jax.jit(Agent.logits)
    assert compiled(AGENT, CODES).shape == (24, 7)
    with pytest.raises(InputError, match=r"policies\.observed"):
        compiled(AGENT, SEEN)


def test_codes_that_a_compiled_program_holds_are_checked_when_it_is_made():
    compiled = jax.jit(lambda agent, most: agent.logits(jnp.minimum(CODES, most)))
    held = jax.jit(lambda agent: agent.logits(CODES))
    np.testing.assert_allclose(held(AGENT), compiled(AGENT, 99), atol=1e-5)
    with pytest.raises(InputError, match="0 to 8"):
        jax.jit(lambda agent: agent.logits(CODES + 9))(AGENT)


def test_codes_may_come_with_all_their_cells_in_one_row():
    flat = CODES.reshape(24, 25)
    assert observed(AGENT.spec, flat).shape == (24, 5, 5)
    np.testing.assert_array_equal(AGENT.logits(flat), AGENT.logits(CODES))


def test_a_world_that_tells_a_goal_takes_codes_alone_and_checks_the_goal():
    spec = Spec.of(GoalKeys())
    codes = np.concatenate([CODES.reshape(24, 25), np.full((24, 1), 3)], axis=1)
    assert np.array_equal(observed(spec, codes), codes)
    for given in (SEEN, codes + np.eye(26, dtype=int)[25]):
        with pytest.raises(InputError):
            observed(spec, given)


def test_a_world_of_numbers_takes_a_batch_of_them_and_nothing_else():
    agent = create(jax.random.key(0), SHALLOW, Lander())
    assert capture(agent, np.ones((3, 8)))["actor/logits"].shape == (3, 4)
    for given in (np.ones(8), np.ones((3, 9)), np.ones((2, 3, 8))):
        with pytest.raises(InputError, match=r"Lander are \(batch, 8\) numbers"):
            capture(agent, given)
