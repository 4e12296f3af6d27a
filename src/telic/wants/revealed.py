"""What does an agent want? The question, asked in one call."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import numpy as np
import scipy
from jaxtyping import Bool, Float

from telic.core.errors import InputError
from telic.core.keys import as_key
from telic.core.names import lookup
from telic.policies import Agent
from telic.wants.choices import Choices
from telic.wants.exact import exact
from telic.wants.forked import forked
from telic.wants.logit import Fit, fit
from telic.worlds.base import JaxWorld, World
from telic.worlds.goals import goals_of

ESTIMATORS: Mapping[str, Callable[..., Choices]] = {
    "forked": forked,
    "exact": exact,
}
"""The ways to find an agent's successor features."""

TOLD = 0.5
"""A weight is told if at least this part of what is known of it is from choices."""

TOUCHED = 1e-3
"""An event hangs on actions if choices tell at least this part of its weight."""


class Want(NamedTuple):
    """What an agent wants, as far as its choices tell.

    Weights of events that end an episode are compared with each other: the same more
    for all of them is haste, and says of none that it is wanted.

    Attributes:
        events: The names of the world's events.
        ends: Those that end an episode, as the world declares them: the successes of
            its goals, its failures, its time limit.
        fit: The weights, before any are compared, and how much they explain.
        entropy: The mean entropy of the agent's policy, in nats.
        states: The number of states.
        groups: The number of independent groups of them: boards, or single states.
        shuffled: What is explained if in every state the probabilities are given to
            other actions: the null.
    """

    events: tuple[str, ...]
    ends: tuple[str, ...]
    fit: Fit
    entropy: float
    states: int
    groups: int
    shuffled: float

    @property
    def compared(self) -> Float[np.ndarray, "events events"]:
        """What takes the mean over the ends of an episode from the weight of each."""
        ends = self._touched
        return np.eye(len(ends)) - np.outer(ends, ends) / max(ends.sum(), 1)

    @property
    def haste(self) -> float:
        """The mean weight of the ends that hang on actions, in nats."""
        ends = self._touched
        return float(self.fit.weights[ends].mean()) if ends.any() else 0.0

    @property
    def _touched(self) -> Bool[np.ndarray, " events"]:
        """Which events are ends that hang on actions."""
        touched = np.diag(self.fit.doubt) < 1 - TOUCHED
        return np.array([name in self.ends for name in self.events]) & touched

    @property
    def told(self) -> dict[str, float]:
        """How much the choices tell of each weight, from 0 to 1."""
        frame = self.compared
        left = np.einsum("ij,jk,ik->i", frame, self.fit.doubt, frame)
        whole = np.einsum("ij,ij->i", frame, frame)
        found = np.clip(1 - left / np.where(whole > 0, whole, 1.0), 0.0, 1.0)
        return dict(zip(self.events, found.tolist(), strict=True))

    @property
    def weights(self) -> dict[str, float]:
        """The weight of every event that is told, in nats per event."""
        each = zip(self.events, self.compared @ self.fit.weights, strict=True)
        told = self.told
        return {name: float(w) for name, w in each if told[name] >= TOLD}

    def interval(self, event: str) -> tuple[float, float] | None:
        """The 95 % interval of a weight, over the groups of states of this agent.

        None if there are no more groups than events, as it would then be too narrow.
        """
        if self.groups <= len(self.events):
            return None
        at, frame = self.events.index(event), self.compared
        middle = float((frame @ self.fit.weights)[at])
        error = float(np.sqrt((frame @ self.fit.covariance @ frame.T)[at, at]))
        wide = float(scipy.stats.t.ppf(0.975, self.groups - 1)) * error
        return middle - wide, middle + wide


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
        tuple(where.events),
        _ends(where),
        fit(choices),
        choices.entropy,
        len(choices.policy),
        len(np.unique(choices.group)),
        fit(_shuffled(choices)).explained,
    )


def _ends(world: World) -> tuple[str, ...]:
    """The events that end an episode, as a world declares them."""
    named = {goal.success for goal in goals_of(world).values()}
    named |= {*getattr(world, "failures", ()), getattr(world, "timeout", "")}
    return tuple(event for event in world.events if event in named)


def _shuffled(choices: Choices) -> Choices:
    """The same states, in which the actions have each other's probabilities."""
    drawn = np.random.default_rng(0)
    policy: Float[np.ndarray, "states actions"] = drawn.permuted(choices.policy, axis=1)
    return choices._replace(policy=policy)
