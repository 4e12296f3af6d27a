"""Metrics of any world: returns under both objectives, and events that matter."""

import numpy as np
import pytest

from telic.studies.isolation.metrics import returns_and_events
from telic.worlds import Keys
from telic.worlds.gym import GymWorld

WORLD = Keys()
METRICS = returns_and_events(WORLD, "blue", "purple")


def test_the_loss_is_what_the_second_objective_does_not_pay():
    rates = dict.fromkeys(WORLD.events, 0.0) | {"length": 7.0, "pick_blue": 0.25}
    found = METRICS.of({**rates, "return_blue": 0.5, "return_purple": 0.125})
    assert found["loss"] == -0.125 == -found["second"]
    assert found["first"] == 0.5 and found["rate_pick_blue"] == 0.25
    assert set(METRICS.captions) == set(found)


def test_every_measure_that_is_shown_is_measured_and_has_a_caption():
    shown = {METRICS.lost, METRICS.kept, *METRICS.columns, *METRICS.checked}
    assert shown | {*METRICS.judged, *METRICS.few} <= set(METRICS.captions)


def test_an_agent_is_competent_if_it_reaches_its_first_goal():
    assert METRICS.required == {"rate_pick_blue": 0.9}
    assert METRICS.is_competent({"rate_pick_blue": 0.9})
    assert not METRICS.is_competent({"rate_pick_blue": 0.89})


def test_a_goal_without_an_event_of_success_requires_nothing():
    found = returns_and_events(GymWorld("CartPole-v1"), "reward", "other")
    assert found.required == {} and found.is_competent({})


def test_of_a_world_with_goals_those_events_are_shown_that_matter_to_them():
    assert METRICS.columns == (
        *("first", "second", "rate_pick_blue", "rate_pick_purple"),
        *(f"rate_{event}" for event in (*WORLD.failures, WORLD.timeout)),
        "length",
    )


def test_what_is_followed_is_the_return_under_the_second_objective():
    curves = {"return_purple": np.ones((2, 3))}
    assert METRICS.followed.of(curves) is curves["return_purple"]
    with pytest.raises(KeyError):
        METRICS.followed.of({})
