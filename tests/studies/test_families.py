"""Every family trains variants that differ; one edit of all makes one table."""

import dataclasses

import numpy as np
import pytest
from tests.studies.tables import made

from telic.core.errors import InputError
from telic.studies import FAMILIES, INNER_STUDIES
from telic.studies.families import across, averaged, chosen
from telic.trials.effects import Arm

ADD = [Arm("add", "x", None), Arm("cut", "x", None)]

every_family = pytest.mark.parametrize("kind", FAMILIES.values(), ids=list(FAMILIES))


@pytest.mark.contract
@every_family
def test_no_two_variants_of_a_family_are_the_same_or_share_a_folder(kind):
    family = kind.preset("full")
    plans = list(family.plans().values())
    assert all(one != two for i, one in enumerate(plans) for two in plans[:i])
    assert len({family.experiment(name) for name in family.plans()}) == len(plans) > 1


@pytest.mark.contract
@pytest.mark.parametrize(
    "kind", [kind for kind in FAMILIES.values() if hasattr(kind, "only")]
)
def test_the_runs_of_a_variant_are_those_of_full_or_small_whatever_is_chosen(kind):
    for preset in ("full", "small"):
        plans = kind.preset(preset).plans()
        for name, plan in plans.items():
            one = dataclasses.replace(kind.preset(preset), only=(name,))
            assert one.plans() == {name: plan}
    with pytest.raises(InputError, match="did you mean 'small'"):
        kind.preset("smal")


@pytest.mark.contract
@every_family
def test_the_inner_studies_are_registered_and_their_settings_are_theirs(kind):
    for preset in ("full", "small"):
        for name, settings in kind.preset(preset).inner():
            assert type(settings) is INNER_STUDIES[name]


def test_variants_keep_the_order_of_the_family():
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
