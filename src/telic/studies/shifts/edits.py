"""The edits of the shifts study: one of each kind that moves a goal where trained."""

from telic.core.trees import Tree, at
from telic.edits import Add, Graft, LowRank, Splice, top
from telic.policies import Agent
from telic.studies.splice.edits import GRAFT, LAYERS, MEAN, RANK, Edits, layers_of
from telic.trials import Condition

SHARE, KEPT, DOSE = 0.2, 4, 1.5


def edits_between(agent: Agent, donor: Agent, mean: Tree) -> Edits:
    """The edits of one late switch.

    The mean vector of earlier switches, and the donor's first two layers, the 20 % of
    its weights that differ most, and rank 4 of its difference.
    """
    mine, theirs, names = agent.actor, donor.actor, layers_of(agent)
    return {
        Condition(MEAN, DOSE): Add(at(mean, mine), strength=DOSE),
        Condition(LAYERS, "0+1"): Splice(theirs, names[:2]),
        Condition(GRAFT, 100 * SHARE): Graft(theirs, top(mine, theirs, SHARE)),
        Condition(RANK, float(KEPT)): LowRank(theirs, KEPT),
    }
