"""Branches: training on from one base, the same whoever else grows there."""

import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies.branches import branch, rollouts_of
from telic.worlds import landing_objective


@pytest.fixture
def base(landers):
    """The last state of a run, and its plan."""
    source = RunSource(landers[0])
    return source.state(len(source.schedule) - 1), source.plan


def test_branches_from_one_base_differ_by_objective_and_by_repeat_alone(base):
    state, plan = base
    before = digest(state.agent)
    grown = [
        branch(state, plan, objective, at=(1,), repeat=repeat)
        for objective, repeat in (("land", 0), ("land", 0), ("land", 1), ("fuel-5", 0))
    ]
    marks = [digest(one.agents[1]) for one in grown]
    assert marks[0] == marks[1] and len(set(marks)) == 3
    assert digest(state.agent) == before


def test_an_objective_that_the_plan_does_not_know_is_trained_on_like_one_it_knows(base):
    state, plan = base
    of = ("fuel-5", landing_objective("fuel-5"), landing_objective("waste-5"))
    named, given, other = (branch(state, plan, o, at=(1,)).agents[1] for o in of)
    assert digest(named) == digest(given) != digest(other)


def test_moments_may_be_kept_or_set_to_zero(base):
    state, plan = base
    kept, fresh = (
        branch(state, plan, "land", at=(1,), keep_moments=keep).agents[1]
        for keep in (True, False)
    )
    assert digest(kept) != digest(fresh)


def test_the_agents_on_the_way_are_those_of_shorter_branches(base):
    state, plan = base
    long = branch(state, plan, "thrift-5", at=(1, 2))
    short = branch(state, plan, "thrift-5", at=(1,))
    assert digest(long.agents[1]) == digest(short.agents[1])
    columns = [f"return_{objective.name}" for objective in plan.objectives]
    columns += [f"rate_{event}" for event in plan.world.events]
    assert list(long.curves) == columns
    assert all(len(values) == 2 for values in long.curves.values())
    for name, values in short.curves.items():
        assert long.curves[name][:1] == values


def test_rows_of_a_branch_have_a_number_for_every_rollout(base):
    state, plan = base
    rows = list(branch(state, plan, "land", at=(1,)).rows("phase", "first"))
    assert {row.at for row in rows} == {0}
    assert {row.condition for row in rows} == {"first"}


def test_after_every_rollout_somebody_may_stop_it(base):
    state, plan = base
    seen = []
    branch(state, plan, "land", at=(2,), watch=lambda: seen.append(1))
    assert len(seen) == 2


def test_a_length_must_be_a_whole_number_of_rollouts(base):
    _, plan = base
    assert rollouts_of(512, plan) == 2
    with pytest.raises(InputError, match="has 256 steps") as caught:
        rollouts_of(300, plan)
    assert caught.value.fix == "for example 256"
