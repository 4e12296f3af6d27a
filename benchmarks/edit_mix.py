"""A mix of many edits of one agent, and telic's own way of trying them all.

A third of the edits add a task vector at some strength, a third graft some share of
another checkpoint's weights, a third add noise of some length. No two are alike. All
are telic's own edits, made one after another as they are needed, and all agents play
the same episodes.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import jax
import numpy as np

from telic.core import trees
from telic.core.trees import Tree
from telic.edits import Add, Edit, Graft, Noise, top
from telic.policies import MLP, Agent, Spec
from telic.rollouts import EpisodeSeeds, episode_seeds, play, rates
from telic.runs.carry import carry_run
from telic.runs.checkpoint import Checkpoint, read_agent
from telic.runs.folder import Run, create_run
from telic.training import ExperimentConfig, PPOConfig, RolloutConfig
from telic.vectors import task_vector
from telic.worlds import Keys, Phase, fetch, phase_at


class Subject(NamedTuple):
    """What is edited, and what the edits are made of.

    Attributes:
        world: Where the agent lives.
        agent: The agent that is edited.
        donor: The agent one phase of training earlier; grafts take its weights.
        vector: What the last complete phase of training added to the weights.
        length: The Euclidean norm of the vector's actor.
    """

    world: Keys
    agent: Agent
    donor: Agent
    vector: Tree
    length: float


class Planned(NamedTuple):
    """An edit that has not been made.

    Attributes:
        kind: `add`, `graft` or `noise`.
        size: Of `add` the strength, of `graft` the share of the actor's weights, of
            `noise` its norm over that of the vector's actor.
        seed: Which noise.
    """

    kind: str
    size: float
    seed: int

    @property
    def name(self) -> str:
        """Kind and size."""
        return f"{self.kind} {self.size:.3g}"


def strengths(count: int) -> np.ndarray:
    """Strengths up to ±2, the two signs in turn; none is 0."""
    return np.linspace(2.0, 0.0, count, endpoint=False) * (-1.0) ** np.arange(count)


SIZES: dict[str, Callable[[int], np.ndarray]] = {
    "add": strengths,
    "graft": lambda count: np.geomspace(1e-3, 1.0, count),
    "noise": lambda count: np.geomspace(0.05, 4.0, count),
}
"""So many sizes of each kind of edit."""

MAKE: dict[str, Callable[[Subject, Planned], Edit]] = {
    "add": lambda on, plan: Add(on.vector, strength=plan.size),
    "graft": lambda on, plan: Graft(on.donor, top(on.agent.actor, on.donor, plan.size)),
    "noise": lambda on, plan: Noise(plan.size * on.length, seed=plan.seed),
}
"""How each kind is made; a graft's mask is its own."""


def trained(root: Path, rollouts: tuple[int, int]) -> Path:
    """The folder of a new run: some rollouts under fetch(blue), then fetch(purple)."""
    colours = ("blue", "purple")
    plan = ExperimentConfig(
        world=Keys(),
        policy=MLP(),
        ppo=PPOConfig(),
        rollout=RolloutConfig(),
        objectives=tuple(map(fetch, colours)),
        schedule=tuple(map(Phase, colours, rollouts)),
    )
    run = create_run(root, "bulk-edits", 0, plan)
    carry_run(run)
    return run.path


def subject(folder: Path) -> Subject:
    """The last agent of a run, and what its last complete phase changed.

    Raises:
        ValueError: If the run has not come to the end of a phase.
    """
    run = Run(folder)
    plan, found = run.plan(), run.checkpoints
    ends = [c for c in found if phase_at(plan.schedule, c.rollouts)[1] == 0]
    if len(ends) < 2:
        raise ValueError(f"{folder} has no checkpoint of the end of a phase")

    def read(checkpoint: Checkpoint) -> Agent:
        return Agent(read_agent(checkpoint), plan.policy, Spec.of(plan.world))

    before, after = map(read, ends[-2:])
    vector = task_vector(before, after)
    return Subject(
        world=plan.world,
        agent=read(found[-1]),
        donor=before,
        vector=vector,
        length=float(trees.norm(trees.at(vector, before.actor))),
    )


def mix(count: int) -> list[Planned]:
    """So many different edits: the kinds in turn, each kind's sizes in random order.

    So every stretch of the list is about as much work as any other of its length.

    Example:
        >>> [plan.kind for plan in mix(4)]
        ['add', 'graft', 'noise', 'add']
    """
    shuffle = np.random.default_rng(0).permutation
    each = -(-count // len(SIZES))
    columns = []
    for kind, sizes in SIZES.items():
        column = [Planned(kind, float(x), i) for i, x in enumerate(sizes(each))]
        columns.append([column[i] for i in shuffle(each)])
    return [plan for row in zip(*columns, strict=True) for plan in row][:count]


def warm(folder: Path, count: int, episodes: int) -> Callable[[int, int], int]:
    """A function that tries a stretch of the mix; all that it needs is compiled.

    Returns:
        From where a stretch begins and ends to all steps of its episodes.
    """
    on, plans = subject(folder), mix(count)
    seeds = episode_seeds(on.world, episodes, key=jax.random.key(0))
    try_all(mix(len(MAKE)), on, seeds)
    return lambda begin, end: try_all(plans[begin:end], on, seeds)


def try_all(plans: Sequence[Planned], on: Subject, seeds: EpisodeSeeds) -> int:
    """Make every edited agent, play its episodes, read its rates; all its steps."""
    steps = 0.0
    for plan in plans:
        played = play(edited(plan, on), on.world, seeds)
        steps += rates(played, on.world)["length"] * len(played.length)
    return round(steps)


def edited(plan: Planned, on: Subject) -> Agent:
    """The edited agent."""
    return MAKE[plan.kind](on, plan)(on.agent)
