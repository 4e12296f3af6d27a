"""The second phase: which objective follows which, from where, and what is measured.

It begins from the last agent that was trained on another objective than the second. So
of agents that learned one objective it follows their training; of agents that alternate
it begins where the last phase of the first objective ended.
"""

from typing import NamedTuple

import jax
import numpy as np

from telic.core.errors import InputError
from telic.core.names import nearest
from telic.policies import Agent
from telic.rollouts import episode_seeds, play, rates
from telic.studies.isolation.metrics import WorldMetrics
from telic.studies.isolation.world_metrics import metrics_of
from telic.training import ExperimentConfig
from telic.worlds.goals import goals_of
from telic.worlds.objectives import Objective

CHECK_EPISODES = 100


class SecondPhase(NamedTuple):
    """What a second phase is, of the runs of one plan.

    Attributes:
        first: The name of the objective before it.
        second: The name of its objective.
        phase: The phase of the plan after which it begins, from 0.
        metrics: What is measured.
    """

    first: str
    second: str
    phase: int
    metrics: WorldMetrics

    def objectives(self, plan: ExperimentConfig) -> tuple[Objective, ...]:
        """The objectives under which returns are given: the plan's and the metrics'."""
        named = {
            each.name: each for each in (*plan.objectives, *self.metrics.objectives)
        }
        return tuple(named.values())


def second_phase(plan: ExperimentConfig, second: str | None = None) -> SecondPhase:
    """The second phase of the runs of a plan.

    Args:
        plan: The plan.
        second: The name of its objective; None: the last goal of the world, or where it
            declares none the last objective, that was not trained last.

    Raises:
        InputError: If the runs do not know the objective, have no second one, or were
            trained on nothing else.
    """
    wanted = [phase.objective for phase in plan.schedule]
    second = _usual(plan) if second is None else _known(plan, second)
    phases = [k for k, objective in enumerate(wanted) if objective != second]
    if not phases:
        raise InputError(
            f"the runs were trained on {second!r} alone",
            why="a second objective follows another one",
            fix="name another: --second",
        )
    first = wanted[phases[-1]]
    metrics = metrics_of(plan.world, first, second)
    return SecondPhase(first, second, phases[-1], metrics)


def competence_check(
    agent: Agent, plan: ExperimentConfig, ahead: SecondPhase
) -> dict[str, float]:
    """The measures of an agent in a hundred fresh episodes.

    `WorldMetrics.is_competent` says whether they suffice; measures without a number are
    left out.
    """
    metrics = ahead.metrics
    seeds = episode_seeds(plan.world, CHECK_EPISODES, key=jax.random.key(4))
    episodes = play(agent, plan.world, seeds)
    found = rates(episodes, plan.world, ahead.objectives(plan))
    found |= metrics.also(episodes, plan.world) if metrics.also else {}
    return {k: float(v) for k, v in metrics.of(found).items() if np.isfinite(v)}


def _usual(plan: ExperimentConfig) -> str:
    """The second objective, if none is named."""
    known, last = [each.name for each in plan.objectives], plan.schedule[-1].objective
    goals = [name for name in goals_of(plan.world) if name in known and name != last]
    others = goals or [name for name in known if name != last]
    if not others:
        raise InputError(
            f"the runs know one objective alone, {last!r}",
            why="this study is about what a second one teaches",
            fix="use runs that report a return under another objective",
        )
    return others[-1]


def _known(plan: ExperimentConfig, second: str) -> str:
    """The name of a second objective, if the runs know it."""
    known = [each.name for each in plan.objectives]
    if second not in known:
        near = nearest(second, known)
        raise InputError(
            f"the runs do not know the objective {second!r}",
            why=f"known: {', '.join(known)}",
            fix=f"did you mean {near!r}?" if near else "name one of these: --second",
        )
    return second
