"""The demo edits of a plan are expressions its runs understand, each with nulls."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.studies import Alternation
from telic.studies.base import preset
from telic.studies.demo.edits import demo_edits, outcome
from telic.studies.expression_edit import from_expression
from telic.worlds import Keys
from tests.studies.trained import PLAN

DEMO = preset(Alternation, "demo")
THREE = Keys(colours=("blue", "purple", "green"))


def test_the_demo_moves_its_goal_by_a_graft_by_a_mean_and_to_a_new_colour():
    graft, mean, carried = demo_edits(DEMO.plan())
    vector = "mean(blue - purple, phases=0:4)"
    assert graft.text == "purple@5 + top(blue@4 - purple@5, 0.2)"
    assert mean.text == f"purple@5 + 1.5 * {vector}"
    assert carried.text == f"purple@5 + 1.5 * carry({vector}, blue, green)"
    assert graft.board == mean.board == ("purple", "blue")
    assert (carried.aim, carried.board) == ("green", ("purple", "green"))


@pytest.mark.parametrize(
    "changes",
    [
        {"world": Keys.preset("code")},
        {"world": THREE, "objectives": ("blue", "purple", "green")},
        {"phases": 4},
        {"objectives": ("blue", "purple", "purple")},
    ],
    ids=str,
)
def test_where_there_is_nothing_to_move_there_are_no_edits(changes):
    assert demo_edits(dataclasses.replace(DEMO, **changes).plan()) == []


def test_agents_of_one_objective_have_nothing_to_move():
    plan = DEMO.plan()
    alone = {"objectives": plan.objectives[:1], "schedule": plan.schedule[:1] * 6}
    assert demo_edits(dataclasses.replace(plan, **alone)) == []


def test_colours_that_share_their_inputs_are_not_moved_to():
    world = Keys(others=("red", "grey"))
    found = demo_edits(dataclasses.replace(DEMO, world=world).plan())
    assert [each.aim for each in found] == ["blue", "blue"]


def test_every_edit_can_be_made_in_a_run_of_its_plan(pair):
    for each in demo_edits(PLAN):
        assert from_expression(pair[0], each.text).edit.vector


def test_the_outcome_is_of_all_seeds_and_every_edit_has_nulls(pair):
    chosen = tuple(demo_edits(PLAN)[:2])
    found = outcome(tuple(pair), chosen, episodes=16)
    names = [effect.condition for effect in found.edits]
    assert names == ["graft of 20 %", "mean goal vector"]
    for effect in found.edits:
        assert {"gaussian", "signs"} <= {null.null for null in effect.verdict.against}
        assert effect.values.shape == (2,)
    (unedited,) = found.references
    assert unedited.measured["aim"].values.shape == (2,)


def test_edits_on_different_boards_are_not_put_in_one_table(pair):
    with pytest.raises(InputError, match="there is no board"):
        outcome(tuple(pair), tuple(demo_edits(PLAN)), episodes=16)
