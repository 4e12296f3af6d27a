"""Lander metrics: means of events as fuel, landings and the original's statistics."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.rollouts import Episodes, rates
from telic.studies.isolation.lander_metrics import (
    CAPTIONS,
    LANDER,
    fuel_of_landings,
    lander_measures,
)
from telic.worlds import Lander, landing_objective

WORLD = Lander()
# shaping, main, side, crash, landing: one lands, one crashes, one runs out of time.
EVENTS = [[200.0, 10.0, 100.0, 0.0, 1.0], [0.0, 20, 0, 1, 0], [0.0, 30, 200, 0, 0]]
PLAYED = Episodes(jnp.array(EVENTS), jnp.array([100, 50, 1000]))


@pytest.fixture
def told():
    """What a trial stores of the three episodes."""
    return rates(PLAYED, WORLD, [landing_objective("stock")]) | fuel_of_landings(
        PLAYED, WORLD
    )


def test_fuel_is_priced_as_in_the_stock_reward(told):
    found = lander_measures(told)
    fuel = np.array([0.3 * 10 + 0.03 * 100, 0.3 * 20, 0.3 * 30 + 0.03 * 200])
    assert found["fuel"] == pytest.approx(fuel.mean())
    assert found["saved"] == -found["fuel"]
    assert found["fuel_if_landed"] == pytest.approx(fuel[0])
    assert found["fuel_per_step"] == pytest.approx(fuel.sum() / 1150)
    assert found["burning"] == pytest.approx(360 / 1150)
    assert found["landings_per_5k"] == pytest.approx(5000 / 1150)
    stock = np.array([200 - fuel[0] + 100, -fuel[1] - 100, -fuel[2]])
    assert found["return_stock"] == pytest.approx(stock.mean(), rel=1e-6)


def test_an_episode_that_neither_lands_nor_crashes_ran_out_of_time(told):
    found = lander_measures(told)
    assert found["landing"] == found["crash"] == pytest.approx(1 / 3)
    assert found["timeout"] == pytest.approx(1 / 3)


def test_fuel_per_landing_is_no_number_without_a_landing(told):
    assert np.isnan(lander_measures({**told, "landing": 0.0})["fuel_if_landed"])


def test_every_measure_that_is_named_is_told(told):
    assert set(CAPTIONS) <= set(lander_measures(told))


def test_an_agent_is_competent_only_if_it_reaches_every_mark():
    assert LANDER.is_competent(LANDER.required)
    for name, least in LANDER.required.items():
        assert not LANDER.is_competent({**LANDER.required, name: least - 0.01})


def test_every_measure_that_is_shown_has_a_caption(told):
    shown = {LANDER.lost, LANDER.kept, *LANDER.columns, *LANDER.checked}
    assert shown | {*LANDER.judged, *LANDER.few, *LANDER.greedy} <= set(CAPTIONS)
    assert {LANDER.served, *LANDER.required} <= set(lander_measures(told))


def test_statistics_by_step_are_those_of_the_steps_themselves(told):
    steps = np.concatenate([np.full(60, 0.3), np.full(300, 0.03), np.zeros(790)])
    found = lander_measures(told)
    assert found["fuel_per_step"] == pytest.approx(steps.mean())
    assert found["fuel_sd"] == pytest.approx(steps.std(), rel=1e-5)
    assert found["burning"] == pytest.approx((steps > 0).mean())
    assert found["fuel_if_burning"] == pytest.approx(steps[steps > 0].mean())
    assert found["stock_per_step"] == pytest.approx(told["return_stock"] / (1150 / 3))
