"""Measures: what an agent did on its episodes, as numbers with names."""

from collections.abc import Sequence

import numpy as np

from telic.rollouts import Episodes
from telic.worlds.base import World
from telic.worlds.objectives import Objective, matrix

Rates = dict[str, float]
"""By measure: every event's mean number per episode (for an event that ends an episode:
its rate), `length` in steps, and `return_NAME` under each objective."""


def rates(
    episodes: Episodes, world: World, objectives: Sequence[Objective] = ()
) -> Rates:
    """The measures of one agent, each a mean over its episodes.

    Example:
        >>> import jax.numpy as jnp
        >>> from telic.worlds import fetch
        >>> from telic.worlds import Keys
        >>> world = Keys()
        >>> events = jnp.zeros((2, len(world.events)))
        >>> events = events.at[0, world.events.index("pick_blue")].set(1.0)
        >>> seen = rates(Episodes(events, jnp.array([4, 6])), world, [fetch("blue")])
        >>> seen["pick_blue"], seen["length"], seen["return_blue"]
        (0.5, 5.0, 0.5)
    """
    means = np.asarray(episodes.events, np.float64).mean(axis=0)
    found = dict(zip(world.events, means.tolist(), strict=True))
    found["length"] = float(np.asarray(episodes.length).mean())
    if objectives:
        returns = matrix(objectives, world.events).astype(np.float64) @ means
        for objective, value in zip(objectives, returns, strict=True):
            found[f"return_{objective.name}"] = float(value)
    return found


def efficacy(edited: Rates, unedited: Rates, donor: Rates, measure: str) -> float:
    """How far an edit goes from the unedited agent's rate to the donor's: 1 is all.

    NaN if the two hardly differ (by under 0.05), as then there is nothing to reach.

    Reference:
        Meng et al. 2022, "Locating and Editing Factual Associations in GPT", arXiv
        2202.05262, for the words efficacy and locality (there: specificity).

    Example:
        >>> efficacy({"a": 0.5}, {"a": 0.0}, {"a": 1.0}, "a")
        0.5
    """
    gap = donor[measure] - unedited[measure]
    return (edited[measure] - unedited[measure]) / gap if abs(gap) >= 0.05 else np.nan


def locality(edited: Rates, unedited: Rates, others: Sequence[str]) -> float:
    """How much of everything else is as it was: 1 is all of it.

    One minus half the sum of the absolute changes in the rates of all ends of an
    episode that the edit is not about.

    Example:
        >>> round(locality({"fatal": 0.3}, {"fatal": 0.1}, ["fatal"]), 3)
        0.9
    """
    return 1 - 0.5 * sum(abs(edited[name] - unedited[name]) for name in others)


def retention(edited: Rates, unedited: Rates, failures: Sequence[str]) -> float:
    """How much of its competence an agent keeps: the ratio of episodes not failed.

    NaN if the unedited agent fails always.

    Example:
        >>> round(retention({"fatal": 0.5}, {"fatal": 0.0}, ["fatal"]), 3)
        0.5
    """
    before = 1 - sum(unedited[name] for name in failures)
    if before < 1e-9:  # rates that sum to 1, up to rounding
        return np.nan
    return (1 - sum(edited[name] for name in failures)) / before
