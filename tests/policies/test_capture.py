"""Capture gives what the agent computes; gathered observations are what it sees."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import capture
from telic.policies.interventions import add_intervention
from telic.rollouts import observations_of
from telic.rollouts.collect import start
from telic.worlds import grid
from tests.small import AGENT, CODES, DONOR
from tests.small import KEYS as WORLD

STEPS, ENVS = 12, 5


@functools.cache
def gathered(seed=0):
    """What the small agent sees."""
    key = jax.random.key(seed)
    return np.asarray(observations_of(key, AGENT, WORLD, steps=STEPS, envs=ENVS))


def tapped():
    """What passes every site while the agent computes its logits and its value."""
    due = {}

    def keep(site, x):
        due[site] = x
        return x

    AGENT(CODES, tap=keep)
    return due


def test_without_names_every_site_is_captured_as_the_agent_computes_it():
    found, due = capture(AGENT, CODES), tapped()
    assert list(found) == list(due) == list(AGENT.sites)
    for site, x in due.items():
        np.testing.assert_array_equal(found[site], x)
    np.testing.assert_array_equal(found["actor/logits"], AGENT.logits(CODES))
    np.testing.assert_array_equal(found["critic/value"][:, 0], AGENT.value(CODES))


def test_named_sites_alone_are_captured_in_the_order_of_their_names():
    names = ("critic/value", "actor/0/pre")
    found, due = capture(AGENT, CODES, *names), tapped()
    assert tuple(found) == names
    for site in names:
        np.testing.assert_array_equal(found[site], due[site])


def test_what_an_intervention_changed_is_captured_as_changed():
    edited = AGENT.replace(
        add_intervention(AGENT, "actor/0/post", {"gain": jnp.zeros(8)})
    )
    found = capture(edited, CODES, "actor/0/post", "actor/1/pre")
    assert not found["actor/0/post"].any()
    np.testing.assert_allclose(
        found["actor/1/pre"],
        jnp.broadcast_to(AGENT["actor/1/bias"][None], (16, 8)),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("actor/1/pots", "actor/1/post"),
        ("actor/2/post", "actor/1/post"),
        ("actor/logit", "actor/logits"),
    ],
)
def test_an_unknown_site_is_refused_with_the_nearest_name(name, nearest):
    for ask in (
        lambda: capture(AGENT, CODES, "actor/logits", name),
        lambda: AGENT.upstream(name),
    ):
        with pytest.raises(InputError, match=f"no site {name!r}") as caught:
            ask()
        assert repr(nearest) in caught.value.fix


def test_gathered_observations_are_one_a_row_and_codes_of_the_world():
    seen = gathered()
    assert seen.shape == (STEPS * ENVS, *WORLD.observation)
    assert np.issubdtype(seen.dtype, np.integer)
    assert seen.max() < len(WORLD.encoding)
    assert ((seen == grid.BALL).sum(axis=(1, 2)) <= 1).all()
    assert ((seen >= grid.KEY).sum(axis=(1, 2)) <= WORLD.key_count).all()
    assert (seen >= grid.KEY).any()


def test_gathering_begins_with_the_first_boards():
    world_key, _ = jax.random.split(jax.random.key(0))
    first = jax.jit(lambda key: jax.vmap(WORLD.observe)(start(key, WORLD, ENVS).states))
    first = first(world_key)
    np.testing.assert_array_equal(gathered()[:ENVS], first)
    assert (gathered()[ENVS : 2 * ENVS] != first).any()


def test_the_key_decides_what_is_gathered():
    np.testing.assert_array_equal(
        gathered(),
        observations_of(jax.random.key(0), AGENT, WORLD, steps=STEPS, envs=ENVS),
    )
    assert (gathered() != gathered(1)).any()


def test_what_is_gathered_depends_on_who_acts():
    key = jax.random.key(0)
    other = observations_of(key, DONOR, WORLD, steps=STEPS, envs=ENVS)
    np.testing.assert_array_equal(gathered()[:ENVS], other[:ENVS])
    assert (gathered() != np.asarray(other)).any()
