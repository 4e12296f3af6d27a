"""The second phase: which objective follows which, and from where, in any world."""

import dataclasses

import pytest

from telic.core.errors import InputError
from telic.studies import Alternation, Landing
from telic.studies.base import preset
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.isolation.second_phase import second_phase
from telic.worlds import waste

LANDERS = preset(Landing, "small").plan()
KEYS = preset(Alternation, "small").plan()


def test_of_landers_it_is_thrift_after_landing():
    found = second_phase(LANDERS)
    assert found[:3] == ("land", "thrift-5", 1)
    assert found.metrics is LANDER
    assert second_phase(LANDERS, "fuel-5").second == "fuel-5"


def test_its_opposite_is_the_one_that_the_world_declares():
    assert second_phase(LANDERS).opposite == waste()
    assert second_phase(LANDERS, "fuel-5").opposite is None
    assert second_phase(KEYS).opposite is None


def test_it_begins_after_the_last_phase_of_another_objective():
    wanted = [phase.objective for phase in KEYS.schedule]
    assert wanted == ["blue", "purple", "blue"]
    assert second_phase(KEYS)[:3] == ("blue", "purple", 2)
    assert second_phase(KEYS, "blue")[:3] == ("purple", "blue", 1)


def test_agents_with_one_objective_alone_have_no_second():
    only = KEYS.objectives[:1]
    plan = dataclasses.replace(KEYS, objectives=only, schedule=KEYS.schedule[:1])
    with pytest.raises(InputError, match="one objective alone"):
        second_phase(plan)
    with pytest.raises(InputError, match="trained on 'blue' alone"):
        second_phase(plan, "blue")


def test_an_objective_that_the_runs_do_not_know_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="do not know the objective 'thrift-7'") as it:
        second_phase(LANDERS, "thrift-7")
    assert it.value.fix == "did you mean 'thrift-5'?"
    with pytest.raises(InputError, match="do not know the objective 'xyz'") as it:
        second_phase(KEYS, "xyz")
    assert it.value.why == "known: blue, purple" and "--second" in it.value.fix


def test_returns_are_given_under_the_plans_objectives_and_those_of_the_metrics():
    names = [each.name for each in second_phase(LANDERS).objectives(LANDERS)]
    assert names == [each.name for each in LANDERS.objectives]
    few = dataclasses.replace(
        LANDERS, objectives=(LANDERS.objectives[0], LANDERS.objectives[2])
    )
    names = [each.name for each in second_phase(few).objectives(few)]
    assert names == ["land", "thrift-5", "stock"]
