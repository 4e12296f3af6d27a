"""Relabelling: the weights change, and what the agent does changes not."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.planted import fold, permuted, random_orders
from telic.planted.decoys import SPARE, widened
from telic.policies import MLP, create
from telic.vectors.relabel import hidden, random_factors, rescaled
from tests.planted.small import WORLD, said, told

KEY = jax.random.key(2)
ACTOR = fold(told(), 0).actor
WIDE = widened(KEY, ACTOR)
"""Its first layer has more units than its second."""

ACTORS = pytest.mark.parametrize("actor", [ACTOR, WIDE], ids=["plain", "wide"])


def reordered(agent, orders):
    """The agent with its hidden units in another order."""
    return agent.replace(permuted(agent, hidden(agent), orders))


def scaled(agent, factors):
    """The agent with its hidden units in another scale."""
    return agent.replace(rescaled(agent, hidden(agent), factors))


@ACTORS
def test_units_in_another_order_do_the_same(actor):
    found = reordered(actor, random_orders(KEY, actor))
    np.testing.assert_allclose(said(found), said(actor), rtol=1e-4, atol=1e-6)
    for path in ("actor/0/kernel", "actor/1/kernel", "actor/2/kernel"):
        assert not np.array_equal(found[path], actor[path])
    np.testing.assert_array_equal(found["actor/2/bias"], actor["actor/2/bias"])


@ACTORS
def test_units_of_another_scale_do_the_same(actor):
    found = scaled(actor, random_factors(KEY, actor))
    np.testing.assert_allclose(said(found), said(actor), rtol=1e-4, atol=1e-6)
    for path in ("actor/0/kernel", "actor/0/bias", "actor/1/kernel", "actor/2/kernel"):
        assert not np.allclose(found[path], actor[path], rtol=1e-3)


@ACTORS
def test_orders_are_permutations_of_the_hidden_units(actor):
    orders = random_orders(KEY, actor)
    assert {site: len(order) for site, order in orders.items()} == {
        "actor/0/post": len(actor["actor/0/bias"]),
        "actor/1/post": len(actor["actor/1/bias"]),
    }
    for order in orders.values():
        assert sorted(order.tolist()) == list(range(len(order)))


def test_the_key_decides_orders_and_factors():
    for draw in (random_orders, random_factors):
        one, again, other = (
            jnp.concatenate([*draw(jax.random.key(seed), ACTOR).values()]).tolist()
            for seed in (0, 0, 1)
        )
        assert one == again != other
        first, second = draw(KEY, ACTOR).values()
        assert first.tolist() != second.tolist()


def test_an_order_is_taken_back_by_its_inverse():
    orders = random_orders(KEY, WIDE)
    inverse = {site: jnp.argsort(order) for site, order in orders.items()}
    back = reordered(reordered(WIDE, orders), inverse)
    assert digest(back) == digest(WIDE)


def test_scales_are_taken_back_by_their_inverses():
    factors = random_factors(KEY, WIDE)
    inverse = {site: 1 / factor for site, factor in factors.items()}
    back = scaled(scaled(WIDE, factors), inverse)
    for path, leaf in WIDE.items():
        np.testing.assert_allclose(back[path], leaf, rtol=1e-5, atol=1e-7)


def test_factors_are_positive_and_about_one():
    wide = create(KEY, MLP(width=4000, actor_layers=2, critic_layers=1), WORLD.base)
    (factors,) = random_factors(KEY, wide).values()
    assert (factors > 0).all()
    logs = np.log(np.asarray(factors))
    assert logs.mean() == pytest.approx(0, abs=0.01)
    assert logs.std() == pytest.approx(0.15, abs=0.01)


def test_the_differences_of_two_agents_go_with_their_units():
    orders = random_orders(KEY, ACTOR)
    units, other = hidden(ACTOR), fold(told(), 1).actor
    gap = {p: other[p] - leaf for p, leaf in ACTOR.items()}
    mine, theirs = reordered(ACTOR, orders), reordered(other, orders)
    for path, leaf in permuted(gap, units, orders).items():
        np.testing.assert_array_equal(leaf, theirs[path] - mine[path])


def test_neither_changes_the_agent_that_was_given():
    before = digest(ACTOR)
    reordered(ACTOR, random_orders(KEY, ACTOR))
    scaled(ACTOR, random_factors(KEY, ACTOR))
    assert digest(ACTOR) == before
    assert digest(reordered(ACTOR, {})) == before


def test_spare_units_are_found_again_after_reordering():
    flags = {p: jnp.zeros_like(leaf) for p, leaf in WIDE.items()}
    flags["actor/0/bias"] = flags["actor/0/bias"].at[-SPARE:].set(1)
    orders = random_orders(KEY, WIDE)
    spare = permuted(flags, hidden(WIDE), orders)["actor/0/bias"] == 1
    read = reordered(WIDE, orders)["actor/1/kernel"]
    assert not read[spare].any()
    assert read[~spare].any(axis=1).all()
