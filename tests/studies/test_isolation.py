"""The isolation study end to end on small runs, its gate, and what it refuses."""

import json

import jax
import numpy as np
import pytest

from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Alternation, Isolation, answers, isolation
from telic.studies.base import preset
from telic.studies.branches import branch, rollouts_of
from telic.studies.isolated import competent, curves, isolated, regained
from telic.studies.isolation import GATE, STUDY, check_world, passed
from telic.studies.updates import PLAIN, SPECIFIC
from tests.studies.landed import ISOLATION
from tests.studies.trained import copies, done

MAIN = ISOLATION["main"]


@pytest.fixture
def base(landers):
    """The last state of a run, and its plan."""
    source = RunSource(landers[0])
    return source.state(len(source.schedule) - 1), source.plan


def test_an_agent_passes_the_gate_only_if_it_reaches_every_mark():
    assert passed(GATE)
    for name, least in GATE.items():
        assert not passed({**GATE, name: least - 0.01})


def test_a_run_that_misses_the_gate_is_reported_and_not_edited(landers, tmp_path):
    run = copies(landers, tmp_path)[0]
    options = {**ISOLATION, "gate": True}
    done(isolation.job, run, options)
    answer = answers.read(run, STUDY, options)
    assert set(answer) == {"gate"} and answer["gate"]["landing"] < GATE["landing"]
    found = isolated([run], options)
    assert found.seeds == () and found.tables == {} and competent(found) == ()
    assert found.gates.keys() == {run.seed()}


def test_every_edit_stands_beside_its_nulls_in_both_ways_of_acting(isolated_landers):
    found = isolated(isolated_landers, ISOLATION)
    assert found.seeds == (0, 1)
    for table in (found.tables[MAIN], found.greedy[MAIN]):
        for name in (PLAIN, SPECIFIC):
            nulls = table.nulls(f"-1 × {name}")
            assert {"continuation", "another seed", "gaussian", "signs"} <= set(nulls)
    assert [arm.edit for arm in found.arms[MAIN]] == list(found.tables[MAIN].edits)


def test_the_base_of_the_trial_is_the_agent_at_the_end_of_the_first_phase(
    isolated_landers,
):
    run = isolated_landers[0]
    answer = answers.read(run, STUDY, ISOLATION)
    agent, vectors = RunSource(run).agent(1), answer["vectors"][str(MAIN)]
    for path, norm in vectors["base"].items():
        assert norm == pytest.approx(float(np.linalg.norm(agent[path])), rel=1e-5)
    stored = answer["update"][SPECIFIC]
    for path, leaf in stored.items():
        length = float(np.linalg.norm(np.array(leaf)))
        assert length == pytest.approx(vectors[SPECIFIC][path], rel=1e-3, abs=1e-7)


def test_recovery_begins_before_any_update_and_is_told_for_every_arm(isolated_landers):
    found = isolated(isolated_landers, ISOLATION)
    fuel = curves(found, "recovery", "fuel")
    assert list(fuel) == ["unedited", f"- {PLAIN}", f"- {SPECIFIC}", "noise as long"]
    assert all(curve.shape == (2, 2) for curve in fuel.values())
    told = regained(found, "land")
    assert told["unedited"].rollouts.tolist() == [0, 0]
    assert told["unedited"].fuel.tolist() == [0, 0]


def test_without_an_edit_recovery_is_training_on_under_the_first_objective(
    isolated_landers,
):
    answer = answers.read(isolated_landers[0], STUDY, ISOLATION)
    assert answer["recovery"]["unedited"][:1] == answer["phase"]["first"]


def test_an_answered_run_is_left_alone_and_a_stopped_one_has_no_answer(
    isolated_landers, landers, tmp_path
):
    assert done(isolation.job, isolated_landers[0], ISOLATION) == []
    run = copies(landers, tmp_path)[0]
    how = {"tell": lambda *_: None, "stop": lambda: True}
    isolation.job(run, ISOLATION, **how)
    assert not answers.path_of(run, STUDY, ISOLATION).exists()


def test_two_answers_of_one_run_are_equal_by_byte(isolated_landers, tmp_path):
    quick = {**ISOLATION, "recovery": 0, "episodes": 1}
    found = []
    for place in ("a", "b"):
        run = copies(isolated_landers, tmp_path / place)[0]
        done(isolation.job, run, quick)
        found.append(answers.path_of(run, STUDY, quick).read_bytes())
    assert found[0] == found[1] and json.loads(found[0])


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
    assert [row["steps"] for row in long.rows] == [256, 512]


def test_a_length_must_be_a_whole_number_of_rollouts(base):
    _, plan = base
    assert rollouts_of(512, plan) == 2
    with pytest.raises(InputError, match="has 256 steps") as caught:
        rollouts_of(300, plan)
    assert caught.value.fix == "for example 256"


@pytest.mark.parametrize(
    ("wrong", "match"),
    [
        ({"second": "thirft"}, "no objective"),
        ({"main": 5}, "main = 5"),
        ({"strengths": (1.0,)}, "-1, must be among them"),
        ({"episodes": 0}, "episodes = 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, match):
    with pytest.raises(InputError, match=match):
        Isolation(**wrong)


def test_runs_of_another_world_or_without_the_objective_are_refused(base):
    _, plan = base
    with pytest.raises(InputError, match="has no fuel"):
        check_world(preset(Alternation, "small").plan(), "thrift-5")
    with pytest.raises(InputError, match="do not know the objective 'thrift-7'"):
        check_world(plan, "thrift-7")


def test_the_state_of_a_source_is_that_of_the_checkpoint(landers):
    source = RunSource(landers[0])
    state = source.state(0)
    assert int(state.rollouts) == 1
    assert digest(state.agent) == digest(source.agent(0))
    assert jax.tree.leaves(state.moments)
