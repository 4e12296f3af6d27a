"""Metrics of any world: returns under both objectives, and events that matter."""

import dataclasses

import numpy as np
import pytest

from examples.fast_lander import FastLander
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.isolation.metrics import returns_and_events
from telic.studies.isolation.world_metrics import metrics_of
from telic.worlds import Keys, Lander
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


@dataclasses.dataclass(frozen=True)
class Demanding(Keys):
    """Keys whose agents must have some returns, and an event."""

    @property
    def competence(self):
        """Returns under both objectives of a study and a third, and an event."""
        names = ("return_blue", "return_purple", "return_grey", "pick_red")
        return dict.fromkeys(names, 0.5)

    @property
    def amounts(self):
        """None."""
        return {}


def test_a_world_may_require_returns_of_any_of_its_goals():
    found = returns_and_events(Demanding(), "blue", "purple")
    needed = {"first", "second", "return_grey", "rate_pick_red"}
    assert set(found.required) == needed <= set(found.captions)
    rates = dict.fromkeys(WORLD.events, 1.0) | {"length": 7.0}
    rates |= {f"return_{colour}": 0.6 for colour in ("blue", "purple", "grey")}
    assert found.is_competent(found.of(rates))
    assert not found.is_competent(found.of({**rates, "return_grey": 0.4}))
    assert [each.name for each in found.objectives] == ["grey"]


def test_a_world_that_extends_one_with_metrics_of_its_own_has_those():
    pytest.importorskip("envpool")  # examples/fast_lander.py
    assert metrics_of(FastLander(), "land", "thrift-5") is LANDER


@dataclasses.dataclass(frozen=True)
class OwnLander(Lander):
    """A lander of somebody's own."""


def test_a_lander_of_ones_own_is_measured_as_one():
    assert metrics_of(OwnLander(), "land", "thrift-5") is LANDER


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
