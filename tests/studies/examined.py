"""A small root of agents with planted goals, its benchmark sets made."""

import dataclasses
from pathlib import Path
from typing import Any

from telic.runs import checkpoint, folder
from telic.runs.folder import Run
from telic.studies.base import preset, settings_of
from telic.studies.calibrate import Calibrate
from telic.studies.score import benchmark
from telic.studies.score.benchmark import Benchmark
from telic.training.state import init_state
from telic.worlds import GoalKeys

SMALL = dataclasses.replace(preset(Calibrate, "small"), width=24, units=(16, 4))
EXAM = Benchmark(each=1, beside=("magnitude", "random", "oracle"))
FLAGS = ["--each", "1", "--seeds", "1", "--beside", *EXAM.beside]


def examined(root: Path) -> list[Run]:
    """Seed 0 of both layers, with a set of each and our locators' records."""
    runs = [begun(root, layer) for layer in ("layer-0", "layer-1")]
    for run in runs:
        done(run)
    return runs


def begun(root: Path, layer: str, *, goals: int = 2) -> Run:
    """A run that counts as complete; its agent is fresh, which is enough to plant in.

    To train it would take a compiled program for each layer. Another fresh agent stands
    for the one before the last phase. With fewer goals there are fewer pairs to plant.
    """
    world = GoalKeys(colours=GoalKeys().colours[:goals])
    plan, seed = dataclasses.replace(SMALL.plans()[layer], world=world), 0
    run = folder.create_run(root, SMALL.experiment(layer), seed, plan)
    parts = {"policy": plan.policy, "world": plan.world, "rollout": plan.rollout}
    ends = (plan.schedule[0].rollouts, seed + 1), (plan.total_rollouts, seed)
    for rollouts, made in ends:
        state = init_state(made, **parts)
        state = state._replace(rollouts=state.rollouts + rollouts)
        checkpoint.commit(run.path / "checkpoints", state)
    return run


def done(run: Run, settings: Benchmark = EXAM, *, stopped: bool = False) -> list[float]:
    """Do the job on a run; the shares that it told."""
    told: list[float] = []

    def tell(kind: str, value: Any) -> None:
        told.append(value)

    benchmark.job(run, settings_of(settings), tell=tell, stop=lambda: stopped)
    return told
