"""An expression sets out from its first agent, and is tried beside its nulls."""

import numpy as np
import pytest

from telic.core.errors import InputError
from telic.edits.expression import ExpressionError, evaluate
from telic.runs.source import RunSource
from telic.studies.expression_edit import from_expression, try_expression
from telic.vectors import NULLS

TEXT = "purple + 1.5 * mean(blue - purple, phases=0:4)"


@pytest.fixture(scope="module")
def tried(pair):
    """One trial of an expression."""
    return try_expression(pair[0], TEXT, episodes=16)


def test_the_first_agent_is_edited_into_what_the_expression_stands_for(pair):
    made, source = from_expression(pair[0], TEXT), RunSource(pair[0])
    own = source.agent(5)
    assert all(np.array_equal(made.agent[path], own[path]) for path in own)
    _, meant = evaluate(TEXT, source)
    edited = made.edit(made.agent)
    assert all(np.allclose(edited[path], meant[path], atol=1e-5) for path in own)
    assert any(not np.array_equal(edited[path], own[path]) for path in own)


def test_an_expression_that_changes_nothing_is_refused(pair):
    with pytest.raises(InputError, match="leaves the agent as it is"):
        from_expression(pair[0], "purple")


def test_a_wrong_expression_is_pointed_at(pair):
    with pytest.raises(ExpressionError) as caught:
        try_expression(pair[0], "purple + blu", episodes=4)
    assert caught.value.at == 9
    assert "did you mean 'blue'" in str(caught.value)


def test_a_trial_of_an_expression_has_the_unedited_agent_the_edit_and_its_nulls(tried):
    assert [(row.edit, row.null) for row in tried] == [
        ("no edit", ""),
        (TEXT, ""),
        *((TEXT, null) for null in NULLS),
    ]
    norms = [row.norm for row in tried[1:]]
    assert norms[0] > 0 and norms == pytest.approx([norms[0]] * len(norms), rel=1e-4)


def test_a_trial_of_an_expression_is_the_same_every_time_and_holds_rates(pair, tried):
    assert try_expression(pair[0], TEXT, episodes=16) == tried
    for row in tried:
        ends = [v for n, v in row.rates.items() if n.startswith("pick_")]
        ends += [row.rates[n] for n in ("wall", "bump", "ball", "timeout")]
        assert sum(ends) == pytest.approx(1)
        assert {"return_blue", "return_purple"} <= set(row.rates)


def test_other_goals_are_on_the_boards_if_named_and_have_a_return(pair):
    found = try_expression(pair[0], TEXT, episodes=16, goals=("purple", "yellow"))
    assert {"return_blue", "return_purple", "return_yellow"} <= set(found[0].rates)


def test_a_colour_that_does_not_exist_or_comes_twice_is_refused(pair):
    for colours, says in ((("yelow",), "yellow"), (("blue", "blue"), "at most once")):
        with pytest.raises(InputError, match=says):
            try_expression(pair[0], TEXT, episodes=4, goals=colours)
