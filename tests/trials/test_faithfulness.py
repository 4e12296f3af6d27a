"""Faithfulness: areas worked out by hand, and loci of a pair whose goal we planted."""

import dataclasses

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locators import SIZES, Locus
from telic.locators.sites import scores_of
from telic.planted import fold, truth
from telic.policies import create
from telic.rollouts import episode_seeds, play, rates
from telic.trials import (
    Faithfulness,
    Measure,
    cmd,
    completeness_gap,
    cpr,
    faithfulness,
    first_index_at,
    graft_evaluator,
    retention,
)
from tests.small import GOAL_KEYS, POLICY

WORLD = GOAL_KEYS.base
READS = dataclasses.replace(POLICY, width=16, goal_units=4)
FAILURES = ("wall", "bump", "ball")
WALLS = Measure(lambda found: found["wall"], FAILURES)
GIVEN = episode_seeds(WORLD, 32, key=jax.random.key(1))


def tried(shares, top, rest=None):
    """A made-up trial of a locus."""
    rows = [np.array(x, float) for x in (shares, top, top if rest is None else rest)]
    return Faithfulness(*rows, np.ones(len(shares)))


def planted():
    """An agent that is told, and two plain ones that differ in four biases."""
    agent = create(jax.random.key(0), READS, GOAL_KEYS)
    larger = {
        "actor/2/kernel": 100 * agent["actor/2/kernel"],  # fresh, it prefers no action
        "at/actor/0/pre/0/goal": 3 * agent["at/actor/0/pre/0/goal"],
    }
    agent = agent.replace({**agent, **larger})
    each = [fold(agent, goal).actor for goal in range(GOAL_KEYS.num_goals)]
    walls = [rates(play(one, WORLD, GIVEN), WORLD)["wall"] for one in each]
    pair = each[int(np.argmin(walls))], each[int(np.argmax(walls))]
    return *pair, scores_of(truth(agent))


@pytest.fixture(scope="module")
def told():
    """The bench of the planted pair, and the truth about it."""
    recipient, donor, flags = planted()
    made = graft_evaluator(recipient, donor, GIVEN, WALLS)
    return made, Locus("weights", flags)


def test_areas_of_what_brings_everything_at_once_or_nothing_to_the_last():
    # Lines between points over log size: both steps are as long.
    at_once = tried([0.01, 0.1, 1.0], [1.0, 1.0, 1.0], [0.0, 0.0, 0.0])
    assert cpr(at_once) == pytest.approx(1)
    assert cmd(at_once) == pytest.approx(0)
    assert completeness_gap(at_once) == pytest.approx(0)
    last = tried([0.01, 0.1, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0])
    assert cpr(last) == pytest.approx(0.25)
    assert cmd(last) == pytest.approx(0.75)
    assert completeness_gap(last) == pytest.approx(0.75)


def test_the_tenth_tenth_and_the_first_weigh_by_the_length_of_their_logarithms():
    # log10: from 0.001 to 0.1 two thirds of the axis, to 1 the last third.
    found = tried([0.001, 0.1, 1.0], [0.0, 0.6, 1.0], [1.0, 0.2, 0.0])
    assert cpr(found) == pytest.approx(0.3 * 2 / 3 + 0.8 / 3)
    assert cmd(found) == pytest.approx(0.7 * 2 / 3 + 0.2 / 3)
    assert completeness_gap(found) == pytest.approx(0.6 * 2 / 3 + 0.1 / 3)


def test_what_goes_beyond_the_donor_counts_for_one_area_and_against_the_other():
    beyond = tried([0.5, 1.0], [2.0, 1.0])
    assert cpr(beyond) == pytest.approx(1.5)
    assert cmd(beyond) == pytest.approx(0.5)
    below = tried([0.5, 1.0], [-1.0, 1.0])
    assert cpr(below) == pytest.approx(0)
    assert cmd(below) == pytest.approx(1)


def test_areas_of_a_line_over_log_size_do_not_depend_on_where_it_is_looked_at():
    for shares in (SIZES, np.geomspace(0.001, 1, 20), [0.001, 1.0]):
        line = 1 + np.log10(np.array(shares)) / 3
        assert cpr(tried(shares, line)) == pytest.approx(0.5)
        assert cmd(tried(shares, line)) == pytest.approx(0.5)
        assert completeness_gap(tried(shares, line, 1 - line)) == pytest.approx(0.5)


def test_the_area_of_a_single_size_is_the_value_there():
    assert cpr(tried([1.0], [0.75])) == 0.75
    assert cmd(tried([1.0], [0.75])) == 0.25


def test_the_smallest_size_is_the_first_that_reaches_the_mark():
    found = tried([0.1, 0.2, 0.5, 1.0], [0.2, 0.95, 0.5, 1.0])
    assert first_index_at(found) == 1
    assert first_index_at(found, 0.96) == 3
    assert first_index_at(found, 0.2) == 0
    with pytest.raises(InputError, match=r"no graft brings 1.1"):
        first_index_at(found, 1.1)


def test_the_truth_brings_everything_with_its_own_weights(told):
    made, locus = told
    share = float(locus.flat.sum() / locus.flat.size)
    found = faithfulness(locus, made, shares=[share / 4, share, 2 * share, 1.0])
    np.testing.assert_allclose(found.top[1:], 1)
    np.testing.assert_allclose(found.rest[1:], 0, atol=1e-12)
    assert first_index_at(found) <= 1
    kept = retention(made.donor_rates, made.recipient_rates, FAILURES)
    np.testing.assert_allclose(found.retention[1:], kept)
    assert found.shares.tolist() == [share / 4, share, 2 * share, 1.0]


def test_the_last_place_of_the_truth_brings_nothing_before_the_end(told):
    made, locus = told
    turned = Locus("weights", {p: -x for p, x in locus.scores.items()})
    found = faithfulness(turned, made, shares=[0.01, 0.5, 1.0])
    np.testing.assert_allclose(found.top, [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(found.rest, [1, 1, 0], atol=1e-12)
    np.testing.assert_allclose(found.retention[:2], 1)
    assert first_index_at(found) == 2


def test_a_bench_knows_what_both_agents_do(told):
    made, _ = told
    assert made.gap == pytest.approx(
        made.donor_rates["wall"] - made.recipient_rates["wall"]
    )
    assert made.gap >= 0.05
    assert made.share(made.recipient_rates) == 0
    assert made.share(made.donor_rates) == 1
    assert made.rates(made.recipient) == made.recipient_rates


def test_of_a_donor_that_does_less_the_share_is_the_same(told):
    made, locus = told
    turned = graft_evaluator(made.donor, made.recipient, GIVEN, WALLS)
    assert turned.gap == -made.gap
    found = faithfulness(locus, turned, shares=[0.1, 1.0])
    np.testing.assert_allclose(found.top, 1)


def test_agents_that_do_the_same_are_refused(told):
    made, _ = told
    with pytest.raises(InputError, match=r"donor and recipient differ by 0\.000"):
        graft_evaluator(made.donor, made.donor, GIVEN, WALLS)
    pair = made.recipient, made.donor
    with pytest.raises(InputError, match=r"a difference below 0\.99"):
        graft_evaluator(*pair, GIVEN, WALLS, least=0.99)


def test_an_impossible_share_is_refused(told):
    made, locus = told
    with pytest.raises(InputError, match=r"share = 2\.0"):
        faithfulness(locus, made, shares=[2.0])
