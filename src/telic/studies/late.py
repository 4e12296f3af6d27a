"""Late switches: two agents that can do the same and want different things.

By then a run has switched often enough that the agents on both sides of a switch are
competent at both objectives, and that earlier switches give a mean vector which has
seen neither of them.
"""

from typing import NamedTuple

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.runs.source import RunSource
from telic.training import ExperimentConfig
from telic.vectors import mean, task_vector

EARLIER = 3
"""How many phases must lie before a late switch: the mean is over their switches."""


class Switch(NamedTuple):
    """A late switch: the agent at the end of one phase, the donor of the one before.

    Attributes:
        phase: The agent's phase, from 0.
        wants: The objective that the agent was trained on last.
        aim: The donor's.
    """

    phase: int
    wants: str
    aim: str


def late_switches(
    plan: ExperimentConfig, count: int, *, phases: int | None = None
) -> list[Switch]:
    """The last switches of a plan, first to last.

    A phase that goes on with the objective of the one before is no switch.

    Args:
        plan: The plan of a run.
        count: How many switches.
        phases: Look at so many phases only; None: all.

    Raises:
        InputError: If there are too few switches with three phases before them, which
            a mean over earlier switches needs.
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


def earlier_mean(source: RunSource, switch: Switch) -> Tree | None:
    """The mean of aim - want over all switches before those of a late switch.

    None if no earlier switch was between the two objectives.
    """
    vectors = []
    for after in range(1, switch.phase - 1):
        pair = {source.schedule[after]: after, source.schedule[after - 1]: after - 1}
        if set(pair) == {switch.wants, switch.aim}:
            before, after = (source.agent(pair[x]) for x in (switch.wants, switch.aim))
            vectors.append(task_vector(before, after))
    return mean(vectors) if vectors else None
