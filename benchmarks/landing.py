"""The task of the lander's benchmark: what every contender trains, and when it is done.

A contender is an endless iterator: each item is one rollout with its update, and says
what the episodes that ended in it returned, in the environment's own reward. So speeds,
and the time until a lander can land, are taken by the same few lines for all.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

ENV = "LunarLander-v3"
ACTIONS = 4
ENVS, STEPS, EPOCHS, MINIBATCH = 16, 1024, 4, 64
BATCH = ENVS * STEPS
WIDTHS = (64, 64)
LEARNING_RATE, GAMMA, LAMBDA = 3e-4, 0.999, 0.98

SCALE = 0.01
"""Of rewards, as all contenders learn from them; returns are reported without it."""

EPISODES = 100
"""The fewest episodes over which a mean return is believed."""


class Ended(NamedTuple):
    """The episodes that ended in one rollout.

    Attributes:
        episodes: How many.
        total: The sum of their returns, not scaled.
    """

    episodes: int
    total: float


class Learned(NamedTuple):
    """How long it took to reach a return.

    Attributes:
        reached: Whether it did, before the cap.
        seconds: Until the end of the last update; compiling is part of it.
        steps: Of all copies of the environment together.
        value: The mean return at the end.
    """

    reached: bool
    seconds: float
    steps: int
    value: float


def speeds(run: Iterator[Ended], iterations: int) -> list[float]:
    """Environment steps a second of each iteration, but of the first two."""
    for _ in range(2):
        next(run)
    return [BATCH / seconds(lambda: next(run)) for _ in range(iterations)]


def learn(run: Iterator[Ended], goal: float, cap: int) -> Learned:
    """Train until `mean_return` is `goal`, or for `cap` steps."""
    began, rollouts = time.perf_counter(), []
    while True:
        rollouts.append(next(run))
        spent, steps = time.perf_counter() - began, len(rollouts) * BATCH
        value = mean_return(rollouts)
        if value >= goal or steps >= cap:
            return Learned(value >= goal, spent, steps, value)


def mean_return(rollouts: Sequence[Ended], episodes: int = EPISODES) -> float:
    """The mean return of the last rollouts, as few as hold so many episodes.

    Returns:
        NaN if all of them together do not hold so many.

    Example:
        >>> mean_return([Ended(9, -900.0), Ended(1, 100.0), Ended(1, 300.0)], 2)
        200.0
        >>> mean_return([Ended(1, 300.0)], 2)
        nan
    """
    count, total = 0, 0.0
    for ended in reversed(rollouts):
        count, total = count + ended.episodes, total + ended.total
        if count >= episodes:
            return total / count
    return math.nan


def walk(step: Callable[[np.ndarray], Any], iterations: int) -> list[float]:
    """Environment steps a second with random actions, as many as a rollout has.

    Args:
        step: Takes an action for each copy and does one step of each.
        iterations: How often that is timed, after once that is not.
    """
    actions = np.random.default_rng(0).integers(0, ACTIONS, (STEPS, ENVS))
    spent = [
        seconds(lambda: [step(row) for row in actions]) for _ in range(iterations + 1)
    ]
    return [BATCH / each for each in spent[1:]]


def seconds(action: Callable[[], Any]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began
