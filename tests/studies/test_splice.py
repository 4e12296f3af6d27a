"""The splice study answers run by run, the same in any order, and only by the past."""

import dataclasses
import shutil

import jax
import numpy as np
import pytest
from telic.studies.swaps import DOSES, LAST, MEAN

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Alternation, answers, splice
from telic.studies.splice import Late, Splice, earlier_mean, late_switches
from telic.trials.recovery import Curve
from telic.vectors import cosine, isolate
from telic.vectors.nulls import noise
from tests.studies.trained import PLAN, SPLICE, copies, done, without_its_last_phase

ALONE = answers.settings_of(Splice(switches=1, episodes=16, groups=(LAST,)))
ARMS = {
    "unedited, old objective",
    "edited, old objective",
    "noise, old objective",
    "unedited, new objective",
}


def file_of(run, settings=SPLICE):
    """The file of a run's answer."""
    return answers.path_of(run, "splice", settings)


def nulls(trial, edit):
    """The names of an edit's nulls in a stored trial."""
    return {r["null"] for r in trial["results"] if r["edit"] == edit and r["null"]}


@pytest.fixture(scope="module")
def alone(pair, tmp_path_factory):
    """The answer of a run whose only neighbour is unfinished."""
    run, neighbour = copies(pair, tmp_path_factory.mktemp("alone"))
    without_its_last_phase(neighbour)
    assert neighbour.status() == "partial"
    done(splice.job, run, ALONE)
    return answers.read(run, "splice", ALONE)


def test_the_late_switches_are_the_last_ones_each_towards_the_phase_before():
    assert late_switches(PLAN, Splice(switches=2)) == [
        Late(4, "blue", "purple"),
        Late(5, "purple", "blue"),
    ]
    assert late_switches(PLAN, Splice(switches=1, phases=5))[0].phase == 4
    assert Late(4, "blue", "purple").direction == "blue → purple"


@pytest.mark.parametrize("switches", [0, 4, 8])
def test_too_many_switches_are_refused_with_a_number_that_would_do(switches):
    with pytest.raises(InputError, match=f"{switches} late switches of 6") as caught:
        late_switches(PLAN, Splice(switches=switches))
    assert caught.value.fix == "--switches 3"
    assert late_switches(PLAN, Splice(switches=3))[0].phase == 3


def test_a_phase_that_goes_on_with_its_objective_is_no_switch():
    wanted = ("blue", "purple", "purple")
    plan = Alternation(objectives=wanted, phases=12).plan()
    found = late_switches(plan, Splice(switches=4))
    assert [late.phase for late in found] == [6, 7, 9, 10]
    assert found[0] == Late(6, "blue", "purple")
    assert found[1] == Late(7, "purple", "blue")
    assert late_switches(plan, Splice(switches=6))[0] == Late(3, "blue", "purple")
    with pytest.raises(InputError, match="7 late switches of 12") as caught:
        late_switches(plan, Splice(switches=7))
    assert caught.value.fix == "--switches 6"


def test_a_schedule_that_never_switches_late_is_told_so():
    plan = Alternation(phases=12).plan()
    plan = dataclasses.replace(plan, schedule=plan.schedule[:1] * 12)
    with pytest.raises(InputError, match="1 late switches") as caught:
        late_switches(plan, Splice(switches=1))
    assert "switch after the third" in caught.value.fix


def test_with_three_phases_no_number_would_do_and_none_is_named():
    three = Alternation.preset("small").plan()
    with pytest.raises(InputError) as caught:
        late_switches(three, Splice(switches=1))
    assert "four phases" in caught.value.fix and "--switches" not in caught.value.fix


def test_groups_and_episodes_are_checked_before_any_work():
    with pytest.raises(InputError, match="did you mean 'layers'"):
        Splice(groups=("layer",))
    with pytest.raises(InputError, match="episodes = 0"):
        Splice(episodes=0)


def test_the_mean_of_earlier_switches_is_that_of_the_pairs_before_both_agents(pair):
    source = RunSource(pair[0])
    b0, p1, b2, p3 = (source.agent(phase) for phase in range(4))
    to_purple = earlier_mean(source, Late(4, "blue", "purple"))
    to_blue = earlier_mean(source, Late(5, "purple", "blue"))
    for path in b0:
        expected = ((p1[path] - b0[path]) + (p1[path] - b2[path])) / 2
        assert np.allclose(to_purple[path], expected, atol=1e-6)
        expected = (b0[path] - p1[path] + 2 * b2[path] - p1[path] - p3[path]) / 3
        assert np.allclose(to_blue[path], expected, atol=1e-6)
    assert float(abs(to_purple["actor/0/kernel"]).max()) > 1e-4


def test_the_mean_of_earlier_switches_needs_no_later_checkpoint(pair, tmp_path):
    late = Late(4, "blue", "purple")
    before = earlier_mean(RunSource(pair[0]), late)
    (run,) = copies(pair[:1], tmp_path)
    for found in run.checkpoints:
        if found.rollouts > 6:  # after phase 2
            shutil.rmtree(found.path)
    after = earlier_mean(RunSource(run), late)
    assert all(np.array_equal(before[path], after[path]) for path in before)


def test_without_an_earlier_switch_there_is_no_mean(pair):
    source = RunSource(pair[0])
    assert earlier_mean(source, Late(2, "blue", "purple")) is None
    assert earlier_mean(source, Late(5, "purple", "green")) is None


def test_an_answer_holds_every_arm_at_every_late_switch(spliced):
    for run in spliced:
        answer = answers.read(run, "splice", SPLICE)
        groups = [group for _, group, _ in answer["arms"]]
        assert (groups.count("layers"), groups.count(MEAN)) == (15, len(DOSES))
        assert [(t["phase"], t["wants"]) for t in answer["trials"]] == [
            (4, "blue"),
            (5, "purple"),
        ]
        for trial in answer["trials"]:
            edits = {r["edit"] for r in trial["results"]}
            assert edits == {"no edit", "donor", *(e for e, *_ in answer["arms"])}
            assert all(len(nulls(trial, e)) >= 4 for e, *_ in answer["arms"])


