"""Goal-conditioned agents: where they read the wish; and agents from a layer onward."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.agents import Network, activations, create, logits
from telic.agents.interventions import intervene
from telic.agents.mlp import onward
from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs import codec
from telic.worlds import Keys, Wishes
from tests.small import AGENT, CODES, NETWORK
from tests.small import KEYS as PLAIN

WORLD = Wishes(limit=20)
KEY = jax.random.key(0)
SEEN = jnp.concatenate([CODES, (jnp.arange(16, dtype=jnp.uint8) % 4)[:, None]], axis=1)


def network(layer=0, units=4):
    """The small network, told at a layer."""
    return dataclasses.replace(NETWORK, wish_layer=layer, wish_units=units)


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_onward_from_a_layer_come_the_logits(layer):
    site = "actor/logits" if layer == 2 else f"actor/{layer}/post"
    found = activations(AGENT, NETWORK, PLAIN, CODES)
    again = onward(AGENT, NETWORK, layer, found[site])
    np.testing.assert_allclose(again, found["actor/logits"], rtol=1e-5, atol=1e-5)


def test_onward_a_network_of_tanh_goes_on_with_tanh():
    bent = dataclasses.replace(NETWORK, activation="tanh")
    found = activations(AGENT, bent, PLAIN, CODES)
    again = onward(AGENT, bent, 0, found["actor/0/post"])
    np.testing.assert_allclose(again, found["actor/logits"], rtol=1e-5, atol=1e-5)


def test_tables_of_wishes_are_there_only_if_they_are_asked_for():
    plain = create(KEY, NETWORK, WORLD)
    told = create(KEY, network(), WORLD)
    assert set(plain) == set(AGENT)
    assert set(told) - set(plain) == {
        "at/actor/0/pre/0/wish",
        "at/critic/0/pre/0/wish",
    }
    assert digest({p: told[p] for p in plain}) == digest(plain)
    assert digest(plain) == digest(create(KEY, NETWORK, PLAIN))


@pytest.mark.parametrize(("layer", "units"), [(0, 4), (1, 8)])
def test_a_table_has_a_row_for_every_wish_and_a_column_for_every_unit(layer, units):
    agent = create(KEY, network(layer, units), WORLD)
    tables = [
        agent[f"at/{site}/0/wish"] for site in (f"actor/{layer}/pre", "critic/0/pre")
    ]
    assert [table.shape for table in tables] == [(4, units)] * 2
    assert not np.array_equal(*tables)


@pytest.mark.parametrize(("layer", "units"), [(0, 4), (1, 8)])
def test_a_wish_is_added_to_the_first_units_of_its_layer_and_nowhere_else(layer, units):
    shape = network(layer, units)
    agent = create(KEY, shape, WORLD)
    deaf = {p: leaf for p, leaf in agent.items() if not p.startswith("at/")}
    told = activations(agent, shape, WORLD, SEEN)
    plain = activations(deaf, shape, WORLD, SEEN)
    sites = {f"actor/{layer}/pre", "critic/0/pre"}
    for site in sites:
        due = np.zeros((16, 8), np.float32)
        due[:, :units] = agent[f"at/{site}/0/wish"][np.arange(16) % 4]
        np.testing.assert_allclose(told[site] - plain[site], due, atol=1e-5)
    if layer:
        for site in ("actor/0/pre", "actor/0/post"):
            np.testing.assert_array_equal(told[site], plain[site])


def test_an_agent_that_reads_no_wish_does_not_see_it():
    for told in (0, 3):
        found = logits(AGENT, NETWORK, WORLD, SEEN.at[:, -1].set(told))
        due = logits(AGENT, NETWORK, PLAIN, CODES)
        np.testing.assert_array_equal(found, due)


def test_a_wish_is_a_row_of_its_table():
    table, x = jnp.arange(8.0).reshape(4, 2), jnp.zeros((3, 5))
    seen = jnp.array([[9, 0], [9, 3], [9, 1]], jnp.uint8)
    found = intervene({"wish": table}, x, lambda donor: x, seen)
    assert found.tolist() == [[0, 1, 0, 0, 0], [6, 7, 0, 0, 0], [2, 3, 0, 0, 0]]


def test_a_wish_in_a_world_that_tells_none_is_refused():
    with pytest.raises(InputError, match="the world Keys tells no wish"):
        create(KEY, network(), Keys())


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"wish_units": -1}, "wish_units = -1"),
        ({"wish_units": 129}, "wish_units = 129"),
        ({"wish_layer": -1}, "wish_layer = -1"),
        ({"wish_layer": 4}, "wish_layer = 4"),
    ],
)
def test_impossible_places_of_a_wish_are_refused(fields, named):
    with pytest.raises(InputError, match=named):
        Network(**fields)


@pytest.mark.parametrize("fields", [{"wish_layer": 3}, {"critic_layers": 1}])
def test_layers_that_cannot_be_told_are_refused(fields):
    with pytest.raises(InputError, match="Network"):
        Network(wish_units=4, **fields)


def test_plans_of_networks_without_wishes_keep_their_form():
    assert "wish_units" not in codec._spoken(Network(), codec.SILENT)
    told = codec._spoken(network(layer=1), codec.SILENT)
    assert (told["wish_layer"], told["wish_units"]) == (1, 4)
