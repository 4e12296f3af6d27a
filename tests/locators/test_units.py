"""Known answers of the locators that score units."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.edits import Patch
from telic.locators import LOCATORS, check_locus, contrast_pair
from telic.locators.behaviour import logit_gap
from telic.locators.inside import unit_activations
from telic.locators.probe import fitted, probe
from telic.locators.toys import toy
from telic.policies import capture
from tests.locators.examples import EVIDENCE, located

TOY, KEY = toy(), jax.random.key(0)
SITES = ("actor/0/post", "actor/1/post", "actor/logits")
PLACES = [(SITES[0], 1), (SITES[0], 5), (SITES[1], 0), (SITES[1], 6), (SITES[2], 3)]
UNITS = ("activation difference", "activation patching", "attribution patching")


def patched(site, unit, strength=1.0):
    """The preference when one unit is patched, by an edit that makes no short cut."""
    width = 7 if site == "actor/logits" else 8
    mask = jnp.zeros(width).at[unit].set(1)
    edit = Patch(site, EVIDENCE.donor, mask).scaled(strength)
    return float(logit_gap(EVIDENCE.behaviour, edit(EVIDENCE.recipient)))


@pytest.mark.parametrize(("site", "unit"), PLACES)
def test_patching_is_what_the_edit_of_one_unit_brings(site, unit):
    start = float(logit_gap(EVIDENCE.behaviour, EVIDENCE.recipient))
    due = abs(patched(site, unit) - start)
    seen = located("activation patching").scores[site][unit]
    assert seen == pytest.approx(due, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("site", "unit"), PLACES)
def test_attribution_patching_is_its_slope(site, unit):
    step = 1e-2
    due = abs(patched(site, unit, step) - patched(site, unit, -step)) / (2 * step)
    seen = located("attribution patching").scores[site][unit]
    assert seen == pytest.approx(due, rel=0.05, abs=5e-3)


def test_a_difference_of_means_is_in_standard_deviations():
    both = [
        capture(agent, EVIDENCE.observations, *SITES[:1])[SITES[0]]
        for agent in (EVIDENCE.recipient, EVIDENCE.donor)
    ]
    mine, theirs = (np.asarray(x, np.float64) for x in both)
    gap = np.abs(theirs.mean(axis=0) - mine.mean(axis=0))
    spread = np.sqrt((mine.var(axis=0) + theirs.var(axis=0)) / 2)
    moves, seen = spread > 0, located("activation difference").scores[SITES[0]]
    assert moves.any() and not seen[~moves].any()
    np.testing.assert_allclose(seen[moves], gap[moves] / spread[moves], rtol=1e-4)


def biased(agent, bias):
    """The agent with other biases in its first layer."""
    return agent.replace({**agent, "actor/0/bias": bias})


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_both_agents_fill_alike_scores_nothing(name):
    # In the toy a unit of the first layer differs by its own bias alone.
    bias = TOY.donor["actor/0/bias"].at[:4].set(TOY.recipient["actor/0/bias"][:4])
    found = dataclasses.replace(TOY, donor=biased(TOY.donor, bias))
    scores = check_locus(LOCATORS[name](found, KEY), TOY.recipient).scores[
        "actor/0/post"
    ]
    assert np.abs(scores[:4]).max() < 1e-5
    assert np.abs(scores[4:]).max() > 1e-3


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_that_never_fires_scores_nothing(name):
    low = jnp.full(8, -100.0).at[:3].set(1.0)
    found = dataclasses.replace(
        EVIDENCE,
        recipient=biased(EVIDENCE.recipient, low),
        donor=biased(EVIDENCE.donor, low - 0.5),
    )
    scores = LOCATORS[name](found, KEY).scores["actor/0/post"]
    assert not scores[3:].any()
    assert scores[:3].any()


@pytest.fixture(scope="module")
def apart():
    """The toy's agents, on enough observations to tell chance from knowledge."""
    return contrast_pair(TOY.recipient, TOY.donor, key=KEY, steps=32, envs=32)


def test_a_unit_that_alone_knows_the_answer_scores_highest(apart):
    # The donor's first unit is far away; the others are as they were.
    bias = apart.recipient["actor/0/bias"].at[2].add(30.0)
    donor = biased(apart.recipient, bias)
    locus = probe(dataclasses.replace(apart, donor=donor), KEY)
    assert locus.scores["actor/0/post"].argmax() == 2
    assert list(locus.scores) == list(SITES)


def test_a_probes_scores_are_its_weights_in_standard_deviations(apart):
    rows = len(apart.observations)
    mine, theirs = (
        np.asarray(unit_activations(apart.behaviour, a)["actor/0/post"], np.float64)
        for a in (apart.recipient, apart.donor)
    )
    x = np.concatenate([mine[: rows // 2], theirs[rows // 2 :]])
    known = np.asarray(jax.random.permutation(KEY, rows))[: rows // 2]
    label = np.where(np.arange(rows) < rows // 2, -1.0, 1.0)
    due = np.abs(fitted(x[known], label[known]).weights) * x.std(axis=0)
    np.testing.assert_allclose(probe(apart, KEY).scores["actor/0/post"], due)
