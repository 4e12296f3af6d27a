"""An agent of another network, or of another world, is refused before it acts."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.activations import capture
from telic.agents import activations, create, logits, value
from telic.core.errors import InputError
from telic.core.trees import select
from telic.trials import boards, play
from telic.worlds import Keys, Lander
from tests.small import AGENT, CODES, NETWORK, SHALLOW
from tests.small import KEYS as WORLD

ACTOR = select(AGENT, "actor/")
WRONG = {
    "too many layers": (dataclasses.replace(NETWORK, actor_layers=5), WORLD),
    "too few layers": (dataclasses.replace(NETWORK, actor_layers=2), WORLD),
    "another view": (NETWORK, Keys.preset("code")),
    "another world": (NETWORK, Lander()),
}


@pytest.mark.parametrize(("network", "world"), WRONG.values(), ids=WRONG)
def test_a_network_or_a_world_that_is_not_the_agents_is_refused(network, world):
    given = boards(jax.random.key(0), world, 2)
    seen = np.zeros((2, *world.observation), np.uint8)
    with pytest.raises(InputError, match="the agent"):
        play(AGENT, given, network=network, world=world)
    with pytest.raises(InputError, match="the agent"):
        capture(AGENT, network, world, seen)


def test_layers_that_a_smaller_network_would_leave_out_are_named():
    network = dataclasses.replace(NETWORK, actor_layers=2)
    with pytest.raises(InputError) as caught:
        logits(AGENT, network, WORLD, CODES)
    assert "actor has 3 layers, and the network 2" in caught.value.what
    assert "Network(actor_layers=3" in caught.value.fix


def test_another_number_of_actions_is_refused():
    class Fewer(Keys):
        actions = ("left", "right")

    with pytest.raises(InputError, match=r"the agent has 7 actions, .* 2: left, right"):
        logits(AGENT, NETWORK, Fewer(limit=20), CODES)


def test_an_actor_alone_has_the_sites_of_an_actor():
    found = capture(ACTOR, NETWORK, WORLD, CODES)
    whole = activations(AGENT, NETWORK, WORLD, CODES)
    assert list(found) == [site for site in whole if site.startswith("actor/")]
    for site, seen in found.items():
        np.testing.assert_allclose(seen, whole[site], atol=1e-6)
    named = capture(ACTOR, NETWORK, WORLD, CODES, "actor/1/post")
    np.testing.assert_array_equal(named["actor/1/post"], found["actor/1/post"])


def test_an_actor_alone_that_is_asked_for_its_critic_says_that_it_has_none():
    for ask in (
        lambda: capture(ACTOR, NETWORK, WORLD, CODES, "critic/value"),
        lambda: capture(ACTOR, NETWORK, WORLD, CODES, "actor/0/pre", "critic/0/pre"),
        lambda: value(ACTOR, NETWORK, WORLD, CODES),
    ):
        with pytest.raises(InputError, match="the agent has no critic") as caught:
            ask()
        assert "sites of the actor" in caught.value.fix


def test_an_agent_of_the_world_passes_whatever_else_its_tree_holds():
    network = SHALLOW
    agent = create(jax.random.key(0), network, WORLD)
    more = {**agent, "at/actor/0/post/0/shift": jax.numpy.ones(8)}
    assert logits(more, network, WORLD, CODES).shape == (len(CODES), 7)
