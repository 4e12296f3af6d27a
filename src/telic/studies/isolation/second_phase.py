"""The second phase: its two objectives, its starting point, and its metrics.

It begins from the last agent that was trained on another objective than the second. For
a run of one objective that is the end of training; for a run that alternates, it is the
end of the last phase of the first objective.
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
from telic.worlds.goals import contrast_of, goals_of
from telic.worlds.objectives import Objective

CHECK_EPISODES = 100


class SecondPhase(NamedTuple):
    """The second phase of the runs of one plan.

    Attributes:
        first: The name of the first objective, trained before it.
        second: The name of the second objective.
        phase: The index of the plan's phase after which it begins, from 0.
        opposite: The opposite of the second objective, as the world declares it; None
            if it declares none.
        metrics: The measures of the agents.
    """

    first: str
    second: str
    phase: int
    opposite: Objective | None
    metrics: WorldMetrics

    def objectives(self, plan: ExperimentConfig) -> tuple[Objective, ...]:
        """The objectives to report returns under: the plan's and the metrics'."""
        named = {
            each.name: each for each in (*plan.objectives, *self.metrics.objectives)
        }
        return tuple(named.values())


def second_phase(plan: ExperimentConfig, second: str | None = None) -> SecondPhase:
    """The second phase of the runs of a plan.

    Args:
        plan: The plan.
        second: The name of its objective; None: the world's last goal that was not
            trained last, or the last such objective if the world declares no goals.

    Raises:
        InputError: If the plan lacks the objective, has no second one, or trains on
            that one alone.
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
    opposite = contrast_of(plan.world, second)
    return SecondPhase(first, second, phases[-1], opposite, metrics)


def competence_check(
    agent: Agent, plan: ExperimentConfig, ahead: SecondPhase
) -> dict[str, float]:
    """The measures of an agent over 100 fresh episodes.

    `WorldMetrics.is_competent` takes them; measures that are not finite are left out.
    """
    metrics = ahead.metrics
    seeds = episode_seeds(plan.world, CHECK_EPISODES, key=jax.random.key(4))
    episodes = play(agent, plan.world, seeds)
    found = rates(episodes, plan.world, ahead.objectives(plan))
    found |= metrics.also(episodes, plan.world) if metrics.also else {}
    return {k: float(v) for k, v in metrics.of(found).items() if np.isfinite(v)}


def _usual(plan: ExperimentConfig) -> str:
    """The default second objective."""
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
    """The name of a second objective, checked to be one of the plan's."""
    known = [each.name for each in plan.objectives]
    if second not in known:
        near = nearest(second, known)
        raise InputError(
            f"the runs do not know the objective {second!r}",
            why=f"known: {', '.join(known)}",
            fix=f"did you mean {near!r}?" if near else "name one of these: --second",
        )
    return second
