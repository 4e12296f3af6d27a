"""What two checkpoints do: rates over the same episodes, and where policies differ."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from telic.locators import ContrastPair
from telic.locators.behaviour import forward
from telic.policies import Agent
from telic.rollouts import Episodes
from telic.stats import Interval, bootstrap
from telic.worlds import World
from telic.worlds.objectives import Objective, matrix

LENGTH = "length"

SHOWN = 6
"""The states that are listed."""


class Behaviour(NamedTuple):
    """One behaviour of both agents, over episodes.

    Attributes:
        name: An event, `return_GOAL` or `length`.
        before: Its mean and interval over episodes; likewise `after` and, if there is
            a third agent, `same`.
        gap: The difference of the means, in standard errors.
    """

    name: str
    before: Interval
    after: Interval
    same: Interval | None
    gap: float


class State(NamedTuple):
    """A state in which the policies differ.

    Attributes:
        kl: KL(before ‖ after), in nats.
        observation: The observation.
        before: What determines the distribution of actions; likewise `after`.
    """

    kl: float
    observation: np.ndarray
    before: np.ndarray
    after: np.ndarray


def behaviours(
    played: Sequence[Episodes], world: World, objectives: Sequence[Objective]
) -> tuple[Behaviour, ...]:
    """Every event, return and the length, of both agents."""
    weights = matrix(objectives, world.events).astype(np.float64)
    names = (*world.events, *(f"return_{o.name}" for o in objectives), LENGTH)
    tables = []
    for episodes in played:
        events = np.asarray(episodes.events, np.float64)
        length = np.asarray(episodes.length, np.float64)[:, None]
        tables.append(np.concatenate([events, events @ weights.T, length], axis=1))
    found = []
    for column, name in enumerate(names):
        values = [table[:, column] for table in tables]
        intervals = [bootstrap(each) for each in values]
        spread = np.sqrt(sum(each.var(ddof=1) / len(each) for each in values[:2]))
        change = values[1].mean() - values[0].mean()
        gap = change / spread if spread else np.sign(change) * np.inf if change else 0.0
        third = intervals[2] if len(intervals) > 2 else None
        found.append(Behaviour(name, intervals[0], intervals[1], third, float(gap)))
    return tuple(found)


def most(behaviours: Sequence[Behaviour]) -> str:
    """The behaviour that differs most, in standard errors; the length only if alone."""
    some = [each for each in behaviours if each.name != LENGTH]
    return max(some, key=lambda each: abs(each.gap)).name


def states(
    evidence: ContrastPair, same: Agent | None
) -> tuple[tuple[float, float | None], tuple[State, ...]]:
    """The divergence of the policies on states of both, and where it is greatest."""
    held = evidence.behaviour
    seen, acts = np.asarray(held.rows), evidence.recipient.spec.distribution
    mine, theirs, *third = (
        forward(agent, held.observations, held.first)[0]
        for agent in (evidence.recipient, evidence.donor, same)
        if agent is not None
    )
    kl = np.asarray(acts.kl(mine, theirs), np.float64)
    drift = float(np.mean(acts.kl(mine, third[0]))) if third else None
    _, first = np.unique(seen.reshape(len(seen), -1), axis=0, return_index=True)
    order = first[np.argsort(-kl[first])][:SHOWN]
    found = tuple(
        State(float(kl[i]), seen[i], np.asarray(mine[i]), np.asarray(theirs[i]))
        for i in order
    )
    return (float(kl.mean()), drift), found
