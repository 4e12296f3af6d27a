"""Probes on boards held out, and steering along what they found.

All rows of a board are on one side: the probe is trained on half of the boards and
tried on the others. Its control has the labels shuffled over episodes, so what tells
single episodes apart, and not the two classes, tells it nothing.

A direction that is found is added to the activations at its site, at the best of a few
doses; so is its null, a random direction of the same length.

Reference:
    Alain & Bengio 2016, arXiv 1610.01644, for probes; Hewitt & Liang 2019, "Designing
    and Interpreting Probes with Control Tasks", arXiv 1909.03368; Turner et al. 2023,
    "Activation Addition", arXiv 2308.10248, for the difference of means.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from telic.edits import Steer
from telic.locators.behaviour import Behaviour
from telic.locators.inside import by_unit, unit_activations
from telic.locators.probe import accuracy, fitted
from telic.policies import Agent

DOSES = (1.0, 2.0, 4.0)
"""Strengths of steering; at 1 a shift is as long as the difference of the means. The
best strength counts, for directions and their null alike."""

Features = dict[str, Float[np.ndarray, "batch units"]]
Boards = Int[np.ndarray, " batch"]


class Reading(NamedTuple):
    """A probe of two classes at one site.

    Attributes:
        accuracy: Its accuracy on the boards held out.
        shuffled: The accuracy of a probe of labels shuffled over episodes: chance.
        normal: Its weights, which point to the second class.
        means: The mean of the second class minus that of the first.
    """

    accuracy: float
    shuffled: float
    normal: Float[np.ndarray, " units"]
    means: Float[np.ndarray, " units"]


def tell_apart(
    key: jax.Array,
    first: Float[np.ndarray, "batch units"],
    second: Float[np.ndarray, "batch units"],
    boards: Boards,
) -> Reading:
    """A probe that tells two classes apart.

    Args:
        key: The random key of the boards held out, and of the shuffled labels.
        first: What one class computes, a row for each state.
        second: The same for the other class, on the same boards.
        boards: The board of each row of either class.

    Example:
        >>> boards, x = np.arange(8) % 4, np.random.default_rng(0).normal(size=(8, 1))
        >>> found = tell_apart(jax.random.key(0), x, x + 50, boards)
        >>> found.accuracy, found.means.round(3).tolist()
        (1.0, [50.0])
    """
    names, row = np.unique(boards, return_inverse=True)
    count = len(names)
    chosen, drawn = jax.random.split(key)
    out = np.asarray(jax.random.permutation(chosen, count)) < (count + 1) // 2
    tried, x = np.tile(out[row], 2), np.concatenate([first, second])
    label = np.repeat([-1.0, 1.0], len(row))
    episode = np.concatenate([row, row + count])
    chance = np.asarray(jax.random.permutation(drawn, np.repeat([-1.0, 1.0], count)))
    found = fitted(x[~tried], label[~tried])
    control = fitted(x[~tried], chance[episode][~tried])
    return Reading(
        accuracy(found, x[tried], label[tried]),
        accuracy(control, x[tried], chance[episode][tried]),
        found.weights,
        second.mean(axis=0) - first.mean(axis=0),
    )


def features_of(behaviour: Behaviour, agent: Agent) -> Features:
    """What an agent computes at every site of its actor, a row for each state."""
    return {
        site: np.asarray(by_unit(x), np.float64)
        for site, x in unit_activations(behaviour, agent).items()
    }


def boards_of(behaviour: Behaviour, copies: int) -> Boards:
    """The copy of the world that each row of a contrast pair comes from.

    Both agents begin with the same boards, and a copy has one number for both.

    Args:
        behaviour: The behaviour of a contrast pair.
        copies: The copies of the world in which each agent acted.
    """
    if isinstance(behaviour.first, tuple):
        return np.arange(len(behaviour.rows)) % copies
    sequences, steps = behaviour.first.shape
    return np.repeat(np.arange(sequences) % copies, steps)


def steered(
    key: jax.Array,
    site: str,
    found: Reading,
    agent: Agent,
    score: Callable[[Agent], float],
) -> dict[str, float]:
    """The best score along the probe (`steer`), the means, and at random (`null`).

    All three shifts are as long as the difference of the means, and have all doses.

    Args:
        key: The random key of the null.
        site: The site.
        found: The probe there.
        agent: The agent that is steered.
        score: How far an agent does what the second class does.
    """
    length = float(np.linalg.norm(found.means))
    along = found.normal / (float(np.linalg.norm(found.normal)) or 1.0)
    probed, means = (
        Steer(site, jnp.asarray(shift, jnp.float32))
        for shift in (length * along, found.means)
    )
    null = means.nulls(key, agent)["gaussian"]
    edits = {"steer": probed, "means": means, "null": null}
    return {
        name: max(score(edit.scaled(dose)(agent)) for dose in DOSES)
        for name, edit in edits.items()
    }
