"""What switches are like, in numbers; of too few of them a question is left out."""

import numpy as np
import pytest

from telic.studies import anatomy

APART = "cosine of switches two apart"
AXIS = "AUROC of the objectives on the first axis"


@pytest.mark.parametrize(
    ("settled", "asked", "left_out"),
    [
        (3, {APART, AXIS, "cosine of successive switches"}, set()),
        (4, {AXIS, "cosine of successive switches"}, {APART}),
        (5, {"squared norm in actor/0"}, {APART, AXIS}),
    ],
)
def test_what_cannot_be_asked_of_so_few_switches_is_left_out(
    pair, monkeypatch, settled, asked, left_out
):
    monkeypatch.setattr(anatomy, "SETTLED", settled)
    found = anatomy.anatomy(pair)
    assert asked <= set(found) and not left_out & set(found)
    for answer in found.values():
        assert answer.values.shape == answer.chance.shape == (2,)
        assert np.isfinite(answer.values).all()


def test_of_no_switch_there_is_nothing_to_say(pair, monkeypatch):
    monkeypatch.setattr(anatomy, "SETTLED", 6)
    assert anatomy.anatomy(pair) == {}


def test_the_shares_of_all_layers_are_the_whole_for_vectors_and_for_weights(pair):
    found = anatomy.anatomy(pair)
    layers = [answer for name, answer in found.items() if "norm in actor" in name]
    assert len(layers) == 4
    assert sum(a.values for a in layers) == pytest.approx([1.0, 1.0])
    assert sum(a.chance for a in layers) == pytest.approx([1.0, 1.0])
