"""Known answers of the locators that score weights."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from telic.locators import LOCATORS, check_locus, contrast_pair
from telic.locators.attribution import _mean_slope
from telic.locators.behaviour import grad_logit_gap, logit_gap
from telic.locators.toys import toy
from telic.stats import auroc
from tests.locators.examples import EVIDENCE, located, row

TOY = toy()
KEY = jax.random.key(0)
BIASES = row({p: jnp.full(x.shape, p == "actor/0/bias") for p, x in TOY.vector.items()})
"""Which weights of the toy differ."""

BY_CHANGE = ("magnitude", "relative magnitude", "normalised magnitude", "snr")


def found(name, made=TOY):
    """The scores of a locator as one row over weights."""
    locus = check_locus(LOCATORS[name](made, KEY), made.recipient)
    return locus.weights(made.recipient).flat


@pytest.mark.parametrize("name", [*BY_CHANGE, "low rank", "components"])
def test_where_only_biases_changed_all_of_them_are_on_top(name):
    scores = found(name)
    assert scores[BIASES].min() > 1e-3 * scores.max()
    assert scores[~BIASES].max() < 1e-5 * scores.max()


@pytest.mark.parametrize("name", ["attribution", "integrated attribution"])
def test_an_attribution_is_to_biases_through_which_something_flows(name):
    scores = found(name)
    assert not scores[~BIASES].any()
    assert (scores[BIASES] > 0).sum() >= 4
    if name == "attribution":
        flows = row(grad_logit_gap(TOY.behaviour, TOY.recipient))[BIASES] != 0
        assert ((scores[BIASES] > 0) == flows).all()


def test_the_magnitudes_are_their_formulas():
    vector = {p: np.asarray(x, np.float64) for p, x in EVIDENCE.vector.items()}
    before = {p: np.asarray(x, np.float64) for p, x in EVIDENCE.recipient.items()}
    for path, v in vector.items():
        own, old = (np.sqrt((x**2).mean()) for x in (v, before[path]))
        due = {
            "magnitude": np.abs(v),
            "relative magnitude": np.abs(v) / (np.abs(before[path]) + 0.1 * old),
            "normalised magnitude": np.abs(v) / own,
        }
        for name, scores in due.items():
            np.testing.assert_allclose(located(name).scores[path], scores, rtol=1e-5)


def test_what_changes_alike_at_every_switch_is_over_what_changes_more():
    like = jax.tree.map(jnp.zeros_like, TOY.recipient)
    path = "actor/0/bias"
    ends = [jnp.zeros(8).at[:2].set(jnp.array([1.0, x])) for x in (4.0, -2.0, 10.0)]
    switches = tuple((like, like.replace({**like, path: end})) for end in ends)
    one = dataclasses.replace(TOY, switches=switches[:1])
    many = dataclasses.replace(TOY, switches=switches)
    assert LOCATORS["snr"](one, KEY).scores[path].argmax() == 1
    scores = LOCATORS["snr"](many, KEY).scores[path]
    assert scores.argmax() == 0
    # Of the second: the mean is 4, the standard deviation 6.
    assert scores[1] == pytest.approx(4 / 6, rel=1e-2)


def test_attributions_of_a_small_change_add_up_to_what_it_brings():
    recipient, behaviour = EVIDENCE.recipient, EVIDENCE.behaviour
    small = {p: 0.03 * v for p, v in EVIDENCE.vector.items()}
    moved = {p: leaf + small[p] for p, leaf in recipient.items()}
    donor = recipient.replace(moved)
    due = float(logit_gap(behaviour, donor)) - float(logit_gap(behaviour, recipient))
    mean = row(_mean_slope(behaviour, recipient, donor))
    first = row(grad_logit_gap(behaviour, recipient))
    assert abs(due) > 1e-2
    assert row(small) @ mean == pytest.approx(due, rel=0.02)
    assert row(small) @ first == pytest.approx(due, rel=0.3)


def test_integrated_attributions_of_a_large_change_still_add_up():
    recipient, donor = EVIDENCE.recipient, EVIDENCE.donor
    gained = [float(logit_gap(EVIDENCE.behaviour, a)) for a in (recipient, donor)]
    mean = row(_mean_slope(EVIDENCE.behaviour, recipient, donor))
    total = row(EVIDENCE.vector) @ mean
    assert total == pytest.approx(gained[1] - gained[0], rel=0.1)
    scores = located("integrated attribution").flat
    np.testing.assert_allclose(scores, np.abs(row(EVIDENCE.vector) * mean), rtol=1e-4)


def test_a_change_of_rank_one_has_one_direction():
    locus = LOCATORS["low rank"](TOY, KEY)
    assert locus.scores["actor/0"][0] == pytest.approx(
        float(jnp.linalg.norm(TOY.vector["actor/0/bias"])), rel=1e-5
    )
    assert (locus.scores["actor/0"][1:] < 1e-6).all()
    assert not any(locus.scores[layer].any() for layer in ("actor/1", "actor/2"))
    # Outside the bias too: an outer product is found again, its size is its score.
    left, right = jnp.arange(8.0), jnp.ones(8)
    kernel = TOY.donor["actor/1/kernel"] + left[:, None] * right[None]
    moved = TOY.donor.replace({**TOY.donor, "actor/1/kernel": kernel})
    locus = LOCATORS["low rank"](dataclasses.replace(TOY, donor=moved), KEY)
    assert locus.scores["actor/1"][0] == pytest.approx(np.sqrt(140 * 8), rel=1e-4)
    assert (locus.scores["actor/1"][1:] < 1e-4).all()
    change, _ = locus.factors["actor/1"]
    assert np.abs(change[-1]).max() < 1e-4


def test_components_find_the_axis_of_the_goal_beside_a_larger_one_of_time():
    rng = np.random.default_rng(0)
    like = jax.tree.map(jnp.zeros_like, TOY.recipient)
    goal, time = (jnp.asarray(rng.normal(size=8), jnp.float32) for _ in range(2))
    switches = tuple(
        (
            like.replace({**like, "actor/1/bias": t * time}),
            like.replace({**like, "actor/1/bias": t * time, "actor/0/bias": goal}),
        )
        for t in (5.0, 10.0, 15.0)
    )
    locus = LOCATORS["components"](dataclasses.replace(TOY, switches=switches), KEY)
    due = np.abs(goal) / np.linalg.norm(goal)
    np.testing.assert_allclose(locus.scores["actor/0/bias"], due, atol=1e-4)
    assert locus.scores["actor/1/bias"].max() < 1e-4


def test_a_learned_mask_opens_for_planted_biases_and_shuts_for_noise():
    recipient, path = EVIDENCE.recipient, "actor/0/bias"
    keys = jax.random.split(jax.random.key(3), len(recipient))
    donor = {
        p: leaf + 0.02 * jax.random.normal(k, leaf.shape)
        for k, (p, leaf) in zip(keys, recipient.items(), strict=True)
    }
    donor[path] += 2 * jax.random.normal(KEY, (8,))
    other = recipient.replace(donor)
    made = contrast_pair(recipient, other, key=KEY, observations=EVIDENCE.observations)
    scores, integral = (
        found("learned mask", made),
        found("integrated attribution", made),
    )
    matter = BIASES & (integral > 0.1 * integral.max())
    assert 2 <= matter.sum() <= 8
    assert auroc(scores, matter) > 0.95
    assert auroc(scores, matter) > auroc(found("random", made), matter)
    assert (scores[matter] > 0).any()
    assert np.median(scores[~BIASES]) < 0
