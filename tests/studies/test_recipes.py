"""Each recipe changes one thing, and one edit of all of them makes one table."""

import dataclasses

import jax
import pytest

from telic.agents import create
from telic.core.errors import InputError
from telic.studies.arms import Arm
from telic.studies.recipes import EDITS, RECIPES, Recipes, across, compare
from telic.studies.swaps import Swap, edits
from tests.studies.stored import SETTINGS, stored, trial
from tests.studies.tables import made

CHANGED = [name for name in RECIPES if name != "default"]


def leaves(value):
    """The fields of a plan, and of what it holds; a schedule counts as one."""
    if not dataclasses.is_dataclass(value):
        return {"": value}
    return {
        f"{field.name}/{path}": leaf
        for field in dataclasses.fields(value)
        for path, leaf in leaves(getattr(value, field.name)).items()
    }


@pytest.mark.contract
@pytest.mark.parametrize("recipe", CHANGED)
def test_a_recipe_differs_from_the_default_in_exactly_one_place(recipe):
    plans = [leaves(Recipes().plan(name)) for name in ("default", recipe)]
    differ = [path for path in plans[0] if plans[0][path] != plans[1][path]]
    assert len(differ) == 1


def test_no_two_recipes_are_the_same():
    plans = [Recipes().plan(recipe) for recipe in RECIPES]
    assert all(one != two for i, one in enumerate(plans) for two in plans[:i])


def test_every_recipe_has_as_many_phases_and_an_unknown_one_is_refused():
    for recipe in RECIPES:
        assert len(Recipes(phases=7).plan(recipe).schedule) == 7
    with pytest.raises(InputError, match="did you mean 'width-64'"):
        Recipes().plan("width-46")


def test_every_edit_that_is_compared_is_one_that_the_study_tries():
    plan = Recipes().plan("width-64")
    one, two = (create(jax.random.key(i), plan.network, plan.world) for i in (0, 1))
    swap = Swap(agent=one, donor=two, mean=two, other=None)
    tried = edits(swap, groups=Recipes().splice().groups)
    assert set(EDITS) <= {arm.edit for arm, _ in tried}
    assert not Recipes().splice().recovery


@pytest.mark.known
def test_one_edit_of_many_tables_is_a_table_with_a_row_for_each_and_its_nulls():
    arms = [Arm("add", "x", None), Arm("cut", "x", None)]
    tables = {
        "tanh": made(arms, seeds=3, values={("add", ""): 0.9}),
        "relu": made(arms, seeds=3, nulls=("noise",), values={("add", ""): 0.4}),
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


@pytest.mark.known
def test_recipes_are_compared_over_all_switches_edit_by_edit(tmp_path):
    runs = {}
    for recipe, shares in {"default": (0.8, 0.6), "tanh": (0.3, 0.1)}.items():
        trials = [
            trial(*way, share, edits=EDITS)
            for way, share in zip(
                [("blue", "purple"), ("purple", "blue")], shares, strict=True
            )
        ]
        arms = [[edit, "x", None] for edit in EDITS]
        answer = {"arms": arms, "trials": trials, "recovery": {}}
        runs[recipe] = stored(tmp_path, "splice", {0: answer, 1: answer}, name=recipe)
    tables = compare(runs, SETTINGS)
    assert tuple(tables) == EDITS
    for table in tables.values():
        assert table.edits == ("default", "tanh")
        assert table.values_of("aim", "default").tolist() == pytest.approx([0.7, 0.7])
        assert table.values_of("aim", "tanh").tolist() == pytest.approx([0.2, 0.2])
