"""A run in a host world goes on from where its phase began, and ends the same."""

import shutil

import pytest

from telic.runs import folder, metrics
from telic.runs.carry import carry_run
from telic.training import ExperimentConfig, PPOConfig, RolloutConfig
from telic.worlds import Lander, Phase, land, thrift
from tests.runs.small import make, shot
from tests.small import SHALLOW

PLAN = ExperimentConfig(
    world=Lander(max_steps=12),
    policy=SHALLOW,
    ppo=PPOConfig(),
    rollout=RolloutConfig(num_envs=2, num_steps=16, update_epochs=1, num_minibatches=2),
    objectives=(land(), thrift(5.0)),
    schedule=(Phase("land", 2), Phase("thrift-5", 3)),
)


class Killed(BaseException):
    """What ends a process in the middle of a phase."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An uninterrupted run."""
    run = make(tmp_path_factory.mktemp("whole"), plan=PLAN)
    carry_run(run)
    return run


def stopped_after(run, rollouts):
    """Take a run on until so many rollouts are done; what it then says."""
    said, done = [], []

    def stop():
        done.append(True)
        return len(done) == rollouts

    state = carry_run(run, stop=stop, notice=said.append)
    return said, int(state.rollouts)


def test_a_run_has_a_checkpoint_at_its_start_and_at_every_switch(whole):
    assert [found.rollouts for found in whole.checkpoints] == [0, 2, 5]
    assert whole.status() == "complete"
    assert [row["rollout"] for row in metrics.read(whole.metrics)] == [1, 2, 3, 4, 5]
    assert folder.Run(whole.path).plan() == PLAN


@pytest.mark.parametrize(("rollouts", "kept"), [(1, [0]), (3, [0, 2]), (4, [0, 2])])
def test_a_run_that_is_stopped_within_a_phase_ends_the_same(
    whole, tmp_path, rollouts, kept
):
    run = make(tmp_path, plan=PLAN)
    said, reached = stopped_after(run, rollouts)
    assert reached == rollouts
    assert [found.rollouts for found in run.checkpoints] == kept
    (text,) = said
    assert "from the beginning of this phase" in text
    assert run.name in text
    rows = []
    carry_run(run, report=lambda row, seconds: rows.append(row["rollout"]))
    assert rows == list(range(kept[-1] + 1, 6)), "the phase is done anew"
    assert shot(run) == shot(whole)
    assert len(metrics.read(run.timing)) == 5


def test_a_run_that_is_stopped_at_a_switch_goes_on_from_there(whole, tmp_path):
    run = make(tmp_path, plan=PLAN)
    said, _ = stopped_after(run, 2)
    assert said == []
    assert [found.rollouts for found in run.checkpoints] == [0, 2]
    carry_run(run)
    assert shot(run) == shot(whole)


def test_a_run_that_is_killed_within_a_phase_ends_the_same(whole, tmp_path):
    run = make(tmp_path, plan=PLAN)

    def kill(row, seconds):
        if row["rollout"] == 4:
            raise Killed

    with pytest.raises(Killed):
        carry_run(run, report=kill)
    assert [row["rollout"] for row in metrics.read(run.metrics)] == [1, 2, 3, 4]
    carry_run(run)
    assert shot(run) == shot(whole)


def test_a_damaged_checkpoint_is_put_aside_and_its_phase_is_done_anew(whole, tmp_path):
    path = tmp_path / "small" / whole.path.name
    shutil.copytree(whole.path, path)
    run, said = folder.Run(path), []
    (run.checkpoints[1].path / "manifest.json").write_text("{}")
    (run.checkpoints[2].path / "manifest.json").write_text("{}")
    carry_run(run, notice=said.append)
    assert len(said) == 2
    assert shot(run) == shot(whole)


def test_another_seed_ends_otherwise(whole, tmp_path):
    other = make(tmp_path, seed=1, plan=PLAN)
    carry_run(other)
    assert shot(other)["metrics.jsonl"] != shot(whole)["metrics.jsonl"]


def test_metrics_tell_the_rates_of_the_landers_events(whole):
    for row in metrics.read(whole.metrics):
        rates = {name: row[f"rate_{name}"] for name in PLAN.world.events}
        assert row["episodes"] == 2 or row["episodes"] == 4
        for objective in PLAN.objectives:
            due = sum(weight * rates[name] for name, weight in objective.weights)
            assert row[f"return_{objective.name}"] == pytest.approx(due, abs=1e-4)
