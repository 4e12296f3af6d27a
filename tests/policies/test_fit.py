"""An agent of another network, or of another world, is refused before it acts."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import Agent, Spec, capture, create
from telic.rollouts import episode_seeds, play
from telic.worlds import Keys, Lander
from tests.small import AGENT, CODES, POLICY, SHALLOW
from tests.small import KEYS as WORLD

ACTOR, SPEC = AGENT.actor, AGENT.spec
WRONG = {
    "too many layers": (dataclasses.replace(POLICY, actor_layers=5), WORLD),
    "too few layers": (dataclasses.replace(POLICY, actor_layers=2), WORLD),
    "another view": (POLICY, Keys.preset("code")),
    "another world": (POLICY, Lander()),
}


class Fewer(Keys):
    """Keys with two actions."""

    actions = ("left", "right")


def changed(**leaves):
    """The parameters of the small agent with other leaves, named by a word."""
    paths = {"layer": "actor/1/kernel", "bias": "actor/1/bias", "last": "critic/1/bias"}
    return {**AGENT, **{paths[name]: leaf for name, leaf in leaves.items()}}


@pytest.mark.parametrize(("policy", "world"), WRONG.values(), ids=WRONG)
def test_a_policy_or_a_world_that_is_not_the_agents_is_refused(policy, world):
    with pytest.raises(InputError, match="the agent") as caught:
        Agent(AGENT, policy, Spec.of(world))
    assert "an agent and its policy go together" in caught.value.fix


@pytest.mark.parametrize("world", [Keys.preset("code"), Lander()], ids=str)
def test_an_agent_acts_and_sees_in_no_world_but_one_like_its_own(world):
    seeds = episode_seeds(world, 2, key=jax.random.key(0))
    seen = np.zeros((2, *world.observation), np.uint8)
    with pytest.raises(InputError, match="the agent"):
        play(AGENT, world, seeds)
    with pytest.raises(InputError, match="those of Keys are"):
        capture(AGENT, seen)


def test_layers_that_a_smaller_network_would_leave_out_are_named():
    policy = dataclasses.replace(POLICY, actor_layers=2)
    with pytest.raises(InputError) as caught:
        Agent(AGENT, policy, SPEC)
    assert "'actor/2/bias', the policy has not" in caught.value.what
    assert "MLP(width=8, actor_layers=2" in caught.value.why


@pytest.mark.parametrize("path", ["actor/1/kernel", "actor/2/bias", "critic/1/bias"])
def test_a_leaf_that_is_missing_is_named(path):
    rest = {p: leaf for p, leaf in AGENT.items() if p != path}
    with pytest.raises(InputError, match=f"the agent has no leaf '{path}'") as caught:
        Agent(rest, POLICY, SPEC)
    assert "MLP(width=8" in caught.value.why


@pytest.mark.parametrize(
    ("leaves", "named"),
    [
        ({"layer": jnp.ones((8, 9))}, r"'actor/1/kernel' has the shape \(8, 9\)"),
        ({"layer": jnp.ones(8)}, r"'actor/1/kernel' has the shape \(8,\)"),
        ({"bias": jnp.ones(9)}, r"'actor/1/bias' has the shape \(9,\)"),
        ({"last": jnp.ones(2)}, r"'critic/1/bias' has the shape \(2,\)"),
    ],
)
def test_a_leaf_of_another_shape_is_named(leaves, named):
    with pytest.raises(InputError, match=named) as caught:
        Agent(changed(**leaves), POLICY, SPEC)
    assert "500 inputs and 7 actions" in caught.value.why


def grown(agent, *layers):
    """The parameters with one more unit in the leaves of some layers, at its axis."""
    axes = {
        "out of 0": ("actor/0/kernel", 1),
        "bias of 0": ("actor/0/bias", 0),
        "into 1": ("actor/1/kernel", 0),
        "out of 2": ("actor/2/kernel", 1),
        "bias of 2": ("actor/2/bias", 0),
    }
    found = dict(agent)
    for name in layers:
        path, axis = axes[name]
        width = [(0, int(i == axis)) for i in range(found[path].ndim)]
        found[path] = jnp.pad(found[path], width)
    return found


def test_a_site_may_have_more_units_if_all_its_leaves_agree():
    wide = Agent(grown(AGENT, "out of 0", "bias of 0", "into 1"), POLICY, SPEC)
    assert wide.sites["actor/0/post"] == (9,) and wide.sites["actor/1/post"] == (8,)
    np.testing.assert_allclose(wide.logits(CODES), AGENT.logits(CODES), atol=1e-5)


@pytest.mark.parametrize(
    "layers",
    [
        ("out of 0", "bias of 0"),
        ("out of 0", "into 1"),
        ("bias of 0",),
        ("out of 2", "bias of 2"),
    ],
    ids=" and ".join,
)
def test_units_of_which_the_leaves_disagree_are_refused_and_so_are_more_actions(layers):
    with pytest.raises(InputError, match="has the shape"):
        Agent(grown(AGENT, *layers), POLICY, SPEC)


@pytest.mark.parametrize("odd", [{"a": 3.0}, [1, 2], {**AGENT, "actor/0/bias": "x"}])
def test_what_is_no_dict_of_arrays_is_refused(odd):
    with pytest.raises(InputError, match="a dict of arrays"):
        Agent.__init__.__wrapped__(object.__new__(Agent), odd, POLICY, SPEC)


def test_another_number_of_actions_is_refused():
    world = Fewer(limit=20)
    seeds = episode_seeds(world, 2, key=jax.random.key(0))
    named = r"the agent has 7 actions, .* 2: left, right"
    for act in (AGENT.check_world, lambda world: play(AGENT, world, seeds)):
        with pytest.raises(InputError, match=named):
            act(world)


def test_an_actor_alone_has_the_sites_of_an_actor():
    found = capture(ACTOR, CODES)
    whole = capture(AGENT, CODES)
    assert list(found) == list(ACTOR.sites)
    assert list(found) == [site for site in whole if site.startswith("actor/")]
    for site, seen in found.items():
        np.testing.assert_allclose(seen, whole[site], atol=1e-6)
    named = capture(ACTOR, CODES, "actor/1/post")
    np.testing.assert_array_equal(named["actor/1/post"], found["actor/1/post"])


def test_an_actor_alone_that_is_asked_for_its_critic_says_that_it_has_none():
    for ask in (
        lambda: capture(ACTOR, CODES, "critic/value"),
        lambda: capture(ACTOR, CODES, "actor/0/pre", "critic/0/pre"),
    ):
        with pytest.raises(InputError, match="no site 'critic/") as caught:
            ask()
        assert "actor/logits" in caught.value.why
        assert "known: critic" not in caught.value.why
    for ask in (lambda: ACTOR.value(CODES), lambda: ACTOR(CODES)):
        with pytest.raises(InputError, match="the agent has no value"):
            ask()


def test_an_agent_passes_with_interventions_beside_its_weights():
    agent = create(jax.random.key(0), SHALLOW, WORLD)
    more = {**agent, "at/actor/0/post/0/shift": jnp.ones(8)}
    found = Agent(more, SHALLOW, agent.spec).logits(CODES)
    assert found.shape == (len(CODES), 7)
    assert not np.allclose(found, agent.logits(CODES))
