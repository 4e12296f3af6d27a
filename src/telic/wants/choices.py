"""What an agent chose in some states, and what each action would have led to."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int


class Choices(NamedTuple):
    """An agent's policy in some states, and the outcomes of every action there.

    Attributes:
        policy: (states, actions) the probabilities of the agent's actions.
        outcomes: (states, actions, events) the expected discounted sum of each event
            if that action is taken and the agent goes on: its successor features.
        freedom: (states, actions) likewise the expected discounted sum of the entropy
            of the agent's policy in the states after, in nats.
        share: (states,) how often the agent is in each state, in all 1.
        group: (states,) which states belong together, as those of one episode or board
            do; groups are independent.
    """

    policy: Float[np.ndarray, "states actions"]
    outcomes: Float[np.ndarray, "states actions events"]
    freedom: Float[np.ndarray, "states actions"]
    share: Float[np.ndarray, " states"]
    group: Int[np.ndarray, " states"]

    @property
    def entropy(self) -> float:
        """The mean entropy of the policy in these states, in nats."""
        p = np.clip(self.policy, 1e-12, 1.0)
        return float(-self.share @ (p * np.log(p)).sum(axis=1))


def alike(
    policy: Float[np.ndarray, "states actions"],
    outcomes: Float[np.ndarray, "states actions events"],
    freedom: Float[np.ndarray, "states actions"],
) -> Choices:
    """Choices in independent states that count alike.

    Example:
        >>> choices = alike(np.full((4, 2), 0.5), np.zeros((4, 2, 3)), np.zeros((4, 2)))
        >>> choices.share.tolist(), round(choices.entropy, 3)
        ([0.25, 0.25, 0.25, 0.25], 0.693)
    """
    count = len(policy)
    return Choices(
        policy, outcomes, freedom, np.full(count, 1 / count), np.arange(count)
    )
