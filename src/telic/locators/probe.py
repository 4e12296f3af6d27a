"""Linear probes: two classes told apart by what a layer computes.

As a locator: each agent acts, and a ridge probe classifies its activations by agent. A
probe distinguishes two networks even if their goals are equal, so its success does not
show that a goal is represented at a site, or used there.

Reference:
    Alain & Bengio 2016, "Understanding Intermediate Layers Using Linear Classifier
    Probes", arXiv 1610.01644.
"""

from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from telic.locators.inside import by_unit, unit_activations
from telic.locators.locus import Locus
from telic.locators.pair import ContrastPair

RIDGE = 1e-2
"""The penalty, in units of the features' mean variance times the rows."""


class Linear(NamedTuple):
    """A linear classifier of rows with the labels -1 and 1.

    Attributes:
        weights: The weight of each unit.
        middle: The units' means in the rows that it was trained on.
        level: The mean label of those rows.
    """

    weights: Float[np.ndarray, " units"]
    middle: Float[np.ndarray, " units"]
    level: float


def fitted(
    x: Float[np.ndarray, "batch units"], label: Float[np.ndarray, " batch"]
) -> Linear:
    """Ridge regression of the label.

    Example:
        >>> x = np.array([[0.0, 1.0], [2.0, 1.0]])
        >>> found = fitted(x, np.array([-1.0, 1.0]))
        >>> found.middle.tolist(), found.weights.round(2).tolist()
        ([1.0, 1.0], [1.0, 0.0])
    """
    middle, level = x.mean(axis=0), float(label.mean())
    known = x - middle
    gram = known.T @ known
    penalty = RIDGE * np.trace(gram) / len(gram) + np.finfo(np.float64).tiny
    goal = known.T @ (label - level)
    weights = np.linalg.solve(gram + penalty * np.eye(len(gram)), goal)
    return Linear(weights, middle, level)


def accuracy(
    found: Linear,
    x: Float[np.ndarray, "batch units"],
    label: Float[np.ndarray, " batch"],
) -> float:
    """The fraction of rows that a classifier labels right.

    Example:
        >>> found = Linear(np.array([1.0]), np.array([5.0]), 0.0)
        >>> x, label = np.array([[4.0], [6.0]]), np.array([-1.0, -1.0])
        >>> accuracy(found, x, label)
        0.5
    """
    said = (x - found.middle) @ found.weights + found.level
    return float(((said > 0) == (label > 0)).mean())


def probe(evidence: ContrastPair, key: jax.Array) -> Locus:
    """|weight| · sd of each unit in its site's probe, trained on half of the states."""
    rows = len(evidence.behaviour.rows)
    mine, theirs = (
        unit_activations(evidence.behaviour, agent)
        for agent in (evidence.recipient, evidence.donor)
    )
    half, label = rows // 2, np.where(np.arange(rows) < rows // 2, -1.0, 1.0)
    known = np.asarray(jax.random.permutation(key, rows))[:half]
    scores = {}
    for site in mine:
        own = (by_unit(mine[site])[:half], by_unit(theirs[site])[half:])
        x = np.concatenate([np.asarray(each, np.float64) for each in own])
        weights = fitted(x[known], label[known]).weights
        scores[site] = np.abs(weights) * x.std(axis=0)
    return Locus("units", scores)
