"""Grafts: what is taken at which size, and at which price."""

import jax.numpy as jnp
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.locators import SIZES, Locus, grafted
from telic.policies import MLP, Agent, Spec
from tests.locators.examples import EVIDENCE, located, row

RECIPIENT, DONOR = EVIDENCE.recipient, EVIDENCE.donor
TOTAL = row(RECIPIENT).size
ONE_LAYER = MLP(actor_layers=1), Spec((4,), ("left", "right"))


def taken(graft):
    """Which weights are the donor's."""
    return row(graft.top) != row(RECIPIENT)


def filled(number):
    """An actor of one layer in which all weights are the same number."""
    shapes = {"actor/0/kernel": (4, 2), "actor/0/bias": (2,)}
    weights = {path: jnp.full(shape, float(number)) for path, shape in shapes.items()}
    return Agent(weights, *ONE_LAYER)


def test_the_highest_weights_are_taken_first():
    scores = {p: np.asarray(x, np.float64) for p, x in RECIPIENT.items()}
    due = np.argsort(-row(scores))
    for graft in grafted(Locus("weights", scores), RECIPIENT, DONOR, [0.01, 0.3]):
        count = round(graft.share * TOTAL)
        assert set(np.flatnonzero(taken(graft))) == set(due[:count])


def test_at_least_one_site_is_taken():
    (least,) = grafted(located("magnitude"), RECIPIENT, DONOR, [1e-9])
    assert taken(least).sum() == 1
    (part,) = grafted(located("low rank"), RECIPIENT, DONOR, [1e-9])
    layers = {
        p.rpartition("/")[0] for p in RECIPIENT if (part.top[p] != RECIPIENT[p]).any()
    }
    assert len(layers) == 1


def test_units_are_taken_with_all_that_flows_into_them():
    like, other = filled(0), filled(1)
    locus = Locus("units", {"actor/logits": np.array([1.0, 2.0])})
    (half,) = grafted(locus, like, other, [0.5])
    assert half.top["actor/0/kernel"].tolist() == [[0, 1]] * 4
    assert half.top["actor/0/bias"].tolist() == [0, 1]
    assert half.rest["actor/0/bias"].tolist() == [1, 0]


def test_a_direction_costs_as_many_weights_as_it_takes_to_write_it_down():
    # A layer of 4 inputs and 2 units: 10 weights; a direction costs 4 + 1 + 2 of them.
    like, donor = filled(0), filled(1)
    left = np.eye(5)[:, :2]
    locus = Locus(
        "directions", {"actor/0": np.array([1.0, 2.0])}, {"actor/0": (left, np.eye(2))}
    )
    found = list(grafted(locus, like, donor, [0.1, 0.9, 1.0]))
    for one in found[:2]:  # the second direction alone: input 1 to unit 1
        due = np.zeros((4, 2))
        due[1, 1] = 1
        np.testing.assert_array_equal(one.top["actor/0/kernel"], due)
        np.testing.assert_array_equal(one.rest["actor/0/kernel"], 1 - due)
    np.testing.assert_array_equal(
        found[2].top["actor/0/kernel"], donor["actor/0/kernel"]
    )


def test_grafts_of_all_directions_but_the_last_size_are_of_low_rank():
    for graft in grafted(located("low rank"), RECIPIENT, DONOR, SIZES[:-1]):
        for path in ("actor/0/kernel", "actor/1/kernel"):
            change = np.asarray(graft.top[path] - RECIPIENT[path], np.float64)
            values = np.linalg.svd(change, compute_uv=False)
            assert (values[4:] < 1e-4 * max(values[0], 1)).all()


@pytest.mark.parametrize("share", [0.0, -0.5, 1.01, float("nan")])
@pytest.mark.parametrize("name", ["magnitude", "low rank"])
def test_a_share_of_nothing_or_of_more_than_all_is_refused(name, share):
    with pytest.raises(InputError, match=f"share = {share}"):
        list(grafted(located(name), RECIPIENT, DONOR, [0.5, share]))
