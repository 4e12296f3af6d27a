"""Late switches: pairs of agents with the same competence and different goals.

Late in a run the agents on both sides of a switch are competent at both objectives, and
the earlier switches give a mean task vector that is independent of both agents.
"""

from collections.abc import Sequence
from typing import NamedTuple

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.runs.source import RunSource
from telic.training import ExperimentConfig
from telic.vectors import mean, task_vector

EARLIER = 3
"""The number of phases before a late switch; their switches give the mean vector."""


class Switch(NamedTuple):
    """A late switch: recipient = agent after it, donor = agent before it.

    Attributes:
        phase: The recipient's phase, from 0.
        wants: The objective that the recipient was trained on last.
        aim: The objective of the donor.
    """

    phase: int
    wants: str
    aim: str


def late_switches(
    plan: ExperimentConfig, count: int, *, phases: int | None = None
) -> list[Switch]:
    """The last switches of a plan, in order.

    A phase with the same objective as the one before is not a switch.

    Args:
        plan: The plan of a run.
        count: The number of switches.
        phases: Consider only this many first phases; None: all.

    Raises:
        InputError: If there are fewer switches with three phases before them, the least
            that a mean over earlier switches needs.
    """
    wanted = [phase.objective for phase in plan.schedule][:phases]
    found = [
        Switch(k, wanted[k], wanted[k - 1])
        for k in range(EARLIER, len(wanted))
        if wanted[k] != wanted[k - 1]
    ]
    if not 1 <= count <= len(found):
        raise InputError(
            f"{count} late switches of {len(wanted)} phases",
            why="at least three phases must lie before the first of them",
            fix=f"--switches {len(found)}"
            if found
            else "use runs of at least four phases that switch after the third",
        )
    return found[-count:]


def same_goal(source: RunSource, switch: Switch) -> int | None:
    """The last phase before a late switch's recipient that had the same objective.

    None if there is none.
    """
    before = [k for k in range(switch.phase) if source.schedule[k] == switch.wants]
    return before[-1] if before else None


def earlier_phases(schedule: Sequence[str], switch: Switch) -> list[tuple[int, int]]:
    """The phases beside every switch before a late one, in order: old goal, then aim.

    Neither the recipient's phase nor its donor's is among them.

    Example:
        >>> earlier_phases(("a", "b") * 3, Switch(5, wants="b", aim="a"))
        [(1, 0), (1, 2), (3, 2)]
    """
    found = []
    for after in range(1, switch.phase - 1):
        pair = {schedule[after]: after, schedule[after - 1]: after - 1}
        if set(pair) == {switch.wants, switch.aim}:
            found.append((pair[switch.wants], pair[switch.aim]))
    return found


def earlier_vectors(source: RunSource, switch: Switch) -> list[Tree]:
    """The task vectors to the aim, of every switch before a late one, in order."""
    return [
        task_vector(source.agent(old), source.agent(aim))
        for old, aim in earlier_phases(source.schedule, switch)
    ]


def needed_vectors(source: RunSource, switch: Switch) -> list[Tree]:
    """The vectors of earlier switches, of which there must be one.

    Raises:
        InputError: If no earlier switch was between the same two objectives.
    """
    vectors = earlier_vectors(source, switch)
    if not vectors:
        raise InputError(
            f"no switch between {switch.wants} and {switch.aim} before phase "
            f"{switch.phase}",
            why="the mean vector is made of earlier switches",
        )
    return vectors


def earlier_mean(source: RunSource, switch: Switch) -> Tree | None:
    """The mean task vector to the aim, over the switches before a late switch.

    None if no earlier switch was between the same two objectives.
    """
    vectors = earlier_vectors(source, switch)
    return mean(vectors) if vectors else None
