"""What is edited in the retarget study, and the conditions that are tried.

Four tracks, kept apart because they claim different things:

    input         the input of two goals exchanged: the ceiling, and no finding
    weights       a goal found in training, carried to the new one
    activations   no weight changed
    beyond-input  weights changed, the first layer left alone
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
"""Where activations are edited: what the first layer gives before its activation
function, and what the first two layers give."""

ONE, ALL, IMITATED = "one layer", "all later layers", "imitated"
"""What is refitted: the layer after the first; all after it; the one, and then all by
imitation."""

LATER_STRENGTH = 1.5
RANK = 3
"""The rank of the low-rank transport."""

Edits = dict[Condition, Edit]


class Case(NamedTuple):
    """An agent that wants one goal and is to want another.

    Attributes:
        agent: The agent, trained last on `old`.
        vector: A task vector from wanting `old` to wanting `trained`.
        old: What it wants.
        trained: Another goal that it was trained on at times.
        new: The goal that was never its target.
        world: A world in which the old and the new goal are to be had every time.
        strengths: Strengths of the vectors on the `weights` track.
        steps: Steps of imitation, where an edit imitates.
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
