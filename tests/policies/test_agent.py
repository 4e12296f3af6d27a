"""An agent reads as the mapping of its parameters, runs itself, and never changes."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core import trees
from telic.core.errors import InputError
from telic.edits import Patch, Steer
from telic.policies import Agent, Spec, capture, create
from telic.worlds import Keys, Lander
from tests.small import AGENT, CODES, DONOR, GOAL_KEYS, KEYS, POLICY, SHALLOW, agent

PARAMS = dict(AGENT)
STEERED = Steer("actor/1/post", jnp.linspace(-2.0, 1.0, 8))(AGENT)
MOVED = {**AGENT, "actor/0/bias": jnp.arange(8.0)}
FIRST = jnp.zeros((4, 4), bool).at[0].set(True)


@jax.jit
def said(agent):
    """All that an agent says to the small set of observations."""
    logits, value, _ = agent(CODES)
    return jnp.concatenate([logits, value[:, None]], axis=1)


# As a mapping.


def test_an_agent_reads_as_the_dict_of_its_parameters():
    assert set(AGENT) == set(PARAMS) == {*AGENT.keys()} and len(AGENT) == 10
    assert all(AGENT[path] is leaf for path, leaf in PARAMS.items())
    assert [*AGENT.values()] == [*PARAMS.values()]
    assert AGENT.get("actor/9/bias") is None and "actor/0/bias" in AGENT
    assert trees.digest(AGENT) == trees.digest(PARAMS) == trees.digest({**AGENT})
    with pytest.raises(KeyError):
        AGENT["actor/9/bias"]


def test_an_agent_is_equal_to_itself_alone_so_that_it_may_be_a_key():
    again = AGENT.replace(AGENT)
    assert again != AGENT and AGENT == AGENT
    assert len({AGENT, again, AGENT}) == 2


def test_an_agent_prints_what_it_is_in_one_line():
    text = repr(AGENT)
    assert text.startswith("Agent(MLP(width=8") and text.endswith(" parameters)")
    assert "Keys" in text and f"{sum(x.size for x in AGENT.values()):,}" in text


def test_the_dict_that_an_agent_was_made_of_is_its_own():
    given = dict(AGENT)
    made = Agent(given, POLICY, AGENT.spec)
    given["actor/0/bias"] = jnp.zeros(8)
    del given["actor/1/bias"]
    assert trees.digest(made) == trees.digest(AGENT)


def test_the_dict_that_an_agent_gives_is_a_copy():
    held, before = AGENT.params, trees.digest(AGENT)
    held["actor/0/bias"] = jnp.zeros(8)
    del held["actor/1/bias"]
    assert trees.digest(AGENT) == trees.digest(AGENT.params) == before


def test_replacing_gives_another_agent_and_leaves_this_one():
    before = trees.digest(AGENT)
    moved = AGENT.replace(MOVED)
    assert isinstance(moved, Agent)
    assert (moved.policy, moved.spec) == (AGENT.policy, AGENT.spec)
    np.testing.assert_array_equal(moved["actor/0/bias"], np.arange(8))
    assert trees.digest(AGENT) == before != trees.digest(moved)
    made = Agent(MOVED, POLICY, AGENT.spec)
    np.testing.assert_array_equal(moved.logits(CODES), made.logits(CODES))


# As a pytree.


@pytest.mark.parametrize("one", [AGENT, AGENT.actor, STEERED], ids=str)
def test_the_leaves_of_an_agent_have_the_very_paths_of_its_dict(one):
    found = jax.tree_util.tree_flatten_with_path(one)[0]
    due = jax.tree_util.tree_flatten_with_path(dict(one))[0]
    assert [path for path, _ in found] == [path for path, _ in due]
    assert all(x is y for (_, x), (_, y) in zip(found, due, strict=True))
    assert list(trees.flatten(one)) == sorted(one)


def test_mapping_over_an_agent_gives_an_agent():
    twice = jax.tree.map(lambda x: 2 * x, AGENT)
    assert isinstance(twice, Agent) and twice.policy == POLICY
    assert twice.spec == AGENT.spec
    np.testing.assert_array_equal(twice["actor/0/bias"], 2 * AGENT["actor/0/bias"])
    shapes = jax.eval_shape(lambda one: one, AGENT)
    assert isinstance(shapes, Agent)
    assert shapes.params["actor/0/kernel"].shape == (500, 8)
    moved = jax.tree.map(lambda a, b: a + b, AGENT, DONOR)
    due = trees.add(AGENT, DONOR)
    assert trees.digest(moved) == trees.digest(due)


def test_agents_of_another_policy_or_spec_are_trees_of_another_form():
    bent = Agent(AGENT, POLICY.__class__(8, 3, 2, activation="tanh"), AGENT.spec)
    told = Agent(AGENT, POLICY, Spec.of(GOAL_KEYS))
    forms = {jax.tree.structure(one) for one in (AGENT, DONOR, bent, told)}
    assert len(forms) == 3


def test_an_agent_passes_through_a_compiled_program():
    out = jax.jit(lambda one: (one.logits(CODES), one))(AGENT)
    np.testing.assert_allclose(out[0], AGENT.logits(CODES), rtol=1e-5, atol=1e-5)
    assert isinstance(out[1], Agent)
    assert trees.digest(out[1]) == trees.digest(AGENT)


def test_a_program_for_one_policy_is_not_taken_for_another():
    bent = Agent(AGENT, POLICY.__class__(8, 3, 2, activation="tanh"), AGENT.spec)
    assert not np.allclose(said(bent), said(AGENT), atol=1e-2)
    np.testing.assert_allclose(said(bent)[:, :7], bent.logits(CODES), atol=1e-4)


def test_many_agents_run_as_one_by_vmap_over_their_parameters():
    agents = [agent(seed) for seed in range(3)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *agents)
    assert isinstance(stacked, Agent)
    found = jax.jit(jax.vmap(lambda one: one.logits(CODES)))(stacked)
    due = np.stack([one.logits(CODES) for one in agents])
    np.testing.assert_allclose(found, due, rtol=1e-4, atol=1e-4)


def test_many_dicts_of_parameters_run_through_one_agent_by_vmap():
    def behave(params):
        return AGENT.replace(params).logits(CODES)

    dicts = [dict(AGENT), MOVED, dict(DONOR)]
    stacked = jax.tree.map(lambda *leaves: jnp.stack(leaves), *dicts)
    found = jax.jit(jax.vmap(behave))(stacked)
    due = np.stack([behave(params) for params in dicts])
    np.testing.assert_allclose(found, due, rtol=1e-4, atol=1e-4)


def test_gradients_of_an_agent_are_an_agent_of_the_same_form():
    found = jax.grad(lambda one: one.logits(CODES).sum())(AGENT)
    assert isinstance(found, Agent) and set(found) == set(AGENT)
    assert not any(found[path].any() for path in found if path.startswith("critic/"))
    np.testing.assert_allclose(found["actor/2/bias"], np.full(7, 16.0), rtol=1e-5)


# Running.


def test_only_the_heads_that_are_asked_for_are_computed():
    whole = AGENT(CODES)
    for heads in (("logits",), ("value",), ("logits", "value")):
        some, passed = AGENT(CODES, heads=heads), []
        AGENT(CODES, heads=heads, tap=lambda site, x, p=passed: (p.append(site), x)[1])
        assert {site.partition("/")[0] for site in passed} == {
            {"logits": "actor", "value": "critic"}[head] for head in heads
        }
        for head in ("logits", "value"):
            found = getattr(some, head)
            assert (found is None) == (head not in heads)
            if found is not None:
                np.testing.assert_allclose(found, getattr(whole, head), atol=1e-5)


def test_a_tap_sees_what_arrives_and_what_it_returns_is_gone_on_with():
    site = "actor/1/post"

    def add(at, x):
        return x + STEERED[f"at/{site}/0/shift"][None] if at == site else x

    found = AGENT(CODES, tap=add)
    np.testing.assert_allclose(found.logits, STEERED.logits(CODES), atol=1e-5)
    np.testing.assert_array_equal(found.value, AGENT.value(CODES))


def test_a_tap_comes_behind_the_agents_own_interventions():
    site, seen = "actor/1/post", []

    def keep(at, x):
        seen.extend([x] if at == site else [])
        return x

    STEERED(CODES, tap=keep)
    due = capture(AGENT, CODES, site)[site] + STEERED[f"at/{site}/0/shift"][None]
    np.testing.assert_allclose(seen[0], due, atol=1e-5)


def test_gradients_at_a_site_are_those_of_a_tap():
    site = "actor/logits"

    def loss(shift):
        output = AGENT(CODES, tap=lambda at, x: x + shift if at == site else x)
        return (output.logits**2).sum()

    found = jax.grad(loss)(jnp.zeros((16, 7)))
    np.testing.assert_allclose(found, 2 * AGENT.logits(CODES), rtol=1e-5, atol=1e-5)


@given(st.lists(st.floats(0, 1, width=32, exclude_max=True), min_size=16, max_size=16))
def test_an_action_is_where_its_number_lies_in_the_cumulated_chances(uniform):
    uniform = np.asarray(uniform, np.float32)
    action, log_prob, carry = AGENT.act(CODES, (), jnp.asarray(uniform))
    chances = np.asarray(jax.nn.softmax(AGENT.logits(CODES)), np.float64)
    below = np.concatenate([np.zeros((16, 1)), np.cumsum(chances, axis=1)], axis=1)
    rows = np.arange(16)
    assert (below[rows, action] <= uniform + 1e-5).all()
    assert (uniform <= below[rows, np.asarray(action) + 1] + 1e-5).all()
    np.testing.assert_allclose(np.exp(log_prob), chances[rows, action], rtol=1e-4)
    assert carry == ()


def test_a_greedy_action_is_the_most_probable_whatever_its_number():
    for uniform in (0.0, 0.999):
        action, log_prob, _ = AGENT.act(CODES, (), jnp.full(16, uniform), greedy=True)
        logits = AGENT.logits(CODES)
        np.testing.assert_array_equal(action, logits.argmax(axis=1))
        due = jax.nn.log_softmax(logits).max(axis=1)
        np.testing.assert_allclose(log_prob, due, rtol=1e-5)


def test_without_memory_a_stretch_of_time_is_one_batch():
    seen = CODES.reshape(4, 4, 5, 5)
    output, carry = AGENT.unroll(seen, FIRST, AGENT.initial_carry(4))
    assert carry == () and output.carry == ()
    np.testing.assert_array_equal(output.logits.reshape(16, 7), AGENT(CODES).logits)
    np.testing.assert_array_equal(output.value.reshape(16), AGENT(CODES).value)
    logits, value, _ = AGENT.unroll(seen, FIRST, (), heads=("logits",))[0]
    assert value is None and logits.shape == (4, 4, 7)


def test_log_probs_of_actions_are_those_with_which_they_were_chosen():
    action, chosen, _ = AGENT.act(CODES, (), jnp.linspace(0, 0.99, 16))
    seen, done = CODES.reshape(4, 4, 5, 5), action.reshape(4, 4)
    found = AGENT.log_probs(seen, done, FIRST, ())
    np.testing.assert_allclose(found.reshape(16), chosen, rtol=1e-5, atol=1e-5)


# The actor alone.


def test_the_actor_alone_is_what_its_logits_depend_on():
    actor = AGENT.actor
    assert isinstance(actor, Agent)
    assert set(actor) == {p for p in AGENT if p.startswith("actor/")}
    assert (AGENT.heads, actor.heads) == (("logits", "value"), ("logits",))
    np.testing.assert_allclose(actor.logits(CODES), AGENT.logits(CODES), atol=1e-5)
    again = Agent(dict(actor), POLICY, AGENT.spec)
    assert again.heads == ("logits",)
    assert trees.digest(actor.actor) == trees.digest(actor)


def test_the_actor_of_an_edited_agent_keeps_the_interventions_that_it_meets():
    both = Steer("critic/0/post", jnp.ones(8))(STEERED)
    np.testing.assert_allclose(
        STEERED.actor.logits(CODES), STEERED.logits(CODES), atol=1e-5
    )
    held = {p for p in STEERED if p.startswith("at/")}
    assert held and {p for p in both.actor if p.startswith("at/")} == held


def test_the_actor_of_a_goal_conditioned_agent_acts_without_what_its_critic_was_told():
    policy = dataclasses.replace(POLICY, goal_units=4)
    told = agent(0, policy, GOAL_KEYS)
    both = Steer("critic/0/post", jnp.ones(8))(Steer("actor/1/post", jnp.ones(8))(told))
    seen = jnp.concatenate([CODES.reshape(16, 25), jnp.zeros((16, 1), jnp.uint8)], 1)
    actor = both.actor
    held = {path for path in actor if path.startswith("at/")}
    assert held == {"at/actor/0/pre/0/goal", "at/actor/1/post/0/shift"}
    np.testing.assert_allclose(actor.logits(seen), both.logits(seen), atol=1e-5)
    action, _, _ = actor.act(seen, (), jnp.linspace(0, 0.99, 16))
    np.testing.assert_array_equal(
        action, both.act(seen, (), jnp.linspace(0, 0.99, 16))[0]
    )


def test_an_actor_alone_acts_and_is_a_donor():
    action, _, _ = AGENT.actor.act(CODES, (), jnp.zeros(16))
    np.testing.assert_array_equal(action, np.zeros(16))
    whole = Patch("actor/1/post", DONOR, jnp.ones(8))(AGENT)
    alone = Patch("actor/1/post", DONOR.actor, jnp.ones(8))(AGENT.actor)
    np.testing.assert_allclose(alone.logits(CODES), whole.logits(CODES), atol=1e-4)


# What it is for.


def test_creating_is_decided_by_the_key_and_fits_the_world():
    one, same, other = (create(jax.random.key(s), POLICY, KEYS) for s in (0, 0, 1))
    assert trees.digest(one) == trees.digest(same) != trees.digest(other)
    assert (one.policy, one.spec, one.world) == (POLICY, Spec.of(KEYS), KEYS)
    lander = create(jax.random.key(0), SHALLOW, Lander())
    assert lander.logits(jnp.ones((2, 8))).shape == (2, 4)


def test_an_agent_that_knows_no_world_says_so():
    spec = Spec((5, 5), KEYS.actions, AGENT.spec.encoding)
    homeless = Agent(AGENT, POLICY, spec)
    np.testing.assert_allclose(homeless.logits(CODES), AGENT.logits(CODES), atol=1e-5)
    with pytest.raises(InputError, match="knows no world") as caught:
        _ = homeless.world
    assert "world=" in caught.value.fix
    homeless.check_world(Keys(limit=30))


def test_an_unknown_site_is_refused_wherever_it_is_named():
    odd = AGENT.replace({**AGENT, "at/actor/9/post/0/shift": jnp.ones(8)})
    asks = [
        lambda: odd.logits(CODES),
        lambda: AGENT.upstream("actor/9/post"),
        lambda: AGENT.net_of("actor/9/post"),
        lambda: Steer("actor/9/post", jnp.ones(8))(AGENT),
    ]
    for ask in asks:
        with pytest.raises(InputError, match="no site 'actor/9/post'") as caught:
            ask()
        assert "actor/1/post" in caught.value.fix
