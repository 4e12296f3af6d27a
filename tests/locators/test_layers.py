"""Known answers of the locators that score layers and tensors."""

import itertools

import jax
import numpy as np
import pytest

from telic.locators import LOCATORS
from telic.locators.behaviour import logit_gap
from telic.locators.splicing import _shapley, _worth
from telic.locators.toys import toy
from tests.locators.examples import EVIDENCE, located

TOY, KEY = toy(), jax.random.key(0)
LAYERS = ("actor/0", "actor/1", "actor/2")


def spliced(paths, found=EVIDENCE):
    """The preference of the recipient with the donor's leaves under some prefixes."""
    agent = {
        p: found.donor[p] if any(p.startswith(prefix) for prefix in paths) else leaf
        for p, leaf in found.recipient.items()
    }
    return float(logit_gap(found.behaviour, found.recipient.replace(agent)))


def gain(found):
    """How much more of the preference the donor has."""
    return spliced(LAYERS, found) - spliced((), found)


@pytest.mark.parametrize("name", ["layer splicing", "layer patching"])
@pytest.mark.parametrize("found", [EVIDENCE, TOY], ids=["evidence", "toy"])
def test_the_layers_add_up_to_what_the_donor_has_more(name, found):
    locus = LOCATORS[name](found, KEY)
    total = sum(float(x) for x in locus.scores.values())
    assert tuple(locus.scores) == LAYERS
    assert total == pytest.approx(gain(found), rel=1e-4)


@pytest.mark.parametrize("name", ["layer splicing", "layer patching"])
def test_where_only_the_first_biases_differ_the_first_layer_has_all(name):
    locus = LOCATORS[name](TOY, KEY)
    assert float(locus.scores["actor/0"]) == pytest.approx(gain(TOY), rel=1e-4)
    for layer in LAYERS[1:]:
        assert abs(float(locus.scores[layer])) < 1e-5


def test_a_shapley_value_is_the_mean_over_all_orders():
    due = dict.fromkeys(LAYERS, 0.0)
    orders = list(itertools.permutations(LAYERS))
    for order in orders:
        for i, layer in enumerate(order):
            due[layer] += spliced(order[: i + 1]) - spliced(order[:i])
    for layer, scores in located("layer splicing").scores.items():
        assert float(scores) == pytest.approx(due[layer] / len(orders), abs=1e-4)


def test_a_shapley_value_of_a_game_is_worked_out_by_hand():
    # Two gloves: a left one, and either of two right ones; a pair is worth 1.
    players = ("left", "one", "two")
    worth = {
        subset: float("left" in subset and len(subset) > 1)
        for count in range(4)
        for subset in itertools.combinations(players, count)
    }
    values = [_shapley(player, worth) for player in players]
    assert values == pytest.approx([4 / 6, 1 / 6, 1 / 6])


def test_the_worth_of_a_subset_is_the_preference_of_the_splice():
    subsets = [(), ("actor/0",), ("actor/1/bias",), ("actor/0/kernel", "actor/2")]
    due = [spliced(subset) for subset in subsets]
    np.testing.assert_allclose(_worth(EVIDENCE, subsets), due, rtol=1e-4)


def test_tensors_are_added_in_the_order_in_which_one_more_helps_most():
    locus = located("block splicing")
    assert sorted(float(x) for x in locus.scores.values()) == [1, 2, 3, 4, 5, 6]
    order = sorted(locus.scores, key=lambda p: -float(locus.scores[p]))
    for i, path in enumerate(order[:-1]):
        tried = {other: spliced((*order[:i], other)) for other in order[i:]}
        assert tried[path] >= max(tried.values()) - 1e-4


def test_the_only_tensor_that_differs_comes_first():
    locus = LOCATORS["block splicing"](TOY, KEY)
    assert float(locus.scores["actor/0/bias"]) == 6


def test_the_layers_patched_up_to_a_layer_are_the_donors_up_to_there():
    scores = located("layer patching").scores
    total = spliced(())
    for i, layer in enumerate(LAYERS):
        total += float(scores[layer])
        assert total == pytest.approx(spliced(LAYERS[: i + 1]), abs=1e-3)