def test_the_neighbours_vector_is_a_null_of_every_dose_of_the_mean(spliced):
    others = []
    for run in spliced:
        answer = answers.read(run, "splice", SPLICE)
        others.append(answer["other"])
        for trial in answer["trials"]:
            for edit, group, _ in answer["arms"]:
                assert ("another seed" in nulls(trial, edit)) == (group == MEAN)
    assert others == ["pair/seed-0001", "pair/seed-0000"]


def test_an_unfinished_neighbour_is_not_used(alone):
    assert alone["other"] is None


def test_going_on_under_the_old_objective_is_a_null_of_the_last_switch(alone):
    (trial,) = alone["trials"]
    with_it = {e for e, *_ in alone["arms"] if "continuation" in nulls(trial, e)}
    assert with_it == {f"1 × {LAST}"}
    norms = {
        r["null"]: r["norm"] for r in trial["results"] if r["edit"] == f"1 × {LAST}"
    }
    assert norms["continuation"] == pytest.approx(norms[""], rel=1e-4)


@pytest.fixture
def tried(pair, tmp_path, monkeypatch):
    """A run's source, and what each late switch's trial was asked; nobody plays."""
    asked = []
    monkeypatch.setattr(
        splice, "trial", lambda agent, *_, **how: asked.append((agent, how)) or []
    )

    def train_on(state, agent, weights, objectives, **_):
        """The agent after a made-up training that knows only its objective."""
        named = [list(weights) == list(each) for each in objectives].index(True)
        step = noise(jax.random.key(named), agent)
        moved = agent.replace(trees.add(agent, step))
        return Curve(np.zeros((1, len(objectives))), moved)

    monkeypatch.setattr(splice, "train_on", train_on)
    (run,) = copies(pair[:1], tmp_path)
    done(splice.job, run, {**SPLICE, "groups": [LAST]})
    return RunSource(run), dict(zip((4, 5), asked, strict=True))


def test_the_donor_is_the_agent_before_the_switch_and_wants_the_aim(tried):
    source, asked = tried
    for late in late_switches(source.plan, Splice(switches=2)):
        agent, how = asked[late.phase]
        assert digest(agent) == digest(source.agent(late.phase))
        assert digest(how["donor"]) == digest(source.agent(late.phase - 1))
        assert source.schedule[late.phase - 1] == late.aim != late.wants


def test_continuation_goes_where_the_old_objective_leads(tried):
    source, asked = tried
    names = [objective.name for objective in source.plan.objectives]
    for late in late_switches(source.plan, Splice(switches=2)):
        agent, how = asked[late.phase]
        after = how["extra"][f"1 × {LAST}"]["continuation"](agent)
        taken = trees.at(isolate(agent, after), agent.actor)
        led = [
            cosine(taken, trees.at(noise(key, agent), agent.actor))
            for key in (jax.random.key(names.index(w)) for w in (late.wants, late.aim))
        ]
        assert led == pytest.approx([1.0, 0.0], abs=0.05)


def test_training_on_is_as_long_as_a_phase_in_each_direction_and_arm(spliced):
    for run in spliced:
        found = answers.read(run, "splice", SPLICE)["recovery"]
        assert set(found) == {"blue → purple", "purple → blue"}
        for arms in found.values():
            assert set(arms) == ARMS
            for curves in arms.values():
                assert {name: len(c) for name, c in curves.items()} == {
                    "blue": 2,
                    "purple": 2,
                }


def test_before_any_update_the_unedited_agent_is_the_same_under_both_objectives(
    spliced,
):
    for arms in answers.read(spliced[0], "splice", SPLICE)["recovery"].values():
        old, new, edited = (
            arms[f"{name} objective"]
            for name in ("unedited, old", "unedited, new", "edited, old")
        )
        assert [c[0] for c in old.values()] == [c[0] for c in new.values()]
        assert old != new and old != edited


def test_runs_answered_in_another_order_and_place_give_the_same_bytes(
    spliced, tmp_path
):
    _, twin = copies(spliced, tmp_path)  # it was the second, and is now the first
    done(splice.job, twin, SPLICE)
    assert file_of(twin).read_bytes() == file_of(spliced[1]).read_bytes()


def test_an_answer_that_is_there_is_not_made_again(spliced, tmp_path):
    (run,) = copies(spliced[:1], tmp_path)
    kept = answers.read(spliced[0], "splice", SPLICE)
    answers.write(run, "splice", SPLICE, {**kept, "mark": "of the first time"})
    assert done(splice.job, run, SPLICE) == []
    assert answers.read(run, "splice", SPLICE)["mark"] == "of the first time"


def test_a_study_that_is_stopped_leaves_no_answer(pair, tmp_path):
    (run,) = copies(pair[:1], tmp_path)
    splice.job(run, SPLICE, tell=lambda *_: None, stop=lambda: True)
    assert not file_of(run).parent.exists()


def test_other_settings_are_another_answer(spliced):
    fewer = {**SPLICE, "episodes": 8}
    assert file_of(spliced[0], fewer) != file_of(spliced[0])
    with pytest.raises(InputError, match="no answer of splice") as caught:
        answers.read(spliced[0], "splice", fewer)
    assert caught.value.fix == "telic study splice pair"


def test_settings_come_back_from_their_plain_form():
    assert answers.restored(Splice, SPLICE) == Splice.preset("small")


def test_an_unknown_preset_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'small'"):
        Splice.preset("smal")
