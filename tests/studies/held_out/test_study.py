"""The held-out study trains what it says, and its rows are what they are called."""

import pytest

from telic.core.errors import InputError
from telic.render.page import markdown
from telic.studies import Alternation, HeldOut, Retarget, results
from telic.studies.base import preset, settings_of
from telic.studies.held_out.summary import BOTH, EDITS, HELD_OUT, TRAINED
from telic.studies.retarget.case import TRACKS
from telic.studies.tables import condition_of
from telic.trials import Condition
from telic.worlds import Keys
from tests.studies.handmade import trial
from tests.studies.splice.measured import seeds
from tests.studies.trained import RETARGET

PLANS = {
    "colours-2": (("blue", "purple"), ("purple", "blue")),
    "colours-3": (("blue", "purple", "green"), ("purple", "blue", "green")),
    "colours-4": (
        ("blue", "purple", "green", "red"),
        ("purple", "blue", "green", "red"),
    ),
}
"""By variant: the objectives in turn, and the colours of the world in its order."""


@pytest.mark.parametrize("variant", TRAINED)
def test_the_plans_are_those_of_the_alternation_study_with_these_colours(variant):
    objectives, colours = PLANS[variant]
    world = Keys(colours=colours, others=("yellow", "grey"))
    expected = Alternation(objectives=objectives, world=world).plan()
    assert HeldOut().plans()[variant] == expected
    assert {phase.rollouts for phase in expected.schedule} == {15}
    assert len(expected.schedule) == 24


@pytest.mark.parametrize("which", ["full", "small"])
def test_the_variants_differ_in_the_trained_colours_and_in_nothing_else(which):
    plans = preset(HeldOut, which).plans()
    assert tuple(plans) == tuple(TRAINED) == ("colours-2", "colours-3", "colours-4")
    alike = {
        (p.policy, p.ppo, p.rollout, len(p.schedule), p.total_rollouts, p.world.third)
        for p in plans.values()
    }
    assert len(alike) == 1
    assert [len(p.objectives) for p in plans.values()] == [2, 3, 4]


@pytest.mark.parametrize("which", ["full", "small"])
def test_no_held_out_colour_is_ever_an_objective_and_all_of_them_are_on_boards(which):
    for plan in preset(HeldOut, which).plans().values():
        named = {objective.name for objective in plan.objectives}
        wanted = {phase.objective for phase in plan.schedule}
        assert named == wanted == set(plan.world.colours)
        assert not wanted & set(HELD_OUT)
        assert plan.world.third == HELD_OUT


def test_every_run_is_retargeted_to_each_held_out_colour_with_the_defaults():
    assert HeldOut().substudies() == tuple(
        ("retarget", Retarget(new=colour)) for colour in HELD_OUT
    )


@pytest.fixture
def tried(retargeted):
    """The conditions that the retarget study tries, at strength 1."""
    rows = results.read(retargeted[0], "retarget", settings_of(RETARGET))
    names = rows.where(part="trial").names("condition")
    return {condition_of(name) for name in names if isinstance(name, tuple)}


def test_every_edit_that_is_compared_is_one_that_the_retarget_study_tries(tried):
    for edit in EDITS:
        dosed = edit.value in Retarget().strengths and edit._replace(value=1.0) in tried
        assert edit in tried or dosed, edit


def test_every_track_is_compared():
    groups = {edit.group for edit in EDITS}
    assert all(groups & set(track) for track in TRACKS.values())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"only": ("colours-5",)}, "no variant 'colours-5'"),
        ({"agents": 0}, "0 agents of 24"),
        ({"agents": 2, "phases": 5}, "2 agents of 5"),
        ({"episodes": 0}, "episodes = 0"),
        ({"base": "pst"}, "did you mean 'post'"),
        ({"base": "code"}, "no channels carry 'yellow'"),
    ],
)
def test_what_would_fail_after_training_is_refused_before_it(given, words):
    with pytest.raises(InputError, match=words):
        HeldOut(**given)


@pytest.fixture
def found():
    """Two agents a seed, on both kinds of boards; each new colour has its own share."""
    inner = []
    for share in (0.8, 0.2):
        each = [
            row
            for wants, one in (("green", share + 0.1), ("purple", share - 0.1))
            for board, factor in (("beside", 1), ("without", 0))
            for row in trial(
                dict.fromkeys(EDITS, one * factor), name=(22, wants, "blue", board)
            )
        ]
        inner.append(seeds({0: each, 1: each}))
    return HeldOut(only=("colours-3",)).summarise({"colours-3": inner}, {})


def test_rows_are_of_the_trained_and_the_new_colour_and_have_their_mean(found):
    assert tuple(found.edits) == EDITS
    for effects in found.edits.values():
        names = [Condition("colours-3", new) for new in ("yellow", "grey", BOTH)]
        assert [each.condition for each in effects.edits] == names
        for name, expected in zip(names, (0.8, 0.2, 0.5), strict=True):
            values = effects[name].values.tolist()
            assert values == pytest.approx([expected, expected])
            nulls = tuple(null.null for null in effects[name].verdict.against)
            assert nulls == ("gaussian", "signs")


def test_the_page_tells_the_mean_for_each_number_of_colours(found):
    page = HeldOut().page(found)
    assert len(page.findings) == len(EDITS)
    assert all("3 trained, both 0.50 (" in said for said in page.findings)
    text = markdown(page)
    for new in ("yellow", "grey", "both"):
        assert f"| 3 trained, {new} |" in text
    assert "walls and the ball" in text and "several goal vectors" in text
