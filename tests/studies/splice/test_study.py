"""The splice study answers run by run, the same in any order, and only by the past."""

import dataclasses
import shutil

import jax
import numpy as np
import pytest

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import digest
from telic.runs.source import RunSource
from telic.studies import Alternation, results
from telic.studies.base import preset, restored, settings_of
from telic.studies.late import Switch, earlier_mean, late_switches
from telic.studies.results import measure_if_missing
from telic.studies.splice import SpliceStudy, edits, study
from telic.studies.splice.arms import ARMS, EDITED, NEW, OLD, UNEDITED
from telic.studies.splice.edits import DOSES, LAST, LAYERS, MEAN
from telic.trials import Result
from telic.trials.recovery import TrainedOn
from telic.trials.trial import DONOR
from telic.trials.trial import UNEDITED as UNEDITED_
from telic.vectors import cosine, task_vector
from telic.vectors.nulls import noise
from telic.worlds.keys import EVENTS
from tests.studies.trained import PLAN, SPLICE, copies, done, without_its_last_phase

ALONE = SpliceStudy(switches=1, episodes=16, groups=(LAST,))


def file_of(run, study=SPLICE):
    """The file of a run's results."""
    return results.rows_path(run, "splice", settings_of(study))


def rows_of(run, study=SPLICE):
    """The rows of a run."""
    return results.read(run, "splice", settings_of(study))


def nulls(trial, condition):
    """The names of a condition's nulls in the rows of a trial."""
    return {null for null in trial.where(condition=condition).names("null") if null}


def edits_of(rows):
    """The conditions of a trial that are edits."""
    return [c for c in rows.where(part="trial").names("condition") if len(c) == 2]


@pytest.fixture(scope="module")
def alone(pair, tmp_path_factory):
    """The rows of a run whose only neighbour is unfinished."""
    run, neighbour = copies(pair, tmp_path_factory.mktemp("alone"))
    without_its_last_phase(neighbour)
    assert neighbour.status() == "partial"
    done(run, "splice", ALONE)
    return rows_of(run, ALONE)


def test_the_late_switches_are_the_last_ones_each_towards_the_phase_before():
    assert late_switches(PLAN, 2) == [
        Switch(4, "blue", "purple"),
        Switch(5, "purple", "blue"),
    ]
    assert late_switches(PLAN, 1, phases=5)[0].phase == 4


@pytest.mark.parametrize("switches", [0, 4, 8])
def test_too_many_switches_are_refused_with_a_number_that_would_do(switches):
    with pytest.raises(InputError, match=f"{switches} late switches of 6") as caught:
        late_switches(PLAN, switches)
    assert caught.value.fix == "--switches 3"
    assert late_switches(PLAN, 3)[0].phase == 3


def test_a_phase_that_goes_on_with_its_objective_is_no_switch():
    wanted = ("blue", "purple", "purple")
    plan = Alternation(objectives=wanted, phases=12).plan()
    found = late_switches(plan, 4)
    assert [late.phase for late in found] == [6, 7, 9, 10]
    assert found[0] == Switch(6, "blue", "purple")
    assert found[1] == Switch(7, "purple", "blue")
    assert late_switches(plan, 6)[0] == Switch(3, "blue", "purple")
    with pytest.raises(InputError, match="7 late switches of 12") as caught:
        late_switches(plan, 7)
    assert caught.value.fix == "--switches 6"


def test_a_schedule_that_never_switches_late_is_told_so():
    plan = Alternation(phases=12).plan()
    plan = dataclasses.replace(plan, schedule=plan.schedule[:1] * 12)
    with pytest.raises(InputError, match="1 late switches") as caught:
        late_switches(plan, 1)
    assert "switch after the third" in caught.value.fix


def test_with_three_phases_no_number_would_do_and_none_is_named():
    three = preset(Alternation, "small").plan()
    with pytest.raises(InputError) as caught:
        late_switches(three, 1)
    assert "four phases" in caught.value.fix and "--switches" not in caught.value.fix


def test_groups_and_episodes_are_checked_before_any_work():
    with pytest.raises(InputError, match="did you mean 'layers'"):
        SpliceStudy(groups=("layer",))
    with pytest.raises(InputError, match="episodes = 0"):
        SpliceStudy(episodes=0)


