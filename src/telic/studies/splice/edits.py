"""The edits that give an agent its donor's goal, and their sizes.

The donor is the agent before a switch. The edits test where the difference is (which
layers, how many weights, of what rank), whether it is one direction shared with other
switches (the mean vector of earlier ones), and at what dose it works.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

from telic.core.trees import Tree, at
from telic.edits import Add, Edit, Graft, Interpolate, LowRank, Splice, top
from telic.policies import Agent
from telic.trials import Condition
from telic.vectors import task_vector

FRACTIONS = (0.001, 0.003, 0.01, 0.03, 0.05, 0.1, 0.2, 0.5)
RANKS = (1, 2, 4, 8, 16, 32)
DOSES = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0)
STEPS = (0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)
OTHER_DOSES = (1.0, 1.5, 2.0)
LAYERS, GRAFT, RANK, PATH = "layers", "graft", "rank", "path"
LAST, MEAN = "last switch", "mean of earlier switches"
"""The groups of doses: of this switch's vector, and of the mean of earlier ones."""

ONE = "one earlier switch"
"""The group of doses of the last switch before that of recipient and donor."""

OTHER, ALIGNED = "mean of another seed", "aligned mean of another seed"
"""The groups of another run's mean vector: as it is, and with its units in order."""

GROUPS = (LAYERS, GRAFT, RANK, PATH, LAST, MEAN, ONE, OTHER, ALIGNED)
"""Every group of edits."""


class SwitchPair(NamedTuple):
    """Contrast pair of a late switch, with vectors towards the donor.

    Attributes:
        agent: The recipient: the agent after the switch.
        donor: The agent before the switch.
        mean: The mean vector of earlier switches, towards the donor's objective.
        one: The vector of the last of them, brought to the norm of the mean.
        other: The mean vector of another seed's run; None if there is no such run.
        ordered: The same with its units in the order that fits the recipient's.
    """

    agent: Agent
    donor: Agent
    mean: Tree
    one: Tree
    other: Tree | None = None
    ordered: Tree | None = None


Edits = dict[Condition, Edit]


def splice_edits(pair: SwitchPair, *, groups: Sequence[str] = ()) -> Edits:
    """All edits of a pair, group by group, or only those of the named groups.

    The value of a condition is, by group: the numbers of the layers, joined by `+`; per
    cent of the weights; the rank; the fraction of the path; the vector's strength.
    """
    agent, donor = pair.agent.actor, pair.donor.actor
    found: Edits = {
        **_layers(pair),
        **{
            Condition(GRAFT, 100 * fraction): Graft(donor, top(agent, donor, fraction))
            for fraction in FRACTIONS
        },
        **{Condition(RANK, float(rank)): LowRank(donor, rank) for rank in RANKS},
        **{Condition(PATH, s): Interpolate(donor, strength=s) for s in STEPS},
        **doses(LAST, task_vector(agent, donor), DOSES),
        **doses(MEAN, at(pair.mean, agent), DOSES),
        **doses(ONE, at(pair.one, agent), OTHER_DOSES),
    }
    for group, vector in ((OTHER, pair.other), (ALIGNED, pair.ordered)):
        if vector is not None:
            found |= doses(group, at(vector, agent), OTHER_DOSES)
    return {c: edit for c, edit in found.items() if not groups or c.group in groups}


def doses(group: str, vector: Tree, strengths: Sequence[float]) -> Edits:
    """Edits that add one vector at many strengths."""
    return {Condition(group, s): Add(vector, strength=s) for s in strengths}


def layers_of(agent: Agent) -> tuple[str, ...]:
    """The names of the actor's layers; conditions refer to them by index."""
    return tuple(layer.name for layer in agent.layers)


def _layers(pair: SwitchPair) -> Edits:
    """Edits that take each subset of the actor's layers from the donor."""
    names, donor = layers_of(pair.agent), pair.donor.actor
    return {
        Condition(LAYERS, "+".join(map(str, numbers))): Splice(
            donor, tuple(names[number] for number in numbers)
        )
        for count in range(1, len(names) + 1)
        for numbers in itertools.combinations(range(len(names)), count)
    }
