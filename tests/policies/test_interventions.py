"""Interventions: each does what its formula says at its site, and nothing elsewhere."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.policies import MLP, Agent, capture, create
from telic.policies.first_layer import first_layer
from telic.policies.interventions import add_intervention, interventions_of, weights
from tests.small import AGENT, CODES, DONOR, POLICY
from tests.small import KEYS as WORLD

SITES, SPEC = AGENT.sites, AGENT.spec
LAYERS = {"actor": POLICY.actor_layers, "critic": POLICY.critic_layers}


def by_hand(agent, change=lambda site, x: x):
    """Every site in double precision, with a change of what arrives at each of them."""
    found = {}
    for net, end in (("actor", "logits"), ("critic", "value")):
        layers = LAYERS[net]
        x = WORLD.encoding[np.asarray(CODES)].reshape(len(CODES), -1)
        for i in range(layers):
            kernel = np.asarray(agent[f"{net}/{i}/kernel"], np.float64)
            x = x @ kernel + np.asarray(agent[f"{net}/{i}/bias"], np.float64)
            if i == layers - 1:
                found[f"{net}/{end}"] = x = change(f"{net}/{end}", x)
                continue
            found[f"{net}/{i}/pre"] = x = change(f"{net}/{i}/pre", x)
            found[f"{net}/{i}/post"] = x = change(f"{net}/{i}/post", np.maximum(x, 0))
    return found


def units(site):
    """How many units a site has."""
    return {"actor/logits": 7, "critic/value": 1}.get(site, 8)


def drawn(site, *more, seed=0):
    """Some numbers, one for each unit."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(*more, units(site))).astype(np.float32)


def shift(site):
    d = drawn(site)
    return {"shift": d}, lambda x: x + d


def gain(site):
    g = drawn(site)
    return {"gain": g}, lambda x: x * g


def gain_and_shift(site):
    g, d = drawn(site), drawn(site, seed=1)
    return {"gain": g, "shift": d}, lambda x: x * g + d


def map_(site):
    m = drawn(site, units(site))
    return {"map": m}, lambda x: x @ m


def map_and_shift(site):
    m, d = drawn(site, units(site)), drawn(site, seed=1)
    return {"map": m, "shift": d}, lambda x: x @ m + d


def patch(site):
    m, theirs = drawn(site), by_hand(DONOR)[site]
    held = {f"donor/{path}": leaf for path, leaf in DONOR.items()}
    return {"mask": m, **held}, lambda x: x + m * (theirs - x)


KINDS = [shift, gain, gain_and_shift, map_, map_and_shift, patch]


def held(leaves):
    """Leaves as JAX's arrays."""
    return {name: jnp.asarray(leaf) for name, leaf in leaves.items()}


def held_by(agent, site, leaves):
    """An agent with one more intervention."""
    return agent.replace(add_intervention(agent, site, held(leaves)))


def assert_near(actual, expected):
    """Equal at every site up to rounding, by the size of what is there."""
    assert list(actual) == list(expected)
    for site, x in expected.items():
        scale = 1e-5 * max(1, np.abs(x).max())
        np.testing.assert_allclose(actual[site], x, rtol=1e-5, atol=scale, err_msg=site)


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("kind", KINDS)
def test_an_intervention_does_what_its_formula_says_and_what_follows_follows(
    kind, site
):
    leaves, formula = kind(site)
    edited = held_by(AGENT, site, leaves)
    expected = by_hand(AGENT, lambda at, x: formula(x) if at == site else x)
    assert_near(capture(edited, CODES), expected)
    unedited = by_hand(AGENT)
    assert not np.allclose(expected[site], unedited[site])


def test_interventions_at_every_site_at_once_all_act():
    edited, formulas = AGENT, {}
    for number, site in enumerate(SITES):
        leaves, formulas[site] = KINDS[number % len(KINDS)](site)
        edited = held_by(edited, site, leaves)
    expected = by_hand(AGENT, lambda site, x: formulas[site](x))
    assert_near(capture(edited, CODES), expected)


def test_interventions_at_one_site_are_done_in_the_order_of_their_numbers():
    site, shifts, gains = "actor/0/post", np.arange(1.0, 7.0), 0.5 + np.arange(6.0) / 9
    edited = AGENT
    for d, g in zip(shifts, gains, strict=True):
        edited = held_by(edited, site, {"shift": jnp.full(8, d)})
        edited = held_by(edited, site, {"gain": jnp.full(8, g)})
    assert set(interventions_of(edited)) == {site}
    assert len(interventions_of(edited)[site]) == 12
    # A dict has an order of its own, in which "10" may stand before "9".
    mixed = dict(sorted(edited.items(), key=lambda item: item[0][::-1]))
    mixed = edited.replace(mixed)

    def in_order(at, x):
        if at == site:
            for d, g in zip(shifts, gains, strict=True):
                x = (x + d) * g
        return x

    expected = by_hand(AGENT, in_order)
    assert_near(capture(edited, CODES), expected)
    assert_near(capture(mixed, CODES), expected)


def patched(site, mask, agent=AGENT, donor=DONOR):
    """An agent with a donor's units at a site."""
    leaves = {f"donor/{path}": leaf for path, leaf in donor.items()}
    return held_by(agent, site, {"mask": mask, **leaves})


