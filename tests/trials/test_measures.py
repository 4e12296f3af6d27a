"""Measures of hand-made episodes, and what is made of two or three of them."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.rollouts import Episodes, rates
from telic.trials import efficacy, locality, retention
from telic.worlds import Objective, fetch
from tests.small import KEYS as WORLD


def lived(*told):
    """Episodes of (length, {event: number})."""
    rows = [[events.get(name, 0.0) for name in WORLD.events] for _, events in told]
    lengths = [length for length, _ in told]
    return Episodes(jnp.array(rows), jnp.array(lengths, jnp.int32))


FOUR = lived(
    (5, {"pick_blue": 1.0, "late_blue": 0.25}),
    (3, {"wall": 1.0}),
    (20, {"timeout": 1.0}),
    (10, {"pick_blue": 1.0, "late_blue": 0.5}),
)


def test_rates_are_means_over_episodes_of_every_event_and_of_the_length():
    found = rates(FOUR, WORLD)
    assert list(found) == [*WORLD.events, "length"]
    named = {"pick_blue": 0.5, "late_blue": 0.1875, "wall": 0.25, "timeout": 0.25}
    assert found == {**dict.fromkeys(WORLD.events, 0.0), **named, "length": 9.5}


def test_a_return_is_the_mean_over_episodes_under_each_objective():
    slow = Objective("slow", {"timeout": 2.0})
    found = rates(FOUR, WORLD, [fetch("blue"), slow])
    # (1 - 0.9 · 0.25) - 1 + 0 + (1 - 0.9 · 0.5), over 4
    assert found["return_blue"] == pytest.approx(0.08125, rel=1e-6)
    assert found["return_slow"] == 0.5
    assert list(found)[-3:] == ["length", "return_blue", "return_slow"]


def test_the_mean_of_very_many_episodes_does_not_stop_growing():
    # In 32 bits a running sum of ones ends at 2^24, and small shares get lost.
    many = jnp.full((100_000, len(WORLD.events)), 0.1)
    found = rates(Episodes(many, jnp.ones(100_000, jnp.int32)), WORLD)
    assert found["wall"] == pytest.approx(0.1, rel=1e-6)


@pytest.mark.parametrize(
    ("edited", "unedited", "donor", "due"),
    [
        (0.5, 0.0, 1.0, 0.5),
        (0.9, 0.1, 0.9, 1.0),
        (0.1, 0.1, 0.9, 0.0),
        (0.0, 0.2, 0.6, -0.5),
        (1.0, 0.0, 0.5, 2.0),
        (0.2, 0.8, 0.4, 1.5),
        (0.5, 0.5, 0.549, np.nan),
        (0.5, 0.5, 0.451, np.nan),
        (0.5, 0.4, 0.5, 1.0),
    ],
)
def test_efficacy_is_the_share_of_the_way_from_the_agent_to_the_donor(
    edited, unedited, donor, due
):
    rows = ({"x": value, "y": 7.0} for value in (edited, unedited, donor))
    assert efficacy(*rows, "x") == pytest.approx(due, nan_ok=True)


def test_locality_is_one_less_half_of_all_changes_elsewhere():
    before = {"aim": 0.9, "wall": 0.1, "ball": 0.0, "time": 0.0}
    after = {"aim": 0.0, "wall": 0.0, "ball": 0.4, "time": 0.6}
    assert locality(before, before, ["wall", "ball"]) == 1
    assert locality(after, before, ["wall", "ball"]) == pytest.approx(0.75)
    assert locality(before, after, ["wall", "ball"]) == pytest.approx(0.75)
    assert locality(after, before, ["wall", "ball", "time"]) == pytest.approx(0.45)
    assert locality(after, before, []) == 1


def test_retention_is_the_ratio_of_episodes_not_failed():
    before, after = {"wall": 0.2, "ball": 0.0}, {"wall": 0.3, "ball": 0.3}
    assert retention(before, before, ["wall", "ball"]) == 1
    assert retention(after, before, ["wall", "ball"]) == pytest.approx(0.5)
    assert retention(after, before, []) == 1


def test_who_always_fails_has_nothing_to_keep():
    # 0.7 + 0.2 + 0.1 is not 1 in floating point: what is left is no competence.
    before = {"wall": 0.7, "bump": 0.2, "ball": 0.1}
    after = {"wall": 0.5, "bump": 0.0, "ball": 0.0}
    assert sum(before.values()) < 1
    assert np.isnan(retention(after, before, ["wall", "bump", "ball"]))
    assert np.isnan(retention(after, {"wall": 1.0}, ["wall"]))
