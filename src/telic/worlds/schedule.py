"""Which want, when: a schedule is a list of phases."""

import dataclasses
from collections.abc import Sequence

from telic.core.errors import InputError


@dataclasses.dataclass(frozen=True)
class Phase:
    """A stretch of training under one objective.

    Attributes:
        objective: The name of the objective.
        rollouts: How many rollouts the phase lasts.
    """

    objective: str
    rollouts: int


def alternation(
    objectives: Sequence[str], *, period: int = 15, phases: int = 24
) -> tuple[Phase, ...]:
    """The objectives in turn, again and again, `period` rollouts each.

    Raises:
        InputError: If there is no objective, or a number is below one.

    Example:
        >>> [phase.objective for phase in alternation(["blue", "purple"], phases=3)]
        ['blue', 'purple', 'blue']
    """
    if not objectives or period < 1 or phases < 1:
        raise InputError(
            f"alternation of {list(objectives)}, period {period}, phases {phases}",
            why="at least one objective, one rollout a phase and one phase are needed",
        )
    return tuple(Phase(objectives[i % len(objectives)], period) for i in range(phases))


def phase_at(schedule: Sequence[Phase], rollouts: int) -> tuple[int, int]:
    """The phase that comes next after `rollouts` rollouts, and how far into it.

    Returns:
        The number of the phase and the rollouts already done in it. At the end of the
        schedule: the number of phases, and 0.

    Example:
        >>> phase_at(alternation(["a", "b"], period=10, phases=2), 12)
        (1, 2)
    """
    for number, phase in enumerate(schedule):
        if rollouts < phase.rollouts:
            return number, rollouts
        rollouts -= phase.rollouts
    return len(schedule), 0