def test_patching_all_units_is_splicing_all_layers_up_to_the_site():
    edited = patched("actor/1/post", jnp.ones(8))
    spliced = AGENT.replace(
        {
            path: (DONOR if path.startswith(("actor/0/", "actor/1/")) else AGENT)[path]
            for path in AGENT
        }
    )
    found = edited.logits(CODES)
    due = spliced.logits(CODES)
    np.testing.assert_allclose(found, due, rtol=1e-4, atol=1e-4)
    assert not np.allclose(found, AGENT.logits(CODES), atol=0.1)
    assert not np.allclose(found, DONOR.logits(CODES), atol=0.1)


def test_a_donor_sees_the_observations_and_not_what_was_done_to_the_agent():
    shifted = held_by(AGENT, "actor/0/post", {"shift": jnp.full(8, 9.0)})
    one = patched("actor/1/pre", jnp.ones(8), agent=shifted)
    two = patched("actor/1/pre", jnp.ones(8))
    np.testing.assert_allclose(
        one.logits(CODES),
        two.logits(CODES),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_mask_of_zeros_patches_nothing():
    np.testing.assert_array_equal(
        patched("actor/1/post", jnp.zeros(8)).logits(CODES),
        AGENT.logits(CODES),
    )


def test_a_plain_agent_acts_bit_for_bit_as_if_there_were_no_interventions():
    for net, seen in (
        ("actor", AGENT.logits(CODES)),
        ("critic", AGENT.value(CODES)[:, None]),
    ):
        first = AGENT[f"{net}/0/kernel"], AGENT[f"{net}/0/bias"]
        x = first_layer(*first, SPEC, CODES)
        for i in range(1, LAYERS[net]):
            bias = AGENT[f"{net}/{i}/bias"][None]
            x = jax.nn.relu(x) @ AGENT[f"{net}/{i}/kernel"] + bias
        np.testing.assert_array_equal(seen, x)


@pytest.mark.parametrize("kind", KINDS)
def test_an_intervention_in_one_net_leaves_the_other_bit_for_bit(kind):
    for site, act in (("critic/0/post", Agent.logits), ("actor/0/post", Agent.value)):
        edited = held_by(AGENT, site, kind(site)[0])
        np.testing.assert_array_equal(act(edited, CODES), act(AGENT, CODES))


def test_logits_value_and_both_together_all_see_interventions():
    edited = AGENT
    for site in ("actor/1/post", "critic/0/post"):
        edited = held_by(edited, site, gain_and_shift(site)[0])
    found = capture(edited, CODES)
    preferences, estimates, _ = jax.jit(lambda agent: agent(CODES))(edited)
    for seen in (preferences, edited.logits(CODES)):
        np.testing.assert_allclose(seen, found["actor/logits"], rtol=1e-4, atol=1e-4)
    for seen in (estimates, edited.value(CODES)):
        np.testing.assert_allclose(
            seen, found["critic/value"][:, 0], rtol=1e-4, atol=1e-4
        )


@pytest.mark.parametrize(
    "path",
    [
        "at/",
        "at/actor/0/post",
        "at/actor/0/post/shift",
        "at/actor/0/post/0",
        "at/actor/0/post/0/",
        "at/actor/0/post/-1/shift",
        "at/actor/0/post/first/shift",
        "at/actor/logits/shift",
        "at/actor/logits/0/push",
    ],
)
def test_a_leaf_that_is_no_intervention_is_refused_by_its_path(path):
    odd = AGENT.replace({**AGENT, path: jnp.zeros(8)})
    for use in (interventions_of, lambda agent: agent.logits(CODES)):
        with pytest.raises(InputError) as caught:
            use(odd)
        assert repr(path) in caught.value.what


@pytest.mark.parametrize(
    ("site", "nearest"),
    [
        ("actor/2/post", "actor/0/post"),
        ("critic/1/pre", "critic/0/pre"),
        ("critic/logits", "critic/value"),
        ("actor/0/mid", "actor/0/pre"),
        ("mover/0/post", "actor/0/post"),
        ("at/actor/0/post", "actor/0/post"),
    ],
)
def test_an_intervention_where_the_network_has_no_site_is_refused(site, nearest):
    odd = held_by(AGENT, site, {"shift": jnp.zeros(8)})
    with pytest.raises(InputError, match=f"no site '{site}'") as caught:
        odd.logits(CODES)
    assert nearest in str(caught.value)


def test_reading_finds_what_was_appended_and_weights_are_the_rest():
    edited = add_intervention(AGENT, "critic/value", {"shift": jnp.ones(1)})
    edited = add_intervention(edited, "critic/value", {"gain": jnp.zeros(1)})
    assert [list(leaves) for leaves in interventions_of(edited)["critic/value"]] == [
        ["shift"],
        ["gain"],
    ]
    assert interventions_of(AGENT) == {}
    assert weights(edited) == dict(AGENT)


@pytest.mark.parametrize(("actor", "critic"), [*itertools.product([1, 2, 4], repeat=2)])
def test_the_sites_of_a_network_are_those_of_its_activations_in_order(actor, critic):
    policy, passed = MLP(width=8, actor_layers=actor, critic_layers=critic), []

    def note(site, x):
        passed.append(site)
        return x

    def run():
        agent = create(jax.random.key(0), policy, WORLD)
        assert list(agent.sites) == list(capture(agent, CODES))
        agent(CODES, tap=note)
        assert list(agent.sites) == passed

    jax.eval_shape(run)
    assert len(set(passed)) == len(passed) == 2 * (actor + critic - 2) + 2


def test_activations_come_in_the_order_of_the_sites_with_their_units():
    found = capture(AGENT, CODES)
    assert list(found) == list(SITES)
    assert [x.shape for x in found.values()] == [(16, units(site)) for site in SITES]
