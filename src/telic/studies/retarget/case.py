"""The cases of the retarget study, and its conditions.

Four tracks, kept apart because they support different claims:

    input         the input of two goals exchanged: the ceiling, not a finding
    weights       a goal vector found in training, carried over to the new goal
    activations   no weight changed
    beyond-input  weights changed, except those of the first layer
"""

from typing import NamedTuple

from telic.core.trees import Tree
from telic.edits import Edit
from telic.policies import Agent
from telic.trials import Condition
from telic.worlds import Symmetric

RELABEL = "relabel"
GOAL, CONTRAST = "goal vector", "contrast"
TRANSPORT, LOW_RANK, STEER = "transport", "low-rank transport", "steer"
REFIT, LATER = "refit", "later goal vector"

TRACKS = {
    "input": (RELABEL,),
    "weights": (GOAL, CONTRAST),
    "activations": (TRANSPORT, LOW_RANK, STEER),
    "beyond-input": (REFIT, LATER),
}
"""The groups of edits of each track."""

INPUT = "input"
"""The value of the one condition of `RELABEL`."""

LINEAR, FIRST, SECOND = "linear", "first", "second"
"""The sites at which activations are edited: the first layer before its activation
function, and the outputs of the first and second layers."""

ONE, ALL, IMITATED = "one layer", "all later layers", "imitated"
"""The layers that are refitted: the second; all after the first; the second, and then
all after the first by imitation."""

LATER_STRENGTH = 1.5
RANK = 3
"""The rank of the low-rank transport."""

Edits = dict[Condition, Edit]


class Case(NamedTuple):
    """An agent with one goal that is to be given another.

    Attributes:
        agent: The agent, trained last on `old`.
        vector: A task vector from the goal `old` to the goal `trained`.
        old: The agent's goal.
        trained: Another goal that it was trained on in other phases.
        new: The goal that was never its target.
        world: A world with the old and the new goal in every episode.
        strengths: Strengths of the vectors on the `weights` track.
        steps: Gradient steps of the edit that imitates.
    """

    agent: Agent
    vector: Tree
    old: str
    trained: str
    new: str
    world: Symmetric
    strengths: tuple[float, ...] = (1.0, 1.5)
    steps: int = 3000


def sites_of(agent: Agent) -> dict[str, str]:
    """The names of the sites at which activations are edited."""
    first, second = agent.layers[:2]
    return {LINEAR: next(iter(agent.sites)), FIRST: first.site, SECOND: second.site}
