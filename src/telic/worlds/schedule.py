"""Schedules of training: lists of phases, each with an objective."""

import dataclasses
from collections.abc import Sequence

from telic.core.errors import InputError


@dataclasses.dataclass(frozen=True)
class Phase:
    """A stretch of training under one objective.

    Attributes:
        objective: The name of the objective.
        rollouts: The number of rollouts of the phase.
    """

    objective: str
    rollouts: int


def alternate(
    *objectives: str, rollouts: int = 15, phases: int | None = None
) -> tuple[Phase, ...]:
    """A schedule that cycles through objectives.

    Args:
        objectives: The names of the objectives, in turn.
        rollouts: Rollouts of each phase.
        phases: The number of phases; None: one for each objective.

    Raises:
        InputError: If there is no objective, or a number is below one.

    Example:
        >>> [phase.objective for phase in alternate("blue", "purple", phases=3)]
        ['blue', 'purple', 'blue']
    """
    count = len(objectives) if phases is None else phases
    if not objectives or rollouts < 1 or count < 1:
        raise InputError(
            f"alternation of {list(objectives)}, {rollouts} rollouts, {count} phases",
            why="at least one objective, one rollout a phase and one phase are needed",
        )
    return tuple(Phase(objectives[i % len(objectives)], rollouts) for i in range(count))


def phase_at(schedule: Sequence[Phase], rollouts: int) -> tuple[int, int]:
    """The phase that follows after `rollouts` rollouts, and the position in it.

    Returns:
        The index of the phase and the rollouts already done in it. At the end of the
        schedule: the number of phases, and 0.

    Example:
        >>> phase_at(alternate("a", "b", rollouts=10), 12)
        (1, 2)
    """
    for number, phase in enumerate(schedule):
        if rollouts < phase.rollouts:
            return number, rollouts
        rollouts -= phase.rollouts
    return len(schedule), 0
