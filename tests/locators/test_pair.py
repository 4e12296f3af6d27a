"""Contrast pairs: what is kept of two agents, and what is no pair."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.locators import contrast_pair
from telic.locators.inside import active_mask, unit_activations
from telic.policies import Agent, Spec, capture, create, interventions
from telic.rollouts import observations_of
from telic.worlds import Lander
from tests.locators.examples import EVIDENCE
from tests.small import AGENT, DONOR, POLICY, SHALLOW
from tests.small import KEYS as WORLD

KEY = jax.random.key(4)


def found(recipient=AGENT, donor=DONOR, **options):
    """A contrast pair of two agents of the small network."""
    return contrast_pair(
        recipient, donor, key=KEY, **{"steps": 8, "envs": 16} | options
    )


def test_evidence_has_the_shapes_that_it_says():
    made = found()
    assert made.observations.shape == (2 * 8 * 16, 5, 5)
    assert made.behaviour.gap.shape == (2 * 8 * 16, 7)
    assert (made.recipient.policy, made.recipient.spec) == (POLICY, Spec.of(WORLD))
    assert made.truth is None


def test_only_the_actors_are_kept():
    for kept, whole in ((EVIDENCE.recipient, AGENT), (EVIDENCE.donor, DONOR)):
        due = {p: leaf for p, leaf in whole.items() if p.startswith("actor/")}
        assert len(due) < len(whole)
        assert digest(kept) == digest(due)
    for path, leaf in EVIDENCE.vector.items():
        np.testing.assert_array_equal(leaf, DONOR[path] - AGENT[path])


def test_the_pair_itself_is_the_first_switch():
    alone = found()
    assert len(alone.switches) == 1
    assert len(EVIDENCE.switches) == 3
    for made in (alone, EVIDENCE):
        assert made.switches[0] == (made.recipient, made.donor)
        assert all(set(a) == set(b) == set(made.recipient) for a, b in made.switches)


def test_each_agent_sees_its_half_in_worlds_of_the_same_chance():
    halves = np.split(np.asarray(found().observations), 2)
    for half, agent in zip(halves, (AGENT, DONOR), strict=True):
        due = observations_of(KEY, agent, WORLD, steps=8, envs=16)
        np.testing.assert_array_equal(half, due)
    # The first step of every copy comes before either agent has done anything.
    np.testing.assert_array_equal(halves[0][:16], halves[1][:16])
    assert not np.array_equal(halves[0], halves[1])


def test_the_key_decides_what_is_seen_unless_it_is_given():
    again = found()
    other = contrast_pair(AGENT, DONOR, key=jax.random.key(9), steps=8, envs=16)
    assert np.array_equal(again.observations, EVIDENCE.observations)
    assert not np.array_equal(other.observations, EVIDENCE.observations)
    given = found(observations=other.observations)
    assert np.array_equal(given.observations, other.observations)
    np.testing.assert_allclose(given.behaviour.gap, other.behaviour.gap, atol=1e-6)


def test_in_a_host_world_agents_act_too_unless_observations_are_given():
    pair = [create(jax.random.key(i), SHALLOW, Lander()) for i in (0, 1)]
    acted = contrast_pair(*pair, key=KEY, steps=4, envs=2)
    for half, agent in zip(np.split(acted.observations, 2), pair, strict=True):
        due = observations_of(KEY, agent, Lander(), steps=4, envs=2)
        np.testing.assert_array_equal(half, due)
    seen = jax.random.normal(jax.random.key(2), (10, 8))
    made = contrast_pair(*pair, key=KEY, observations=seen)
    assert made.behaviour.gap.shape == (10, 4)


def test_of_agents_that_know_no_world_observations_must_be_given():
    spec = dataclasses.replace(Spec.of(WORLD), world=None)
    pair = [Agent(agent, agent.policy, spec) for agent in (AGENT, DONOR)]
    with pytest.raises(InputError, match="knows no world"):
        contrast_pair(*pair, key=KEY)
    made = contrast_pair(*pair, key=KEY, observations=EVIDENCE.observations)
    np.testing.assert_allclose(made.behaviour.gap, EVIDENCE.behaviour.gap, atol=1e-6)
    named = contrast_pair(*pair, key=KEY, world=WORLD, steps=8, envs=16)
    assert np.array_equal(named.observations, EVIDENCE.observations)


def test_an_agent_with_interventions_is_no_evidence():
    shift = interventions.add_intervention(
        DONOR, "actor/0/post", {"shift": jnp.ones(8)}
    )
    steered = DONOR.replace(shift)
    for options in (
        {"donor": steered},
        {"recipient": steered},
        {"switches": [(AGENT, steered)]},
    ):
        with pytest.raises(InputError, match="interventions in a contrast pair"):
            found(**options)


def test_agents_of_different_shapes_are_refused():
    wide, deep = (
        create(jax.random.key(0), dataclasses.replace(POLICY, **other), WORLD)
        for other in ({"width": 9}, {"actor_layers": 4})
    )
    for odd, named in ((wide, r"'actor/0/kernel': \(500, 8\) and"), (deep, "actor/3")):
        with pytest.raises(InputError, match=named):
            found(donor=odd)
        with pytest.raises(InputError, match=named):
            found(switches=[(AGENT, DONOR), (AGENT, odd)])


def test_inside_are_the_activations_of_the_actor():
    seen = capture(AGENT, EVIDENCE.observations)
    mine = unit_activations(EVIDENCE.behaviour, EVIDENCE.recipient)
    assert sorted(mine) == ["actor/0/post", "actor/1/post", "actor/logits"]
    for site, x in mine.items():
        np.testing.assert_allclose(x, seen[site], rtol=1e-5, atol=1e-5)


def test_a_change_of_a_weight_that_is_not_live_changes_nothing():
    # A unit that never fires (and fires less with less), and channels never seen.
    agent = EVIDENCE.recipient
    low = agent["actor/0/bias"].at[3].set(-100.0)
    agent = agent.replace({**agent, "actor/0/bias": low})
    flags = active_mask(EVIDENCE.behaviour, agent)
    assert set(flags) == set(agent)
    assert not flags["actor/0/kernel"][:, 3].any() and not flags["actor/0/bias"][3]
    assert not flags["actor/1/kernel"][3].any()
    before = unit_activations(EVIDENCE.behaviour, agent)["actor/logits"]
    for path in ("actor/0/kernel", "actor/1/kernel"):
        assert 0 < flags[path].mean() < 1
        change = -7 * (1 - flags[path])
        moved = agent.replace({**agent, path: agent[path] + change})
        after = unit_activations(EVIDENCE.behaviour, moved)["actor/logits"]
        np.testing.assert_allclose(after, before, rtol=0, atol=1e-3)
    assert flags["actor/2/bias"].all()
