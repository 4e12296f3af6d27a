"""The moves of a plan are expressions that its runs understand, each with nulls."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.studies import Alternation
from telic.studies.base import preset
from telic.studies.moves import moves, outcome
from telic.studies.wish import wish
from telic.worlds import Keys
from tests.studies.trained import PLAN

DEMO = preset(Alternation, "demo")
THREE = Keys(colours=("blue", "purple", "green"))


def test_the_demo_moves_its_goal_by_a_graft_by_a_mean_and_to_a_new_colour():
    graft, mean, carried = moves(DEMO.plan())
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
def test_where_there_is_nothing_to_move_there_are_no_moves(changes):
    assert moves(dataclasses.replace(DEMO, **changes).plan()) == []


def test_agents_of_one_objective_have_nothing_to_move():
    plan = DEMO.plan()
    alone = {"objectives": plan.objectives[:1], "schedule": plan.schedule[:1] * 6}
    assert moves(dataclasses.replace(plan, **alone)) == []


def test_colours_that_share_their_inputs_are_not_moved_to():
    world = Keys(others=("red", "grey"))
    found = moves(dataclasses.replace(DEMO, world=world).plan())
    assert [move.aim for move in found] == ["blue", "blue"]


def test_every_move_can_be_made_in_a_run_of_its_plan(pair):
    for move in moves(PLAN):
        assert wish(pair[0], move.text).edit.vector


def test_the_outcome_is_a_table_over_seeds_in_which_every_move_has_nulls(pair):
    chosen = tuple(moves(PLAN)[:2])
    found = outcome(tuple(pair), chosen, episodes=16)
    assert found.edits == ("graft of 20 %", "mean goal vector")
    assert found.seeds == (0, 1)
    for edit in found.edits:
        assert {"gaussian", "signs"} <= set(found.nulls(edit))
    assert found.values_of("aim", "no edit").shape == (2,)


def test_moves_on_different_boards_are_not_put_in_one_table(pair):
    with pytest.raises(InputError, match="there is no board"):
        outcome(tuple(pair), tuple(moves(PLAN)), episodes=16)
