"""An arm stands where the table says, and never without its nulls."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.trials.effects import Arm, of_group, standings
from tests.studies.tables import ARMS, DOSES, LAYERS, NULLS, made


def test_a_group_is_found_in_its_order():
    assert of_group(ARMS[::-1], "mean") == list(DOSES[::-1])


def test_an_unknown_group_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="layers"):
        of_group(ARMS, "layer")


def test_arms_stand_in_their_order_with_their_strongest_null():
    found = standings(made(), LAYERS[::-1], "new")
    assert [one.arm for one in found] == list(LAYERS[::-1])
    for one in found:
        assert one.verdict.rate.estimate == pytest.approx(0.8)
        assert one.null.null == "signs"
        assert one.null.difference.estimate == pytest.approx(0.6)
        assert one.null_values.mean() == pytest.approx(0.2)
        assert one.verdict.summary == "beats all nulls"


def test_a_seed_that_lacks_an_edit_is_left_out_and_counted_out():
    table = made(missing=[(2, (LAYERS[0].edit, ""))])
    first, second = standings(table, LAYERS[:2], "new")
    assert first.verdict.rate.n == first.null.difference.n == 7
    assert np.isnan(first.values[2])
    assert second.verdict.rate.n == 8


def test_an_edit_that_shares_no_seed_with_a_null_is_refused():
    edit = LAYERS[0].edit
    missing = [(0, (edit, "")), (1, (edit, "signs")), (2, (edit, "signs"))]
    with pytest.raises(InputError, match="no seed has 'new' of both"):
        standings(made(seeds=3, missing=missing), LAYERS[:1], "new")


@pytest.mark.parametrize(("edit", "measure"), [("layers 9", "new"), ("layers 0", "x")])
def test_what_the_table_lacks_is_refused(edit, measure):
    with pytest.raises(InputError, match="there is no"):
        standings(made(), [Arm(edit, "layers", None)], measure)


def test_made_tables_have_every_null():
    assert made().nulls(ARMS[0].edit) == NULLS
