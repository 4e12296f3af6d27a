"""The edits of the donors study: some of every kind, the same for each donor."""

from telic.core.trees import Tree, at
from telic.edits import Add, Graft, Interpolate, LowRank, Splice, top
from telic.studies.donors.pairs import Pair
from telic.studies.splice.edits import (
    GRAFT,
    LAYERS,
    MEAN,
    PATH,
    RANK,
    Edits,
    layers_of,
)
from telic.trials import Condition
from telic.vectors import task_vector

FRACTIONS, RANK_KEPT, DOSE = (0.01, 0.05, 0.2), 4, 1.5
RESIDUAL, BRANCH = "without its rank", "donor less ancestor"
"""The groups of what rank `RANK_KEPT` leaves out, and of the vector of a branch."""


def edits_from(pair: Pair, mean: Tree | None) -> Edits:
    """The edits of one pair.

    The first layer, the first two, all others, the weights that differ most, the best
    approximation of rank 4 and what it leaves out, and half of the way; the mean vector
    of earlier switches, for which the donor does not matter; and for siblings what the
    donor learned since their ancestor.

    Args:
        pair: The recipient and a donor.
        mean: The mean vector of earlier switches, if there were any.
    """
    agent, donor = pair.agent.actor, pair.donor.actor
    names = layers_of(pair.agent)
    low = LowRank(donor, RANK_KEPT)
    found: Edits = {
        Condition(LAYERS, "+".join(map(str, numbers))): Splice(
            donor, tuple(names[number] for number in numbers)
        )
        for numbers in ((0,), (0, 1), tuple(range(1, len(names))))
        if max(numbers, default=-1) in range(len(names))
    }
    found |= {
        Condition(GRAFT, 100 * fraction): Graft(donor, top(agent, donor, fraction))
        for fraction in FRACTIONS
    }
    found[Condition(RANK, float(RANK_KEPT))] = low
    rest = task_vector(low(agent), donor)
    found[Condition(RESIDUAL, float(RANK_KEPT))] = Add(rest)
    found[Condition(PATH, 0.5)] = Interpolate(donor, strength=0.5)
    if mean is not None:
        found[Condition(MEAN, DOSE)] = Add(at(mean, agent), strength=DOSE)
    if pair.ancestor is not None:
        learned = task_vector(pair.ancestor.actor, donor)
        found[Condition(BRANCH, 1.0)] = Add(learned)
    return found
