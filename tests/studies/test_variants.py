"""Variants are trained in ways that differ; one edit of all makes one table."""

import dataclasses

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.studies import STUDIES, VARIANTS
from telic.studies.base import preset
from telic.studies.variants import across, averaged, chosen, compare
from telic.trials import Condition
from tests.trials.tables import made

every_study = pytest.mark.parametrize("kind", VARIANTS.values(), ids=list(VARIANTS))

ADD = ["add", "cut"]


@pytest.mark.contract
@every_study
def test_no_two_variants_are_the_same_or_share_a_folder(kind):
    study = preset(kind, "full")
    plans = list(study.plans().values())
    assert all(one != two for i, one in enumerate(plans) for two in plans[:i])
    assert len({study.experiment(name) for name in study.plans()}) == len(plans) > 1


@pytest.mark.contract
@pytest.mark.parametrize(
    "kind", [kind for kind in VARIANTS.values() if hasattr(kind, "only")]
)
def test_the_runs_of_a_variant_are_those_of_full_or_small_whatever_is_chosen(kind):
    for which in ("full", "small"):
        study = preset(kind, which)
        for name, plan in study.plans().items():
            one = dataclasses.replace(study, only=(name,))
            assert one.plans() == {name: plan}
    with pytest.raises(InputError, match="did you mean 'small'"):
        preset(kind, "smal")


@pytest.mark.contract
@every_study
def test_the_substudies_are_registered_and_their_settings_are_theirs(kind):
    for which in ("full", "small"):
        for name, study in preset(kind, which).substudies():
            assert type(study) is STUDIES[name]


def test_variants_keep_their_own_order():
    variants = {"a": 1, "b": 2, "c": 3}
    assert list(chosen(("c", "a"), variants)) == ["a", "c"]
    assert chosen((), variants) == variants
    with pytest.raises(InputError, match="no variant 'd'") as caught:
        chosen(("a", "d"), variants)
    assert "a, b, c" in caught.value.why


def test_one_edit_of_many_tables_is_a_table_with_a_row_for_each_and_its_nulls():
    tables = {
        "tanh": made(ADD, seeds=3, values={("add", ""): 0.9}),
        "relu": made(ADD, seeds=3, nulls=("noise",), values={("add", ""): 0.4}),
    }
    found = across(tables, "add")
    assert found.rows == (
        ("tanh", ""),
        ("tanh", "gaussian"),
        ("tanh", "signs"),
        ("relu", ""),
        ("relu", "noise"),
    )
    assert found.seeds == (0, 1, 2)
    assert found.values_of("new", "tanh").mean() == pytest.approx(0.9)
    assert found.values_of("new", "relu").mean() == pytest.approx(0.4)
    assert found.values_of("new", "relu", "noise").mean() == pytest.approx(0.2)


def test_an_average_is_taken_seed_by_seed_of_the_edit_and_of_each_of_its_nulls():
    high = made(ADD, seeds=3, values={("add", ""): 0.9, ("add", "signs"): 0.4})
    low = made(ADD, seeds=3, values={("add", ""): 0.3, ("add", "signs"): 0.2})
    found = averaged([high, low])
    assert found.rows == high.rows and found.seeds == high.seeds
    expected = (high.values_of("new", "add") + low.values_of("new", "add")) / 2
    assert np.allclose(found.values_of("new", "add"), expected)
    assert found.values_of("new", "add").mean() == pytest.approx(0.6)
    assert found.values_of("new", "add", "signs").mean() == pytest.approx(0.3)


def test_an_average_has_only_the_rows_that_all_tables_have():
    less = made(ADD, seeds=3, nulls=("signs",))
    found = averaged([made(ADD, seeds=3), less])
    assert set(found.rows) == set(less.rows)


def test_variants_of_different_seeds_are_not_set_side_by_side():
    tables = {"a": made(ADD, seeds=3), "b": made(ADD, seeds=2)}
    with pytest.raises(InputError, match=r"\(0, 1, 2\) and \(0, 1\)"):
        across(tables, "add")
    with pytest.raises(InputError, match="in one"):
        averaged(list(tables.values()))


def test_an_edit_that_a_variant_lacks_is_named():
    with pytest.raises(InputError, match="no edit 'turn' of a"):
        across({"a": made(ADD, seeds=3)}, "turn")


def test_a_comparison_has_the_effects_of_every_edit_in_the_order_of_the_variants():
    variants = {Condition(name, "x"): made(ADD, seeds=3) for name in "ba"}
    found = compare(variants, ["cut", "add"], measure="new")
    assert list(found.edits) == ["cut", "add"]
    for effects in found.edits.values():
        assert [each.condition for each in effects.edits] == list(variants)
        assert all(each.null.null == "signs" for each in effects.edits)