def test_the_mean_of_earlier_switches_is_that_of_the_pairs_before_both_agents(pair):
    source = RunSource(pair[0])
    b0, p1, b2, p3 = (source.agent(phase) for phase in range(4))
    to_purple = earlier_mean(source, Switch(4, "blue", "purple"))
    to_blue = earlier_mean(source, Switch(5, "purple", "blue"))
    for path in b0:
        expected = ((p1[path] - b0[path]) + (p1[path] - b2[path])) / 2
        assert np.allclose(to_purple[path], expected, atol=1e-6)
        expected = (b0[path] - p1[path] + 2 * b2[path] - p1[path] - p3[path]) / 3
        assert np.allclose(to_blue[path], expected, atol=1e-6)
    assert float(abs(to_purple["actor/0/kernel"]).max()) > 1e-4


def test_the_mean_of_earlier_switches_needs_no_later_checkpoint(pair, tmp_path):
    late = Switch(4, "blue", "purple")
    before = earlier_mean(RunSource(pair[0]), late)
    (run,) = copies(pair[:1], tmp_path)
    for found in run.checkpoints:
        if found.rollouts > 6:  # after phase 2
            shutil.rmtree(found.path)
    after = earlier_mean(RunSource(run), late)
    assert all(np.array_equal(before[path], after[path]) for path in before)


def test_without_an_earlier_switch_there_is_no_mean(pair):
    source = RunSource(pair[0])
    assert earlier_mean(source, Switch(2, "blue", "purple")) is None
    assert earlier_mean(source, Switch(5, "purple", "green")) is None


def test_the_rows_hold_every_edit_at_every_late_switch(spliced):
    for run in spliced:
        rows = rows_of(run).where(part="trial")
        groups = [group for group, _ in edits_of(rows)]
        assert (groups.count(LAYERS), groups.count(MEAN)) == (15, len(DOSES))
        assert rows.names("trial") == ((4, "blue", "purple"), (5, "purple", "blue"))
        for switch in rows.names("trial"):
            trial = rows.where(trial=switch)
            edits = edits_of(trial)
            assert set(trial.names("condition")) == {"no edit", "donor", *edits}
            assert all(len(nulls(trial, edit)) >= 4 for edit in edits)


HARD = {"same goal", "labels flipped", "no switch", "another seed"}


def test_every_edit_has_the_differences_that_no_switch_made_as_nulls(spliced):
    for run in spliced:
        rows = rows_of(run).where(part="trial")
        for switch in rows.names("trial"):
            trial = rows.where(trial=switch)
            for edit in edits_of(trial):
                assert set(nulls(trial, edit)) >= HARD
                norms = trial.where(condition=edit, metric="norm")
                due = norms.where(null="").values[0]
                for null in HARD:
                    found = norms.where(null=null).values[0]
                    assert found == pytest.approx(due, rel=1e-3)


def test_an_unfinished_neighbour_is_not_used(alone):
    assert "another seed" not in alone.names("null")


def test_going_on_under_the_old_objective_is_a_null_of_every_edit(alone):
    trial = alone.where(part="trial")
    assert len(trial.names("trial")) == 1
    assert all("continuation" in nulls(trial, edit) for edit in edits_of(trial))
    norms = trial.where(condition=(LAST, 1.0), metric="norm")
    lengths = {null: norms.where(null=null).values[0] for null in norms.names("null")}
    assert lengths["continuation"] == pytest.approx(lengths[""], rel=1e-4)


NOTHING = dict.fromkeys((*EVENTS, "length", "return_blue", "return_purple"), 0.0)
ENDS = [Result(name, "", NOTHING, 0, 0.0, False) for name in (UNEDITED_, DONOR)]
"""A trial of nothing but the two references."""


