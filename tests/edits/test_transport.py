"""A transport maps what arrives; its nulls are as far from doing nothing as it is."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.edits import Transport
from telic.policies import capture
from telic.vectors import fit_transport
from tests.small import AGENT, CODES, DONOR

SITE = "actor/1/pre"
MATRIX = jnp.eye(8) + 0.3 * jax.random.normal(jax.random.key(5), (8, 8))
SHIFT = jnp.linspace(-1.0, 2.0, 8)


def at(agent):
    """What an agent computes at the site."""
    return capture(agent, CODES, SITE)[SITE]


def size(edit):
    """How far a map is from doing nothing."""
    moved = edit.matrix - jnp.eye(8)
    return float(jnp.sqrt((moved**2).sum() + (edit.shift**2).sum()))


@pytest.mark.parametrize("strength", [1.0, 0.25, -1.0])
def test_what_arrives_goes_that_part_of_the_way_to_where_the_map_puts_it(strength):
    edited = Transport(SITE, MATRIX, SHIFT, strength=strength)(AGENT)
    before = at(AGENT)
    mapped = before @ MATRIX + SHIFT[None]
    due = before + strength * (mapped - before)
    np.testing.assert_allclose(at(edited), due, rtol=1e-4, atol=1e-4)


def test_the_identity_without_a_shift_does_nothing_at_any_strength():
    for strength in (1.0, -4.0):
        nothing = Transport(SITE, jnp.eye(8), jnp.zeros(8), strength=strength)
        np.testing.assert_allclose(at(nothing(AGENT)), at(AGENT), atol=1e-5)


def test_a_fitted_map_carries_the_agents_activations_to_the_donors():
    found = fit_transport(at(AGENT), at(DONOR), ridge=1e-6)
    edited = Transport(SITE, found.matrix, found.shift)(AGENT)
    gaps = [float(((at(a) - at(DONOR)) ** 2).sum()) for a in (edited, AGENT)]
    change = at(DONOR) - at(AGENT)
    total = float(((change - change.mean(axis=0)[None]) ** 2).sum())
    assert gaps[0] / total == pytest.approx(1 - found.explained, abs=1e-3)
    assert gaps[0] < 0.7 * gaps[1]


def test_its_nulls_are_as_far_from_the_identity():
    edit = Transport(SITE, MATRIX, SHIFT, strength=0.5)
    found = edit.nulls(jax.random.key(0), AGENT)
    assert set(found) == {"gaussian", "signs", "shuffled"}
    for null in found.values():
        assert (null.site, null.strength) == (SITE, 0.5)
        assert size(null) == pytest.approx(size(edit), rel=1e-5)
    for name in ("signs", "shuffled"):
        sizes = [
            jnp.sort(abs(e.matrix - jnp.eye(8)).ravel()) for e in (found[name], edit)
        ]
        np.testing.assert_allclose(*sizes, atol=1e-6)
