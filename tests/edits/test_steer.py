"""Steering adds a direction, whatever is seen; its nulls are as long as it."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.edits import Chain, Steer
from telic.policies import capture
from tests.small import AGENT, CODES


def at(site, agent):
    """What an agent computes at a site."""
    return capture(agent, CODES, site)[site]


@pytest.mark.parametrize("site", AGENT.sites)
@pytest.mark.parametrize("strength", [1.0, -2.5])
def test_every_row_moves_by_the_direction_times_the_strength(site, strength):
    before = at(site, AGENT)
    direction = jnp.linspace(-1.0, 2.0, before.shape[1])
    steered = Steer(site, direction, strength=strength)(AGENT)
    due = before + strength * direction[None]
    np.testing.assert_allclose(at(site, steered), due, rtol=1e-5, atol=1e-5)


def test_two_directions_at_one_site_add_up():
    one, two = jnp.linspace(-1.0, 2.0, 8), jnp.linspace(3.0, 0.0, 8)
    both = Chain((Steer("actor/0/pre", one), Steer("actor/0/pre", two)))(AGENT)
    np.testing.assert_allclose(
        at("actor/logits", both),
        at("actor/logits", Steer("actor/0/pre", one + two)(AGENT)),
        rtol=1e-4,
        atol=1e-4,
    )


@pytest.mark.parametrize("strength", [1.0, -3.0])
def test_its_nulls_are_as_long_and_of_the_same_strength(strength):
    edit = Steer("actor/1/post", jnp.linspace(-1.0, 2.0, 8), strength=strength)
    found = edit.nulls(jax.random.key(0), AGENT)
    assert set(found) == {"gaussian", "signs", "shuffled"}
    for null in found.values():
        assert (null.site, null.strength) == (edit.site, strength)
        lengths = [float(jnp.linalg.norm(e.direction)) for e in (null, edit)]
        assert lengths[0] == pytest.approx(lengths[1], rel=1e-5)
    sizes = jnp.sort(abs(edit.direction))
    for name in ("signs", "shuffled"):
        np.testing.assert_allclose(jnp.sort(abs(found[name].direction)), sizes)
