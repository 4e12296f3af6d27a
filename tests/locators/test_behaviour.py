"""The preference: its formula, its slope, and who has more of it."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.locators import logit_gap
from telic.locators.behaviour import (
    forward,
    grad_logit_gap,
    logit_gap_from_logits,
    policy_gap,
)
from telic.locators.toys import toy
from telic.policies import Recurrent
from tests.locators.examples import EVIDENCE, row
from tests.small import CODES, agent

BEHAVIOUR, RECIPIENT, DONOR = EVIDENCE.behaviour, EVIDENCE.recipient, EVIDENCE.donor


def policy(agent):
    """The probability of every action, in double precision."""
    found = agent.logits(EVIDENCE.observations)
    weight = np.exp(np.asarray(found, np.float64))
    return weight / weight.sum(axis=1, keepdims=True)


def test_the_gap_is_what_the_donor_would_rather_do():
    gap = np.asarray(BEHAVIOUR.gap)
    np.testing.assert_allclose(gap, policy(DONOR) - policy(RECIPIENT), atol=1e-5)
    np.testing.assert_allclose(gap.sum(axis=1), 0, atol=1e-5)
    back = policy_gap(DONOR, RECIPIENT, EVIDENCE.observations)
    np.testing.assert_allclose(back, -gap, atol=1e-6)


@pytest.mark.parametrize("agent", [RECIPIENT, DONOR], ids=["recipient", "donor"])
def test_the_preference_is_its_formula(agent):
    gap = policy(DONOR) - policy(RECIPIENT)
    due = (gap * np.log(policy(agent))).sum(axis=1).mean()
    assert float(logit_gap(BEHAVIOUR, agent)) == pytest.approx(due, rel=1e-4)
    assert float(logit_gap(BEHAVIOUR, agent)) == pytest.approx(due, rel=1e-4)


def test_a_leaning_of_two_actions_is_worked_out_by_hand():
    gap = jnp.zeros((2, 7)).at[0, 0].set(0.5).at[0, 1].set(-0.5)
    behaviour = dataclasses.replace(BEHAVIOUR, gap=gap)
    said = jnp.zeros((2, 7)).at[0, 0].set(3.0).at[1].set(jnp.arange(7.0))
    # Half of the log-odds of the one action and the other, over two states.
    assert float(logit_gap_from_logits(behaviour, RECIPIENT, said)) == pytest.approx(
        0.75, rel=1e-5
    )


def test_the_donor_has_more_of_it_than_the_recipient_and_the_way_is_symmetric():
    for found in (EVIDENCE, *(toy(seed) for seed in range(3))):
        mine = float(logit_gap(found.behaviour, found.recipient))
        theirs = float(logit_gap(found.behaviour, found.donor))
        assert theirs > mine + 1e-3
        back = dataclasses.replace(found.behaviour, gap=-found.behaviour.gap)
        assert float(logit_gap(back, found.recipient)) == pytest.approx(-mine, rel=1e-5)


def test_between_agents_that_do_the_same_there_is_nothing_to_lean_to():
    gap = policy_gap(RECIPIENT, RECIPIENT, EVIDENCE.observations)
    np.testing.assert_allclose(gap, 0, atol=1e-6)
    same = dataclasses.replace(BEHAVIOUR, gap=jnp.zeros_like(gap))
    assert float(logit_gap(same, DONOR)) == 0
    assert not row(grad_logit_gap(same, RECIPIENT)).any()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("actor/0/bias", (2,)),
        ("actor/1/kernel", (3, 4)),
        ("actor/2/kernel", (5, 1)),
        ("actor/2/bias", (0,)),
    ],
)
def test_the_slope_is_that_of_finite_differences(path, place):
    step, found = 1e-2, grad_logit_gap(BEHAVIOUR, RECIPIENT)
    assert set(found) == set(RECIPIENT)

    def at(change):
        leaf = RECIPIENT[path].at[place].add(change)
        moved = RECIPIENT.replace({**RECIPIENT, path: leaf})
        return float(logit_gap(BEHAVIOUR, moved))

    due = (at(step) - at(-step)) / (2 * step)
    assert float(found[path][place]) == pytest.approx(due, rel=0.05, abs=2e-3)


def test_given_activations_of_an_agent_with_memory_take_the_place_of_its_own():
    policy = Recurrent(width=4, memory=4)
    one, other = (agent(seed, policy) for seed in (0, 1))
    said, sites = forward(one, CODES)
    np.testing.assert_allclose(said, one.logits(CODES), atol=1e-5)
    there = forward(other, CODES)[1]["trunk/gru/state"]
    moved, given = forward(one, CODES, (), {"trunk/gru/state": there})
    np.testing.assert_array_equal(given["trunk/gru/state"], there)
    kernel, bias = one["actor/0/kernel"], one["actor/0/bias"]
    np.testing.assert_allclose(moved, there @ kernel + bias[None], atol=1e-4)
    assert not np.allclose(moved, said, atol=1e-3)
    own, _ = forward(one, CODES, (), sites)
    np.testing.assert_allclose(own, said, atol=1e-5)


def test_every_row_without_sequences_is_the_first_of_an_episode():
    one = agent(0, Recurrent(width=4, memory=4))
    said, _ = forward(one, CODES)
    each, _ = forward(one, CODES[:, None], jnp.ones((16, 1), bool))
    np.testing.assert_allclose(said, each, atol=1e-5)


def test_it_can_be_differentiated_compiled_and_mapped():
    pair = jax.tree.map(lambda *leaves: jnp.stack(leaves), RECIPIENT, DONOR)
    both = jax.vmap(lambda agent: logit_gap(BEHAVIOUR, agent))(pair)
    alone = [float(logit_gap(BEHAVIOUR, agent)) for agent in (RECIPIENT, DONOR)]
    np.testing.assert_allclose(both, alone, rtol=1e-4)
