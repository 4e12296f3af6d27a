"""Edits at several doses, and how far each moves the agent: by KL, and by norm.

What predicts the collateral damage of a change of weights: how far the policy moved, or
how far the weights did? Every edit is tried at several doses, beside nulls of its norm.

Reference:
    Shenfeld, Pari & Agrawal 2025, "RL's Razor: Why Online Reinforcement Learning
    Forgets Less", arXiv 2509.04259.
"""

from collections.abc import Callable

from jaxtyping import Array

from telic.core import trees
from telic.core.trees import Tree, at
from telic.edits import Add, Edit, Graft, top
from telic.policies import Agent
from telic.rollouts import Rates
from telic.studies.splice.edits import GRAFT, LAST, MEAN
from telic.trials import Condition
from telic.vectors import task_vector

KL, NORM = "kl", "relative norm"
"""The predictors: mean KL(unedited ‖ edited) in nats on states that the unedited agent
visits; norm of the change of the actor over the norm of the actor."""

DOSES = (0.5, 1.0, 2.0, 3.0)
FRACTIONS = (0.05, 0.2)
"""The strengths of vectors, and the fractions of weights that are grafted."""


def dosed_edits(agent: Agent, donor: Agent, mean: Tree | None) -> dict[Condition, Edit]:
    """The vector to the donor and the mean of earlier switches at all doses; grafts.

    Args:
        agent: The recipient.
        donor: The agent that wants the aim.
        mean: The mean vector of earlier switches, if there were any.
    """
    mine, theirs = agent.actor, donor.actor
    vectors = {LAST: at(task_vector(mine, theirs), mine)}
    if mean is not None:
        vectors[MEAN] = at(mean, mine)
    found: dict[Condition, Edit] = {
        Condition(name, dose): Add(vector, strength=dose)
        for name, vector in vectors.items()
        for dose in DOSES
    }
    return found | {
        Condition(GRAFT, 100 * share): Graft(theirs, top(mine, theirs, share))
        for share in FRACTIONS
    }


def drift_from(agent: Agent, states: Array) -> Callable[[Agent], Rates]:
    """A function from an edited agent to its distances from the agent, by name.

    Args:
        agent: The unedited agent.
        states: The observations that it visits.
    """
    own, actor, acts = agent.logits(states), agent.actor, agent.spec.distribution

    def drift(edited: Agent) -> Rates:
        step = {path: edited[path] - leaf for path, leaf in actor.items()}
        return {
            KL: float(acts.kl(own, edited.logits(states)).mean()),
            NORM: float(trees.norm(step) / trees.norm(actor)),
        }

    return drift