@pytest.fixture
def tried(pair, tmp_path, monkeypatch):
    """A run's source, and what each late switch's trial was asked; nobody plays."""
    asked = []
    monkeypatch.setattr(
        study, "trial", lambda agent, *_, **how: asked.append((agent, how)) or ENDS
    )

    def train_on(state, agent, weights, objectives, **_):
        """The agent after a made-up training that knows only its objective."""
        named = [list(weights) == list(each) for each in objectives].index(True)
        step = noise(jax.random.key(named), agent)
        moved = agent.replace(trees.add(agent, step))
        return TrainedOn(np.zeros((1, len(objectives))), moved)

    monkeypatch.setattr(study, "train_on", train_on)
    (run,) = copies(pair[:1], tmp_path)
    done(run, "splice", dataclasses.replace(SPLICE, groups=(LAST,)))
    return RunSource(run), dict(zip((4, 5), asked, strict=True))


def test_the_donor_is_the_agent_before_the_switch_and_wants_the_aim(tried):
    source, asked = tried
    for late in late_switches(source.plan, 2):
        agent, how = asked[late.phase]
        assert digest(agent) == digest(source.agent(late.phase))
        assert digest(how["donor"]) == digest(source.agent(late.phase - 1))
        assert source.schedule[late.phase - 1] == late.aim != late.wants


def test_continuation_goes_where_the_old_objective_leads(tried):
    source, asked = tried
    names = [objective.name for objective in source.plan.objectives]
    for late in late_switches(source.plan, 2):
        agent, how = asked[late.phase]
        after = how["extra"][LAST, 1.0]["continuation"](agent)
        taken = trees.at(task_vector(agent, after), agent.actor)
        led = [
            cosine(taken, trees.at(noise(key, agent), agent.actor))
            for key in (jax.random.key(names.index(w)) for w in (late.wants, late.aim))
        ]
        assert led == pytest.approx([1.0, 0.0], abs=0.05)


def test_training_on_is_as_long_as_a_phase_in_each_direction_and_arm(spliced):
    for run in spliced:
        rows = rows_of(run).where(part="recovery")
        assert set(rows.names("trial")) == {("blue", "purple"), ("purple", "blue")}
        assert set(rows.names("condition")) == set(ARMS)
        assert set(rows.names("metric")) == {"blue", "purple"}
        assert rows.names("at") == (0, 1) and len(rows) == 2 * 4 * 2 * 2


def test_before_any_update_the_unedited_agent_is_the_same_under_both_objectives(
    spliced,
):
    rows = rows_of(spliced[0]).where(part="recovery")
    for direction in rows.names("trial"):
        old, new, edited = (
            rows.where(trial=direction, condition=arm).pivot("metric", "at")
            for arm in ((UNEDITED, OLD), (UNEDITED, NEW), (EDITED, OLD))
        )
        assert np.array_equal(old[:, 0], new[:, 0], equal_nan=True)
        assert not np.array_equal(old, new, equal_nan=True)
        assert not np.array_equal(old, edited, equal_nan=True)


def test_runs_measured_in_another_order_and_place_give_the_same_bytes(
    pair, tmp_path, monkeypatch
):
    monkeypatch.setattr(edits, "DOSES", (0.5, 1.0))
    quick = dataclasses.replace(ALONE, groups=(MEAN,), recovery=False)
    found = []
    for place, order in (("a", (0, 1)), ("b", (1,))):
        runs = copies(pair, tmp_path / place)
        for number in order:
            told = done(runs[number], "splice", quick)
            assert told == sorted(told) and told[0] == 0 and 0.4 < told[-1] < 1
        rows = rows_of(runs[1], quick)
        assert "another seed" in rows.names("null")
        found.append(file_of(runs[1], quick).read_bytes())
    assert found[0] == found[1]


def test_a_study_that_is_stopped_leaves_nothing(pair, tmp_path):
    (run,) = copies(pair[:1], tmp_path)
    quiet = {"report": lambda *_: None, "should_stop": lambda: True}
    measure_if_missing(run, "splice", SPLICE, **quiet)
    assert not file_of(run).parent.exists()


def test_other_settings_are_another_file(spliced):
    fewer = dataclasses.replace(SPLICE, episodes=8)
    assert file_of(spliced[0], fewer) != file_of(spliced[0])
    with pytest.raises(InputError, match="no results of splice") as caught:
        rows_of(spliced[0], fewer)
    assert caught.value.fix == "telic study splice pair"


def test_settings_come_back_from_their_plain_form():
    assert restored(SpliceStudy, settings_of(SPLICE)) == SPLICE
