"""Goal-conditioned agents: where they read the goal; and agents from a site onward."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.policies import MLP, Agent, Conv, Recurrent, Spec, capture, create
from telic.policies.interventions import intervene
from telic.runs import codec
from telic.training import ExperimentConfig, PPOConfig
from telic.worlds import Keys, Phase, fetch
from tests.small import AGENT, CODES, POLICY, SIZES
from tests.small import GOAL_KEYS as WORLD
from tests.small import KEYS as PLAIN

KEY = jax.random.key(0)
GOALS = jnp.arange(16, dtype=jnp.uint8) % 4
SEEN = jnp.concatenate([CODES.reshape(16, 25), GOALS[:, None]], axis=1)


def policy(layer=0, units=4):
    """The small policy, told at a layer."""
    return dataclasses.replace(POLICY, goal_layer=layer, goal_units=units)


def onward(agent, site, x):
    """The logits of an agent that has x at a site, whatever it sees."""

    def put(at, own):
        return x if at == site else own

    return agent(jnp.zeros_like(CODES), tap=put, heads=("logits",)).logits


@pytest.mark.parametrize("site", ["actor/0/post", "actor/1/post", "actor/logits"])
def test_onward_from_a_site_come_the_logits(site):
    found = capture(AGENT, CODES)
    again = onward(AGENT, site, found[site])
    np.testing.assert_allclose(again, found["actor/logits"], rtol=1e-5, atol=1e-5)


def test_onward_an_agent_of_tanh_goes_on_with_tanh():
    bent = Agent(AGENT, dataclasses.replace(POLICY, activation="tanh"), AGENT.spec)
    found = capture(bent, CODES)
    again = onward(bent, "actor/0/pre", found["actor/0/pre"])
    np.testing.assert_allclose(again, found["actor/logits"], rtol=1e-5, atol=1e-5)


def test_tables_of_goals_are_there_only_if_they_are_asked_for():
    plain = create(KEY, POLICY, WORLD)
    told = create(KEY, policy(), WORLD)
    assert set(plain) == set(AGENT)
    assert set(told) - set(plain) == {
        "at/actor/0/pre/0/goal",
        "at/critic/0/pre/0/goal",
    }
    assert digest({p: told[p] for p in plain}) == digest(plain)
    assert digest(plain) == digest(create(KEY, POLICY, PLAIN))


@pytest.mark.parametrize(("layer", "units"), [(0, 4), (1, 8)])
def test_a_table_has_a_row_for_every_goal_and_a_column_for_every_unit(layer, units):
    agent = create(KEY, policy(layer, units), WORLD)
    tables = [
        agent[f"at/{site}/0/goal"] for site in (f"actor/{layer}/pre", "critic/0/pre")
    ]
    assert [table.shape for table in tables] == [(4, units)] * 2
    assert not np.array_equal(*tables)


@pytest.mark.parametrize(("layer", "units"), [(0, 4), (1, 8)])
def test_a_goal_is_added_to_the_first_units_of_its_layer_and_nowhere_else(layer, units):
    agent = create(KEY, policy(layer, units), WORLD)
    deaf = agent.replace({p: x for p, x in agent.items() if not p.startswith("at/")})
    told, plain = capture(agent, SEEN), capture(deaf, SEEN)
    sites = {f"actor/{layer}/pre", "critic/0/pre"}
    for site in sites:
        due = np.zeros((16, 8), np.float32)
        due[:, :units] = agent[f"at/{site}/0/goal"][np.arange(16) % 4]
        np.testing.assert_allclose(told[site] - plain[site], due, atol=1e-5)
    if layer:
        for site in ("actor/0/pre", "actor/0/post"):
            np.testing.assert_array_equal(told[site], plain[site])


def test_an_agent_that_reads_no_goal_does_not_see_it():
    deaf = Agent(AGENT, POLICY, Spec.of(WORLD))
    for told in (0, 3):
        found = deaf.logits(SEEN.at[:, -1].set(told))
        due = AGENT.logits(CODES)
        np.testing.assert_array_equal(found, due)


def test_a_goal_is_a_row_of_its_table():
    table, x = jnp.arange(8.0).reshape(4, 2), jnp.zeros((3, 5))
    seen = jnp.array([[9, 0], [9, 3], [9, 1]], jnp.uint8)
    found = intervene({"goal": table}, x, None, seen)
    assert found.tolist() == [[0, 1, 0, 0, 0], [6, 7, 0, 0, 0], [2, 3, 0, 0, 0]]


def test_a_goal_in_a_world_that_tells_none_is_refused():
    with pytest.raises(InputError, match="the world Keys tells no goal"):
        create(KEY, policy(), Keys())


def test_a_goal_in_a_world_that_tells_none_is_refused_for_a_table_too():
    table = {"at/actor/0/pre/0/goal": jnp.ones((4, 8))}
    with pytest.raises(InputError, match="has 4 rows") as found:
        Agent({**AGENT, **table}, POLICY, AGENT.spec)
    assert "a row for each goal that its world tells: 0" in found.value.why


def test_an_agent_that_should_read_a_goal_and_has_no_table_is_refused():
    told = create(KEY, policy(), WORLD)
    without = {p: x for p, x in told.items() if not p.startswith("at/")}
    with pytest.raises(InputError, match="has no table of goals") as found:
        Agent(without, policy(), told.spec)
    assert "without_goal()" in found.value.fix
    Agent(without, policy().without_goal(), told.spec)
    Agent(told, policy(), told.spec)
    Agent(told.actor, policy(), told.spec)


@pytest.mark.parametrize("kind", [Conv(), Recurrent()], ids=repr)
def test_policies_that_read_no_goal_are_refused_where_one_is_told(kind):
    with pytest.raises(InputError, match="tell"):
        create(KEY, kind, WORLD)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"goal_units": -1}, "goal_units = -1"),
        ({"goal_units": 129}, "goal_units = 129"),
        ({"goal_layer": -1}, "goal_layer = -1"),
        ({"goal_layer": 4}, "goal_layer = 4"),
    ],
)
def test_impossible_places_of_a_goal_are_refused(fields, named):
    with pytest.raises(InputError, match=named):
        MLP(**fields)


@pytest.mark.parametrize("fields", [{"goal_layer": 3}, {"critic_layers": 1}])
def test_layers_that_cannot_be_told_are_refused(fields):
    with pytest.raises(InputError, match="MLP"):
        MLP(goal_units=4, **fields)


def test_plans_of_policies_without_goals_keep_the_form_of_old_plans():
    parts = PPOConfig(), SIZES, (fetch("blue"),), (Phase("blue", 1),)
    plain, told = (
        codec.encode(ExperimentConfig(world, shape, *parts))["network"]
        for world, shape in ((PLAIN, POLICY), (WORLD, policy(layer=1)))
    )
    assert set(plain) == {"width", "actor_layers", "critic_layers", "activation"}
    assert (told["wish_layer"], told["wish_units"]) == (1, 4)
