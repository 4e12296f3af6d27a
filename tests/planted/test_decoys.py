"""Decoys look like the goal, and nothing depends on them."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.trees import digest
from telic.planted import fold
from telic.planted.decoys import (
    SPARE,
    flags,
    widened,
    with_dead_units,
    with_inactive_units,
)
from telic.planted.fold import goal_tables
from telic.policies import capture
from tests.planted.small import said, seen, told

KEY = jax.random.key(3)
PAIR = [fold(told(), goal).actor for goal in (0, 1)]
WIDE = [widened(KEY, actor) for actor in PAIR]
TABLE = goal_tables(told())["actor/0/bias"]
DEAD = [
    with_dead_units(key, actor)
    for key, actor in zip(jax.random.split(KEY), WIDE, strict=True)
]
INACTIVE = [with_inactive_units(actor, TABLE[goal]) for goal, actor in enumerate(WIDE)]
ALL = pytest.mark.parametrize(
    "made", [WIDE, DEAD, INACTIVE], ids=["spare", "dead", "inactive"]
)


def fired(actor):
    """What the spare units do on every observation."""
    site = "actor/0/post"
    return np.asarray(capture(actor, seen()[:, :-1], site)[site])[:, -SPARE:]


@ALL
def test_agents_with_decoys_do_what_they_did(made):
    for actor, plain in zip(made, PAIR, strict=True):
        np.testing.assert_allclose(said(actor), said(plain), rtol=1e-4, atol=1e-5)


@ALL
def test_decoys_are_sixteen_more_units_at_the_end_of_the_first_layer(made):
    for actor, plain in zip(made, PAIR, strict=True):
        assert set(actor) == set(plain)
        for path, leaf in plain.items():
            part = tuple(slice(size) for size in leaf.shape)
            np.testing.assert_array_equal(actor[path][part], leaf)
        assert actor["actor/0/bias"].shape == (16 + SPARE,)
        assert actor["actor/1/kernel"].shape == (16 + SPARE, 16)


def test_plain_agents_have_the_same_spare_units():
    one, other = WIDE
    np.testing.assert_array_equal(one["actor/0/kernel"], other["actor/0/kernel"])
    moved = one["actor/0/bias"] != other["actor/0/bias"]
    assert moved[:16].all() and not moved[16:].any()


def test_dead_units_never_fire_differ_and_would_be_read():
    one, other = DEAD
    for actor in DEAD:
        assert not fired(actor).any()
        assert actor["actor/1/kernel"][-SPARE:].all()
    for path in ("actor/0/kernel", "actor/0/bias"):
        assert (one[path][..., -SPARE:] != other[path][..., -SPARE:]).all()
    own = float(one["actor/0/kernel"][:, :16].std())
    assert float(one["actor/0/kernel"][:, 16:].std()) == pytest.approx(own, rel=0.1)


def test_no_observation_at_all_can_wake_a_dead_unit():
    # The most that any mixture of inputs between 0 and 1 could bring.
    for actor in DEAD:
        most = jnp.maximum(actor["actor/0/kernel"], 0).sum(axis=0)
        assert (most + actor["actor/0/bias"])[-SPARE:].max() < 0


def test_inactive_units_fire_hold_the_difference_and_nobody_reads_them():
    one, other = INACTIVE
    gap = other["actor/0/bias"] - one["actor/0/bias"]
    np.testing.assert_allclose(gap[-SPARE:], gap[:16], atol=1e-6)
    assert all(fired(actor).any(axis=0).mean() > 0.5 for actor in INACTIVE)
    for actor in INACTIVE:
        bias = actor["actor/0/bias"].at[-SPARE:].add(5.0)
        moved = actor.replace({**actor, "actor/0/bias": bias})
        assert not np.array_equal(fired(moved), fired(actor))
        np.testing.assert_array_equal(said(moved), said(actor))


def test_flags_are_what_flows_into_and_out_of_them():
    found = flags(WIDE[0])
    counts = {path: int(leaf.sum()) for path, leaf in found.items()}
    assert counts == {
        "actor/0/kernel": 500 * SPARE,
        "actor/0/bias": SPARE,
        "actor/1/kernel": SPARE * 16,
        "actor/1/bias": 0,
        "actor/2/kernel": 0,
        "actor/2/bias": 0,
    }
    for path, leaf in DEAD[0].items():
        moved = np.asarray(leaf != WIDE[0][path])
        np.testing.assert_array_equal(moved, np.asarray(found[path]) == 1)


def test_a_goal_of_few_units_is_held_by_as_many_decoys():
    few = goal_tables(told(0, 4))["actor/0/bias"][0]
    moved = with_inactive_units(WIDE[0], few)["actor/0/bias"] - WIDE[0]["actor/0/bias"]
    assert moved[moved != 0].tolist() == pytest.approx(few.tolist(), rel=1e-5)


def test_neither_changes_the_agent_that_was_given():
    before = digest(WIDE[0])
    with_dead_units(KEY, WIDE[0])
    with_inactive_units(WIDE[0], TABLE[0])
    assert digest(WIDE[0]) == before
