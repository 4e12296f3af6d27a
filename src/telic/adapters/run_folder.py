"""A run folder of agents that were trained elsewhere: every verb understands it.

Each file becomes one phase of one rollout, under the objective that the user names:
training that telic did not see. Its row of metrics holds no episode.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import jax
import jax.numpy as jnp

from telic.adapters.imported import Imported
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.policies import Agent
from telic.rollouts.collect import Completed
from telic.runs import carry, folder, metrics
from telic.runs.folder import Run
from telic.training import ExperimentConfig, PPOConfig, RolloutConfig, RolloutMetrics
from telic.training.ppo import Losses
from telic.training.state import TrainState, init_from_agent
from telic.worlds import World, goals_of
from telic.worlds.schedule import Phase


def plan_of(
    found: Sequence[Imported],
    world: World,
    goals: Sequence[str],
    *,
    ppo: PPOConfig | None = None,
    rollout: RolloutConfig | None = None,
) -> ExperimentConfig:
    """The plan of a run with these agents as its phases.

    Args:
        found: The agents, in the order of their training, all of one policy.
        world: The world in which they act.
        goals: The goal of each, or one of all; of none the first goal of the world.
        ppo: How they are trained on; None: as they were trained.
        rollout: Likewise.

    Raises:
        InputError: If the world has no such goal, or the numbers differ.
    """
    known = goals_of(world)
    if not known:
        raise InputError(
            f"the world {type(world).__name__} declares no goals",
            why="a run says what its agents were trained for",
            fix="give it a goal: see examples/own_world.py",
        )
    asked = list(goals) or [next(iter(known))]
    asked = asked * len(found) if len(asked) == 1 else asked
    if len(asked) != len(found):
        raise InputError(
            f"{len(asked)} goals for {len(found)} files",
            why="each file has its own, or all have one",
        )
    for goal in asked:
        check_name(goal, known, kind="goal")
    first = found[0]
    return ExperimentConfig(
        world=world,
        policy=first.policy,
        ppo=ppo or first.ppo,
        rollout=rollout or first.rollout,
        objectives=tuple(goal.objective for goal in known.values()),
        schedule=tuple(Phase(goal, 1) for goal in asked),
    )


def import_run(
    root: Path,
    name: str,
    plan: ExperimentConfig,
    found: Sequence[Imported],
    *,
    seed: int = 0,
) -> Run:
    """The run folder of some agents.

    Args:
        root: The folder of experiments.
        name: The experiment's name.
        plan: Their plan (`plan_of`).
        found: The agents, one for each phase of the plan.
        seed: The number of the run, which tells runs of an experiment apart.

    Raises:
        InputError: If an agent cannot act in the world, or the folder holds another
            run.
        StorageError: If the files cannot be written.
    """
    agents = [each.agent(plan.world) for each in found]
    if (root / name / f"seed-{seed:04d}").exists():
        raise InputError(
            f"{root / name} has a run seed-{seed:04d}",
            why="an import never writes over a run",
            fix="choose another --name or --seed",
        )
    run = folder.create_run(root, name, seed, plan)
    with whole_or_none(run), folder.locked(run):
        for number, agent in enumerate(agents, start=1):
            state = _state(agent, plan, seed, number)
            row = metrics.metrics_row(plan, _unseen(plan, state), rollout=number)
            metrics.append_rows(run.metrics, [row])
            metrics.append_rows(run.timing, [{"rollout": number, "seconds": 0.0}])
            carry.write_checkpoint(run, plan, state)
    return run


@contextmanager
def whole_or_none(run: Run) -> Iterator[None]:
    """A block after whose failure the run is gone: nothing is half imported."""
    try:
        yield
    except BaseException:
        shutil.rmtree(run.path, ignore_errors=True)
        raise


def _state(agent: Agent, plan: ExperimentConfig, seed: int, number: int) -> TrainState:
    """The state of training after a phase, with fresh moments and worlds."""
    world_key, run_key = jax.random.split(jax.random.key(seed))
    state = init_from_agent(
        agent, world_key, run_key, world=plan.world, rollout=plan.rollout
    )
    return state._replace(rollouts=jnp.int32(number))


def _unseen(plan: ExperimentConfig, state: TrainState) -> RolloutMetrics:
    """The metrics of a rollout that telic did not see: no episodes, no losses."""
    none = jnp.zeros(())
    return RolloutMetrics(
        Completed(jnp.int32(0), jnp.zeros(len(plan.world.events)), jnp.int32(0)),
        Losses(*(none for _ in Losses._fields)),
        jnp.ones(len(state.agent), bool),
    )
