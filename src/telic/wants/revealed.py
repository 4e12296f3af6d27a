"""What does an agent want? The question, asked in one call."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.core.keys import as_key
from telic.core.names import lookup
from telic.policies import Agent
from telic.wants.choices import STEP, Choices
from telic.wants.exact import exact
from telic.wants.forked import forked
from telic.wants.logit import Fit, fit
from telic.worlds.base import JaxWorld, World

ESTIMATORS: Mapping[str, Callable[..., Choices]] = {
    "forked": forked,
    "exact": exact,
}
"""The ways to find an agent's successor features."""

TOLD = 0.5
"""A weight is told if at least this part of what is known of it is from choices."""


class Want(NamedTuple):
    """What an agent wants, as far as its choices tell.

    Attributes:
        events: The names of the world's events, and `STEP`.
        fit: Their weights, and how much they explain.
        entropy: The mean entropy of the agent's policy, in nats.
        states: The number of states.
        groups: The number of independent groups of them: boards, or episodes.
        shuffled: What is explained if in every state the probabilities are given to
            other actions: the null.
    """

    events: tuple[str, ...]
    fit: Fit
    entropy: float
    states: int
    groups: int
    shuffled: float

    @property
    def weights(self) -> dict[str, float]:
        """The weight of every event that is told, in nats per event."""
        each = zip(self.events, self.fit.weights, self.fit.told, strict=True)
        return {name: float(w) for name, w, told in each if told >= TOLD}

    def interval(self, event: str) -> tuple[float, float]:
        """The 95 % interval of a weight, over the groups of states of this agent."""
        at = self.events.index(event)
        middle, wide = self.fit.weights[at], 1.96 * self.fit.errors[at]
        return float(middle - wide), float(middle + wide)


def revealed(
    agent: Agent,
    world: World | None = None,
    *,
    key: int | jax.Array = 0,
    estimator: str = "forked",
    gamma: float = 0.99,
    **sizes: Any,
) -> Want:
    """The weights over events under which an agent's own choices look best.

    Args:
        agent: The agent: as it is, or edited.
        world: The world in which it acts, in JAX; None: the one of its spec.
        key: The random key of states and of chance in them.
        estimator: One of `ESTIMATORS`.
        gamma: The discount of later events, per step.
        **sizes: Of the estimator: `states` and `draws`, or `boards`.

    Raises:
        InputError: If the estimator does not apply to the world or the agent.

    Example:
        >>> from telic.planted.wanting import Boards, wanting
        >>> world = Boards(count=2)
        >>> blue = np.eye(len(world.events))[world.events.index("pick_blue")]
        >>> found = revealed(wanting(world, 40 * blue), boards=2, estimator="exact")
        >>> max(found.weights, key=found.weights.get), found.fit.explained > 0.9
        ('pick_blue', True)
    """
    where = agent.world if world is None else world
    if not isinstance(where, JaxWorld):
        raise InputError(
            f"{type(where).__name__} cannot be forked",
            why="each action is tried from the same state, which needs a world in JAX",
        )
    find = lookup(estimator, ESTIMATORS, kind="estimator")
    choices = find(agent, where, key=as_key(key), gamma=gamma, **sizes)
    return Want(
        (*where.events, STEP),
        fit(choices),
        choices.entropy,
        len(choices.policy),
        len(np.unique(choices.group)),
        fit(_shuffled(choices)).explained,
    )


def _shuffled(choices: Choices) -> Choices:
    """The same states, in which the actions have each other's probabilities."""
    drawn = np.random.default_rng(0)
    policy: Float[np.ndarray, "states actions"] = drawn.permuted(choices.policy, axis=1)
    return choices._replace(policy=policy)
