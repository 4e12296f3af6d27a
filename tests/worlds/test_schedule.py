"""Schedules: which want comes when, and where in it a run stands."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.worlds import Phase, alternate, phase_at

SCHEDULES = st.lists(st.builds(Phase, st.just("a"), st.integers(0, 5)), max_size=6)


@pytest.mark.parametrize(
    ("objectives", "expected"),
    [
        (["a"], "aaaaaa"),
        (["a", "b"], "ababab"),
        (["a", "b", "c", "d"], "abcdab"),
    ],
)
def test_alternation_takes_the_objectives_in_turn(objectives, expected):
    phases = alternate(*objectives, rollouts=3, phases=6)
    assert "".join(phase.objective for phase in phases) == expected
    assert {phase.rollouts for phase in phases} == {3}


def test_the_default_alternation_is_that_of_the_founding_study():
    phases = alternate("purple", "blue", phases=24)
    assert len(phases) == 24
    assert sum(phase.rollouts for phase in phases) == 360


@pytest.mark.parametrize(
    ("objectives", "period", "phases"), [([], 1, 1), (["a"], 0, 1), (["a"], 1, 0)]
)
def test_an_alternation_of_nothing_is_refused(objectives, period, phases):
    with pytest.raises(InputError, match="at least one"):
        alternate(*objectives, rollouts=period, phases=phases)


@given(SCHEDULES, st.integers(0, 40))
def test_locate_agrees_with_a_list_of_all_rollouts(schedule, rollouts):
    steps = [
        (number, done)
        for number, phase in enumerate(schedule)
        for done in range(phase.rollouts)
    ]
    end = (len(schedule), 0)
    expected = steps[rollouts] if rollouts < len(steps) else end
    assert phase_at(schedule, rollouts) == expected


def test_locate_walks_through_every_phase_from_its_start():
    schedule = alternate("a", "b", rollouts=2, phases=3)
    seen = list(itertools.takewhile(lambda at: at[0] < 3, map_from(schedule)))
    assert seen == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def map_from(schedule):
    """Where a run stands after 0, 1, 2, ... rollouts."""
    return (phase_at(schedule, rollouts) for rollouts in itertools.count())
