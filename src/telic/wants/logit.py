"""The weights over events under which an agent's own choices look best.

An agent that takes actions in proportion to exp(value), where the value is a weighted
sum of the events to come, has

    log π(a|s) = w · ψ(s, a) + η h(s, a) - V(s),

where ψ are its own successor features and h is the entropy of its policy that is still
to come: η is 0 of an agent that prefers what comes of an action, and 1 of one that
wants its own entropy too (maximum causal entropy). So w are the weights of a
multinomial logit, which is a convex problem.

The weights are in nats per event and have no other scale: an agent that hesitates half
as much wants everything twice as much. Living on is worth nothing in itself here: who
wants all ends of an episode alike is in haste. What cannot be told: weights of events
that no action changes; sums of a potential, which change no choice; and by how much an
agent shuns what it never risks.

Reference:
    Hotz & Miller 1993, "Conditional choice probabilities and the estimation of dynamic
    models", Review of Economic Studies 60: choices invert to values, without solving
    for them. Ziebart, Bagnell & Dey 2010, "Modeling interaction via the principle of
    maximum causal entropy", ICML. Barreto et al. 2017, arXiv 1606.05312: successor
    features.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.wants.choices import Choices

PRIOR = 100.0
"""The standard deviation of the prior of every weight, in nats per event: so wide that
it matters only for what the choices hardly tell. One state counts as one choice."""

STEPS, CLOSE = 100, 1e-9
"""The most steps of Newton's method; the fall of the loss at which it ends."""

LEAST = 1e-3
"""The least room between a policy and one that takes all actions alike, in nats, of
which a part can be explained."""


class Fit(NamedTuple):
    """Weights of events, with what they are worth.

    Attributes:
        weights: (events,) in nats per event.
        covariance: (events, events) of their errors over groups of states, by the
            sandwich estimator, for few groups made larger by G / (G - 1).
        doubt: (events, events) what is left of the prior's covariance: 0 where the
            choices tell everything, the identity where they tell nothing.
        planning: η, the weight of the entropy of its own policy in the states to come.
        explained: How much of the policy the weights explain: 0, no more than a policy
            that takes all actions alike; 1, all that its entropy leaves. NaN of an
            agent that takes all actions alike.
    """

    weights: Float[np.ndarray, " events"]
    covariance: Float[np.ndarray, "events events"]
    doubt: Float[np.ndarray, "events events"]
    planning: float
    explained: float

    @property
    def told(self) -> Float[np.ndarray, " events"]:
        """The fraction of what is known of each weight that is not from the prior."""
        return np.clip(1 - np.diag(self.doubt), 0.0, 1.0)


class _Problem(NamedTuple):
    """A multinomial logit with a Gaussian prior.

    Attributes:
        x: (states, actions, features) the features, less their mean over actions.
        offset: (states, actions) what is added to the logits.
        policy: (states, actions) the probabilities to be explained.
        share: (states,) the weight of each state, in all 1.
        ridge: The precision of the prior.
    """

    x: Float[np.ndarray, "states actions features"]
    offset: Float[np.ndarray, "states actions"]
    policy: Float[np.ndarray, "states actions"]
    share: Float[np.ndarray, " states"]
    ridge: float

    def model(
        self, weights: Float[np.ndarray, " features"]
    ) -> Float[np.ndarray, "states actions"]:
        """The policy that some weights make."""
        logits = self.x @ weights + self.offset
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def surprise(self, weights: Float[np.ndarray, " features"]) -> float:
        """The mean cross-entropy of the policy under that of some weights, in nats."""
        p = np.clip(self.model(weights), 1e-300, 1.0)
        return float(-self.share @ (self.policy * np.log(p)).sum(axis=1))

    def loss(self, weights: Float[np.ndarray, " features"]) -> float:
        """That, and the prior."""
        return self.surprise(weights) + self.ridge / 2 * float(weights @ weights)

    def slopes(
        self, weights: Float[np.ndarray, " features"]
    ) -> tuple[
        Float[np.ndarray, "states features"], Float[np.ndarray, "features features"]
    ]:
        """The gradient of each state's surprise; the second derivative of the loss."""
        p, size = self.model(weights), self.x.shape[-1]
        mean = np.einsum("sa,saf->sf", p, self.x)
        scores = mean - np.einsum("sa,saf->sf", self.policy, self.x)
        rows = self.x.reshape(-1, size)
        curve = (rows * (self.share[:, None] * p).reshape(-1, 1)).T @ rows
        curve = curve - (mean * self.share[:, None]).T @ mean
        return scores, curve + self.ridge * np.eye(size)


def fit(choices: Choices, *, prior: float = PRIOR, planning: float | None = 0.0) -> Fit:
    """The weights that make an agent's choices most likely.

    Args:
        choices: What it chose, and what it chose between.
        prior: The standard deviation of the weights' prior, in nats per event.
        planning: η; None: it is fitted as well, which tells less of each weight, as
            who wants to go on shuns every end.

    Example:
        >>> from telic.wants.choices import alike
        >>> outcomes = np.array([[[1.0, 0.0], [0.0, 0.0]]] * 50)
        >>> policy = np.array([[0.75, 0.25]] * 50)
        >>> found = fit(alike(policy, outcomes, np.zeros((50, 2))))
        >>> found.weights.round(2), found.told.round(2), round(found.explained, 2)
        (array([1.1, 0. ]), array([1., 0.]), 1.0)
    """
    problem, events = _problem(choices, prior, planning), choices.outcomes.shape[-1]
    weights, _ = _solved(problem)
    scores, hessian = problem.slopes(weights)
    inverse = np.linalg.inv(hessian)
    groups, at = np.unique(choices.group, return_inverse=True)
    together = np.zeros((len(groups), len(weights)))
    np.add.at(together, at, problem.share[:, None] * scores)
    spread = inverse @ (together.T @ together) @ inverse
    few = len(groups) / max(len(groups) - 1, 1)
    room = np.log(choices.policy.shape[1]) - choices.entropy
    missed = problem.surprise(weights) - choices.entropy
    return Fit(
        weights=weights[:events],
        covariance=few * spread[:events, :events],
        doubt=problem.ridge * inverse[:events, :events],
        planning=float(weights[-1]) if planning is None else planning,
        explained=float(1 - missed / room) if room > LEAST else float("nan"),
    )


def _problem(choices: Choices, prior: float, planning: float | None) -> _Problem:
    """The problem of some choices."""
    x, offset = choices.outcomes, np.zeros_like(choices.freedom)
    if planning is None:
        x = np.concatenate([x, choices.freedom[..., None]], axis=-1)
    else:
        offset = planning * choices.freedom
    # Only differences between the actions of a state matter.
    x, share = x - x.mean(axis=1, keepdims=True), choices.share
    # 1 / (states prior²), if they count alike
    return _Problem(x, offset, choices.policy, share, float(share @ share) / prior**2)


def _solved(problem: _Problem) -> tuple[Float[np.ndarray, " features"], float]:
    """The most likely weights, by Newton's method, and their loss."""
    weights = np.zeros(problem.x.shape[-1])
    before = now = problem.loss(weights)
    for _ in range(STEPS):
        before = now
        scores, hessian = problem.slopes(weights)
        gradient = problem.share @ scores + problem.ridge * weights
        step = np.linalg.solve(hessian, gradient)
        for halvings in range(30):  # the longest of ever shorter steps that descends
            moved = weights - step / 2**halvings
            if (now := problem.loss(moved)) <= before:
                weights = moved
                break
        if before - now < CLOSE:
            break
    return weights, min(now, before)
