"""A run small enough for tests: three phases of two rollouts, seconds in all."""

import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp

from telic.policies import MLP, Agent, Spec
from telic.runs import folder
from telic.runs.folder import Run
from telic.studies import Alternation
from telic.studies.base import preset
from telic.training import ExperimentConfig
from telic.worlds.schedule import phase_at

PLAN: ExperimentConfig = preset(Alternation, "small").plan()

TINY = Agent(
    {"actor/0/kernel": jnp.ones((3, 2)), "actor/0/bias": jnp.arange(2.0)},
    MLP(actor_layers=1, critic_layers=1),
    Spec(observation=(3,), actions=("left", "right")),
)
"""An actor of eight weights, for files of edits and of loci."""


def make(root: Path, seed: int = 0, plan: ExperimentConfig = PLAN) -> Run:
    """A fresh run of the small plan."""
    return folder.create_run(root, "small", seed, plan)


def row(
    rollout: int = 1, plan: ExperimentConfig = PLAN, **values: Any
) -> dict[str, Any]:
    """A made-up row of metrics in the place where the plan has it."""
    phase, _ = phase_at(plan.schedule, rollout - 1)
    return {
        "rollout": rollout,
        "phase": phase,
        "objective": plan.schedule[phase].objective,
        "steps": rollout * plan.rollout.batch,
        "length": 5.0,
        **{f"return_{objective.name}": 0.5 for objective in plan.objectives},
        **{f"rate_{event}": 0.0 for event in plan.world.events},
        **values,
    }


def tell(run: Run, *rows: dict[str, Any]) -> None:
    """Give a run these rows of metrics, and no others."""
    run.metrics.write_text("".join(json.dumps(one) + "\n" for one in rows))


def shot(run: Run) -> dict[str, bytes]:
    """All that must be equal between two runs of one seed: metrics and checkpoints."""
    good = [found.path for found in run.checkpoints]
    files = [run.metrics, *sorted(f for path in good for f in path.iterdir())]
    return {str(path.relative_to(run.path)): path.read_bytes() for path in files}


def aged(run: Run) -> Run:
    """The run as telic wrote it before schema 2: no chain, and no hash in run.json."""
    for found in run.checkpoints:
        path = found.path / "manifest.json"
        said = json.loads(path.read_text())
        old = {"schema": 1, "rollouts": said["rollouts"], "files": said["files"]}
        path.write_text(json.dumps(old, indent=2) + "\n")
    config = run.path / "run.json"
    held = json.loads(config.read_text()) | {"schema": 1}
    del held["sha256"]
    config.write_text(json.dumps(held, indent=2) + "\n")
    return run
