"""Splicing takes whole layers, interpolating goes all the way, each bit for bit."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.edits import Interpolate, Splice
from telic.policies import capture
from tests.small import AGENT, CODES, DONOR

LAYERS = ("actor/0", "actor/1", "actor/2", "critic/0", "critic/1")


@pytest.mark.parametrize("layers", [*[(layer,) for layer in LAYERS], LAYERS[1:4]])
def test_spliced_layers_are_the_donors_and_all_others_the_agents(layers):
    spliced = Splice(DONOR, layers)(AGENT)
    assert set(spliced) == set(AGENT)
    for path, leaf in spliced.items():
        source = DONOR if path.rpartition("/")[0] in layers else AGENT
        np.testing.assert_array_equal(leaf, source[path], err_msg=path)


def test_splicing_all_layers_gives_the_donor_and_none_of_its_is_not_needed():
    assert digest(Splice(DONOR, LAYERS)(AGENT)) == digest(DONOR)
    part = {path: leaf for path, leaf in DONOR.items() if path.startswith("actor/1/")}
    assert digest(Splice(part, ("actor/1",))(AGENT)) == digest(
        Splice(DONOR, ("actor/1",))(AGENT)
    )


def test_the_order_in_which_layers_are_named_does_not_count():
    one, two = (Splice(DONOR, order)(AGENT) for order in (LAYERS[:2], LAYERS[1::-1]))
    assert digest(one) == digest(two)


def test_what_lies_before_a_spliced_layer_is_as_it_was():
    spliced = Splice(DONOR, ("actor/1",))(AGENT)
    before = capture(AGENT, CODES)
    after = capture(spliced, CODES)
    same = [site for site in AGENT.sites if (before[site] == after[site]).all()]
    assert same == [s for s in AGENT.sites if s.startswith(("actor/0", "critic"))]


@pytest.mark.parametrize("strength", [-0.5, 0.25, 2.0])
def test_part_of_the_way_is_that_part_of_the_difference(strength):
    spliced = Splice(DONOR, ("actor/0",), strength=strength)(AGENT)
    moved = Interpolate(DONOR, strength=strength)(AGENT)
    for path in AGENT:
        due = AGENT[path] + strength * (DONOR[path] - AGENT[path])
        np.testing.assert_allclose(moved[path], due, rtol=1e-5, atol=1e-6)
    for path in ("actor/0/kernel", "actor/0/bias"):
        np.testing.assert_array_equal(spliced[path], moved[path])


def test_interpolation_reaches_the_donor_bit_for_bit():
    assert digest(Interpolate(DONOR)(AGENT)) == digest(DONOR)
    # a + (b - a) is not b where b is small beside a.
    agent, donor = {"actor/0/bias": jnp.ones(1)}, {"actor/0/bias": jnp.full(1, 1e-12)}
    assert float((agent["actor/0/bias"] + (donor["actor/0/bias"] - 1))[0]) == 0
    assert digest(Interpolate(donor)(agent)) == digest(donor)


def test_interpolation_towards_some_leaves_leaves_the_others():
    part = {path: leaf for path, leaf in DONOR.items() if path.startswith("actor/")}
    moved = Interpolate(part)(AGENT)
    for path in AGENT:
        source = DONOR if path in part else AGENT
        np.testing.assert_array_equal(moved[path], source[path])
