"""The held-out study trains what it says, and its rows are what they are called."""

import pytest

from telic.core.errors import InputError
from telic.studies import Alternation, HeldOut, Retarget, answers
from telic.studies.answers import settings_of
from telic.studies.held_out import BOTH, EDITS, HELD_OUT, TRAINED
from telic.worlds import Keys
from tests.studies.stored import stored, trial
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


@pytest.mark.parametrize("preset", ["full", "small"])
def test_the_variants_differ_in_the_trained_colours_and_in_nothing_else(preset):
    plans = HeldOut.preset(preset).plans()
    assert tuple(plans) == tuple(TRAINED) == ("colours-2", "colours-3", "colours-4")
    alike = {
        (p.policy, p.hyper, p.sizes, len(p.schedule), p.rollouts, p.world.third)
        for p in plans.values()
    }
    assert len(alike) == 1
    assert [len(p.objectives) for p in plans.values()] == [2, 3, 4]


@pytest.mark.parametrize("preset", ["full", "small"])
def test_no_held_out_colour_is_ever_an_objective_and_all_of_them_are_on_boards(preset):
    for plan in HeldOut.preset(preset).plans().values():
        named = {objective.name for objective in plan.objectives}
        wanted = {phase.objective for phase in plan.schedule}
        assert named == wanted == set(plan.world.colours)
        assert not wanted & set(HELD_OUT)
        assert plan.world.third == HELD_OUT


def test_every_run_is_retargeted_to_each_held_out_colour_with_the_defaults():
    assert HeldOut().inner() == tuple(
        ("retarget", Retarget(new=colour)) for colour in HELD_OUT
    )


def test_every_edit_that_is_compared_is_one_that_the_retarget_study_tries(retargeted):
    arms = answers.read(retargeted[0], "retarget", RETARGET)["arms"]
    tried = {edit for edit, *_ in arms}
    strengths = [f"{strength:g} × " for strength in Retarget().strengths]
    for edit in EDITS:
        plain = edit.partition(" × ")[2]
        dosed = edit.startswith(tuple(strengths)) and f"1 × {plain}" in tried
        assert edit in tried or dosed, edit


def test_every_track_is_compared(retargeted):
    arms = answers.read(retargeted[0], "retarget", RETARGET)["arms"]
    tracks = {edit: group for edit, group, _ in arms}
    plain = [f"1 × {e.partition(' × ')[2]}" if " × " in e else e for e in EDITS]
    assert {tracks[edit] for edit in plain} == set(tracks.values())


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


def test_rows_are_named_by_the_trained_and_the_new_colour_and_have_their_mean(tmp_path):
    """Two agents a seed, on both kinds of boards; each new colour has its own share."""
    study, runs = HeldOut(only=("colours-3",)), []
    arms = [[edit, "x", None] for edit in EDITS]
    for (name, settings), share in zip(study.inner(), (0.8, 0.2), strict=True):
        trials = [
            trial(wants, settings.new, one, edits=EDITS, board=board)
            for wants, one in (("green", share + 0.1), ("purple", share - 0.1))
            for board in ("beside", "without")
        ]
        for each in trials:
            _has_returns(each, settings.new, worse=each["board"] == "without")
        answer = {"arms": arms, "trials": trials, "row_norms": {}}
        found = {"name": "colours-3", "settings": settings_of(settings)}
        runs = stored(tmp_path, name, {0: answer, 1: answer}, **found)
    tables = study.compare({"colours-3": runs})
    assert tuple(tables) == EDITS
    for table in tables.values():
        names = tuple(f"3 trained, {new}" for new in ("yellow", "grey", BOTH))
        assert table.edits == names
        shares = [table.values_of("aim", name).tolist() for name in names]
        for found, expected in zip(shares, (0.8, 0.2, 0.5), strict=True):
            assert found == pytest.approx([expected, expected])
        assert all(table.nulls(name) == ("gaussian", "signs") for name in names)


def _has_returns(stored_trial, new, *, worse):
    """Give a stored trial the return of its new colour; spoil it if it is to be."""
    for result in stored_trial["results"]:
        result["rates"][f"return_{new}"] = result["rates"][f"pick_{new}"]
        if worse:
            result["rates"][f"pick_{new}"] = 0.0
