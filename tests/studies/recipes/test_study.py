"""Each recipe changes one thing, and one edit of all of them makes one table."""

import dataclasses

import jax
import pytest

from telic.core.errors import InputError
from telic.policies import create
from telic.render.page import render
from telic.studies import Recipes
from telic.studies.recipes.study import RECIPES
from telic.studies.recipes.summary import EDITS
from telic.studies.splice.edits import SwitchPair, splice_edits
from telic.studies.splice.page import splice_caption
from tests.studies.handmade import trial
from tests.studies.splice.measured import seeds

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
    ((name, study),) = Recipes().substudies()
    one, two = (create(jax.random.key(i), plan.policy, plan.world) for i in (0, 1))
    pair = SwitchPair(agent=one, donor=two, mean=two, one=two)
    assert set(EDITS) <= set(splice_edits(pair, groups=study.groups))
    assert name == "splice" and not study.recovery


@pytest.fixture
def found():
    """Two recipes of two seeds, each with two switches."""
    rows = {}
    for recipe, shares in {"default": (0.8, 0.6), "tanh": (0.3, 0.1)}.items():
        each = [
            row
            for phase, share in enumerate(shares)
            for row in trial(dict.fromkeys(EDITS, share), name=(phase, "a", "b"))
        ]
        rows[recipe] = [seeds({0: each, 1: each})]
    return Recipes().summarise(rows, {})


def test_recipes_are_compared_over_all_switches_edit_by_edit(found):
    assert tuple(found.edits) == EDITS
    for effects in found.edits.values():
        names = [each.condition for each in effects.edits]
        assert names == ["default", "tanh"]
        assert effects["default"].values.tolist() == pytest.approx([0.7, 0.7])
        assert effects["tanh"].values.tolist() == pytest.approx([0.2, 0.2])


def test_the_page_names_every_edit_and_the_default_and_nothing_in_it_acts(found):
    page = Recipes().page(found, command="telic study recipes --only '<script>'")
    for said, edit in zip(page.findings, EDITS, strict=True):
        assert said.startswith(f"{splice_caption(edit)}: ") and "default 0.70 (" in said
    html = render(page)
    assert html.count("<svg") == len(EDITS)
    assert "<script" not in html and "&lt;script&gt;" in html
