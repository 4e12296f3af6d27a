"""Each recipe changes one thing, and one edit of all of them makes one table."""

import dataclasses

import jax
import pytest
from telic.studies.swaps import Swap, edits

from telic.core.errors import InputError
from telic.policies import create
from telic.studies.answers import settings_of
from telic.studies.recipes import EDITS, RECIPES, Recipes
from tests.studies.stored import stored, trial

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
    plans = [leaves(Recipes().plans()[name]) for name in ("default", recipe)]
    differ = [path for path in plans[0] if plans[0][path] != plans[1][path]]
    assert len(differ) == 1


def test_every_recipe_has_as_many_phases_and_an_unknown_one_is_refused():
    for plan in Recipes(phases=7).plans().values():
        assert len(plan.schedule) == 7
    with pytest.raises(InputError, match="did you mean 'width-64'"):
        Recipes(only=("width-46",))


def test_what_would_fail_after_training_is_refused_before_it():
    with pytest.raises(InputError, match="10 late switches of 12"):
        Recipes(switches=10)
    with pytest.raises(InputError, match="episodes = 0"):
        Recipes(episodes=0)


def test_every_edit_that_is_compared_is_one_that_the_study_tries():
    plan = Recipes().plans()["width-64"]
    ((study, settings),) = Recipes().inner()
    one, two = (create(jax.random.key(i), plan.policy, plan.world) for i in (0, 1))
    swap = Swap(agent=one, donor=two, mean=two, other=None)
    tried = edits(swap, groups=settings.groups)
    assert set(EDITS) <= {arm.edit for arm, _ in tried}
    assert study == "splice" and not settings.recovery


def test_recipes_are_compared_over_all_switches_edit_by_edit(tmp_path):
    runs, ((_, settings),) = {}, Recipes().inner()
    for recipe, shares in {"default": (0.8, 0.6), "tanh": (0.3, 0.1)}.items():
        trials = [
            trial(*way, share, edits=EDITS)
            for way, share in zip(
                [("blue", "purple"), ("purple", "blue")], shares, strict=True
            )
        ]
        arms = [[edit, "x", None] for edit in EDITS]
        answer = {"arms": arms, "trials": trials, "recovery": {}}
        runs[recipe] = stored(
            tmp_path,
            "splice",
            {0: answer, 1: answer},
            name=recipe,
            settings=settings_of(settings),
        )
    tables = Recipes().compare(runs)
    assert tuple(tables) == EDITS
    for table in tables.values():
        assert table.edits == ("default", "tanh")
        assert table.values_of("aim", "default").tolist() == pytest.approx([0.7, 0.7])
        assert table.values_of("aim", "tanh").tolist() == pytest.approx([0.2, 0.2])
