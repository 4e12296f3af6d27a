"""A relabelled agent acts as the plain one would if two colours changed places."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.edits import Patch, Relabel
from telic.rollouts import observations_of
from telic.worlds import grid
from tests.small import AGENT, CODES, DONOR
from tests.small import KEYS as WORLD


def relabel(one, other, **options):
    """The exchange of two colours."""
    return Relabel(WORLD.channels(one), WORLD.channels(other), **options)


def with_keys_exchanged(codes, one, other):
    """The same views with every key of one colour painted in the other."""
    a, b = (grid.KEY + grid.COLOURS.index(colour) for colour in (one, other))
    return jnp.where(codes == a, b, jnp.where(codes == b, a, codes)).astype(jnp.uint8)


@jax.jit
def act(agent, codes):
    """All that the agent says to views."""
    preferences, estimates, _ = agent(codes)
    return jnp.concatenate([preferences, estimates[:, None]], axis=1)


@pytest.fixture(scope="module")
def seen():
    """What the small agent sees in its world."""
    return observations_of(jax.random.key(0), AGENT, WORLD, steps=12, envs=5)


@pytest.mark.parametrize("pair", [("blue", "purple"), ("purple", "yellow")])
def test_it_acts_as_the_plain_agent_on_views_with_the_colours_exchanged(seen, pair):
    for codes in (seen, CODES):
        found = act(relabel(*pair)(AGENT), codes)
        due = act(AGENT, with_keys_exchanged(codes, *pair))
        np.testing.assert_allclose(found, due, rtol=1e-4, atol=1e-4)
        assert not np.allclose(found, act(AGENT, codes), atol=0.1)


def test_views_without_the_two_colours_are_answered_as_before(seen):
    keys = [grid.KEY + grid.COLOURS.index(c) for c in ("blue", "purple")]
    without = jnp.where((seen == keys[0]) | (seen == keys[1]), grid.EMPTY, seen)
    found = act(relabel("blue", "purple")(AGENT), without.astype(jnp.uint8))
    due = act(AGENT, without.astype(jnp.uint8))
    np.testing.assert_allclose(found, due, rtol=1e-5, atol=1e-5)


def test_twice_is_nothing_bit_for_bit_and_the_order_of_the_two_does_not_count():
    edit = relabel("blue", "purple")
    assert edit.reversed() is edit
    assert digest(edit(edit(AGENT))) == digest(AGENT)
    assert digest(relabel("purple", "blue")(AGENT)) == digest(edit(AGENT))


def test_only_the_rows_of_the_two_colours_in_the_first_kernels_move():
    edited = relabel("blue", "purple")(AGENT)
    channels = {*WORLD.channels("blue"), *WORLD.channels("purple")}
    rows = {20 * cell + channel for cell in range(25) for channel in channels}
    for path, leaf in AGENT.items():
        moved = np.flatnonzero((edited[path] != leaf).reshape(len(leaf), -1).any(1))
        assert set(moved.tolist()) == (rows if path.endswith("/0/kernel") else set())


def test_half_of_it_sees_both_colours_alike(seen):
    half = relabel("blue", "purple", strength=0.5)(AGENT)
    exchanged = with_keys_exchanged(seen, "blue", "purple")
    np.testing.assert_allclose(act(half, seen), act(half, exchanged), atol=1e-4)


@pytest.mark.parametrize("strength", [-1.0, 0.5, 2.0])
def test_only_the_whole_exchange_can_be_reversed(strength):
    with pytest.raises(InputError, match="relabel cannot be reversed"):
        relabel("blue", "purple", strength=strength).reversed()


def test_the_donor_of_a_patched_agent_is_relabelled_along(seen):
    patched = Patch("actor/1/post", DONOR, jnp.ones(8))(AGENT)
    found = act(relabel("blue", "purple")(patched), seen)
    due = act(patched, with_keys_exchanged(seen, "blue", "purple"))
    np.testing.assert_allclose(found, due, rtol=1e-4, atol=1e-4)
