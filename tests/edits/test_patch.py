"""A patch brings a donor's units; its nulls bring those of donors that mean nothing."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core import trees
from telic.edits import Patch, Relabel, Splice
from telic.edits.patch import all_units
from telic.policies import capture
from tests.small import AGENT, CODES, DONOR
from tests.small import KEYS as WORLD

SOME = jnp.array([1.0, 0, 0, 1, 0, 1, 0, 0])
NAMES = ("gaussian", "signs", "shuffled")


def at(site, agent):
    """What an agent computes at a site."""
    return capture(agent, CODES, site)[site]


@pytest.mark.parametrize("site", AGENT.sites)
def test_all_units_patched_are_the_donors_own(site):
    mask = all_units(at(site, AGENT).shape[1])
    edited = Patch(site, DONOR, mask)(AGENT)
    np.testing.assert_allclose(at(site, edited), at(site, DONOR), atol=1e-4)


def test_some_units_are_the_donors_and_the_others_the_agents():
    edited = Patch("actor/1/post", DONOR, SOME)(AGENT)
    found, site = at("actor/1/post", edited), "actor/1/post"
    due = jnp.where(SOME[None] == 1, at(site, DONOR), at(site, AGENT))
    np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("strength", [0.5, -1.0])
def test_part_of_the_way_is_gone_by_the_masked_units(strength):
    edited = Patch("critic/0/pre", DONOR, SOME, strength=strength)(AGENT)
    mine, theirs = at("critic/0/pre", AGENT), at("critic/0/pre", DONOR)
    due = mine + strength * SOME[None] * (theirs - mine)
    np.testing.assert_allclose(at("critic/0/pre", edited), due, rtol=1e-4, atol=1e-5)


def test_patching_all_units_of_a_layer_is_splicing_up_to_it():
    patched = Patch("actor/1/pre", DONOR, all_units(8))(AGENT)
    spliced = Splice(DONOR, ("actor/0", "actor/1"))(AGENT)
    np.testing.assert_allclose(
        at("actor/logits", patched), at("actor/logits", spliced), rtol=1e-4, atol=1e-4
    )


def test_an_agent_relabelled_is_a_donor_that_makes_an_interchange():
    other = Relabel(WORLD.channels("blue"), WORLD.channels("purple"))(AGENT)
    edited = Patch("actor/0/post", other, all_units(8))(AGENT)
    np.testing.assert_allclose(
        at("actor/logits", edited), at("actor/logits", other), rtol=1e-4, atol=1e-4
    )


def test_a_donors_net_up_to_the_site_is_enough():
    part = {
        path: leaf
        for path, leaf in DONOR.items()
        if path.startswith(("actor/0/", "actor/1/"))
    }
    one, two = (Patch("actor/1/post", d, SOME)(AGENT) for d in (part, DONOR))
    np.testing.assert_array_equal(at("actor/logits", one), at("actor/logits", two))


@pytest.mark.parametrize(
    ("site", "acting"),
    [
        ("actor/0/post", ("actor/0/",)),
        ("actor/1/pre", ("actor/0/", "actor/1/")),
        ("actor/logits", ("actor/",)),
        ("critic/0/post", ("critic/0/",)),
    ],
)
def test_null_donors_are_as_far_away_in_the_layers_that_act(site, acting):
    units = at(site, AGENT).shape[1]
    edit = Patch(site, DONOR, all_units(units))
    found = edit.nulls(jax.random.key(0), AGENT)
    assert set(found) == set(NAMES), "all units have no others"
    paths = [path for path in AGENT if path.startswith(acting)]

    def gap(donor):
        return {path: donor[path] - AGENT[path] for path in paths}

    due = float(trees.norm(gap(DONOR)))
    for null in found.values():
        assert float(trees.norm(gap(null.donor))) == pytest.approx(due, rel=1e-5)
        assert not np.allclose(at(site, null(AGENT)), at(site, DONOR), atol=0.1)
        rest = [path for path in AGENT if path not in paths]
        assert all(null.donor[path] is DONOR[path] for path in rest)


@pytest.mark.parametrize("seed", range(6))
def test_random_units_are_as_many_others(seed):
    one = jnp.zeros(8).at[3].set(1.0)
    for mask in (SOME, one, 1 - one):
        edit = Patch("actor/1/post", DONOR, mask)
        null = edit.nulls(jax.random.key(seed), AGENT)["random_units"]
        assert sorted(null.mask.tolist()) == sorted(mask.tolist())
        assert null.mask.tolist() != mask.tolist()
        assert trees.digest(null.donor) == trees.digest(DONOR)
