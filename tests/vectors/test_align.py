"""Alignment: units that were put in another order are found again, in every network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.policies import capture
from telic.vectors import (
    aligned,
    cosine,
    match_activations,
    match_weights,
    task_vector,
)
from telic.vectors.relabel import hidden, random_orders
from tests import small
from tests.policies.examples import SMALL, agent_of, seen_by

NETWORKS = pytest.mark.parametrize("name", SMALL)


def agents(name):
    """An agent, the same with its units in another order, and what they look at."""
    agent = agent_of(name).actor
    mixed = aligned(agent, agent, random_orders(jax.random.key(1), agent))
    return agent, mixed, seen_by(agent, 64)


@NETWORKS
def test_a_shuffled_agent_is_found_again_by_its_weights(name):
    agent, mixed, _ = agents(name)
    assert digest(mixed) != digest(agent)
    assert digest(aligned(mixed, agent, match_weights(mixed, agent))) == digest(agent)


@NETWORKS
def test_a_shuffled_agent_is_found_again_by_what_its_units_do(name):
    agent, mixed, seen = agents(name)
    orders = match_activations(mixed, agent, seen)
    np.testing.assert_allclose(
        aligned(mixed, agent, orders).logits(seen), agent.logits(seen), atol=1e-5
    )
    true = random_orders(jax.random.key(1), agent)
    for site, order in orders.items():
        done = capture(agent, seen, site)[site]
        live = np.ptp(done.reshape(-1, done.shape[-1]), axis=0) > 1e-6
        assert (np.asarray(true[site])[order] == np.arange(len(order)))[live].all()


def test_noise_on_the_weights_does_not_hide_the_order():
    agent, mixed, _ = agents("mlp")
    noise = np.random.default_rng(3)
    noisy = {
        path: leaf + 0.3 * float(jnp.std(leaf)) * noise.normal(size=leaf.shape)
        for path, leaf in mixed.items()
    }
    found = match_weights(mixed.replace(noisy), agent)
    for site, order in random_orders(jax.random.key(1), agent).items():
        assert (np.asarray(order)[found[site]] == np.arange(len(order))).all()


def test_aligned_units_are_never_less_alike_than_before():
    agent, other = small.agent(0).actor, small.agent(1).actor
    likeness = [
        sum(float(jnp.sum(agent[p] * each[p])) for p in agent if "kernel" in p)
        for each in (other, aligned(other, agent, match_weights(other, agent)))
    ]
    assert likeness[1] > likeness[0]


def test_a_vector_of_an_aligned_agent_is_that_agents_own_in_another_order():
    before, after = small.agent(0).actor, small.agent(1).actor
    orders = random_orders(jax.random.key(4), before)
    vector = task_vector(
        aligned(before, before, orders), aligned(after, before, orders)
    )
    plain = task_vector(before, after)
    found = match_weights(aligned(before, before, orders), before)
    back = aligned(before.replace(vector), before, found)
    assert float(cosine(back, plain)) == pytest.approx(1.0, abs=1e-6)
    assert float(cosine(vector, plain)) < 0.9
    assert set(found) == set(hidden(before))
