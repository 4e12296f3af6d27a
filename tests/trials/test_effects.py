"""An effect stands where the table says, and never without its nulls."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.trials import Condition, effects, of_group
from telic.trials.conditions import place
from tests.trials.tables import DOSES, EDITS, LAYERS, NULLS, made


def test_a_group_is_found_in_its_order():
    assert of_group(EDITS[::-1], "mean") == list(DOSES[::-1])


def test_an_unknown_group_is_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="layers"):
        of_group(EDITS, "layer")


def test_a_category_has_no_place_on_an_axis():
    assert place(DOSES[0]) == -1.0
    for condition in (LAYERS[0], "add"):
        with pytest.raises(InputError, match="no place on an axis"):
            place(condition)


def test_effects_stand_in_their_order_with_their_strongest_null():
    found = effects(made(), LAYERS[::-1], measure="new")
    assert [one.condition for one in found.edits] == list(LAYERS[::-1])
    for one in found.edits:
        assert one.verdict.rate.estimate == pytest.approx(0.8)
        assert one.null.null == "signs"
        assert one.null.difference.estimate == pytest.approx(0.6)
        assert one.null_values.mean() == pytest.approx(0.2)
        assert one.verdict.summary.startswith("beats all nulls, in ")
        assert one.size == (1200.0, 2.5) and set(one.null_sizes) == set(NULLS)


def test_unless_told_otherwise_every_edit_of_the_table_has_its_effect():
    found = effects(made(), measure="new", also=("old",))
    assert [one.condition for one in found.edits] == list(EDITS)
    assert [r.name for r in found.references] == ["no edit", "donor"]
    assert found.references[0].measured["old"].interval.estimate == pytest.approx(0.95)
    assert DOSES[0] in found and "add" not in found
    assert found.select(DOSES[:1]).edits == (found[DOSES[0]],)
    with pytest.raises(InputError, match="not tried"):
        found["add"]


def test_a_seed_that_lacks_an_edit_is_left_out_and_counted_out():
    table = made(missing=[(2, (LAYERS[0], ""))])
    first, second = effects(table, LAYERS[:2], measure="new").edits
    assert first.verdict.rate.n == first.null.difference.n == 7
    assert np.isnan(first.values[2])
    assert second.verdict.rate.n == 8


def test_an_edit_that_shares_no_seed_with_a_null_is_refused():
    edit = LAYERS[0]
    missing = [(0, (edit, "")), (1, (edit, "signs")), (2, (edit, "signs"))]
    with pytest.raises(InputError, match="no seed has 'new' of both"):
        effects(made(seeds=3, missing=missing), LAYERS[:1], measure="new")


@pytest.mark.parametrize(
    ("edit", "measure"), [(Condition("layers", "9"), "new"), (LAYERS[0], "x")]
)
def test_what_the_table_lacks_is_refused(edit, measure):
    with pytest.raises(InputError, match="there is no"):
        effects(made(), [edit], measure=measure)


def test_made_tables_have_every_null():
    assert made().nulls(EDITS[0]) == NULLS
