"""Conversion of scores of units, layers and directions to single weights."""

import numpy as np

from telic.core.trees import Arrays
from telic.locators.sites import Factors, Scores, within
from telic.policies import Agent


def from_units(scores: Scores, like: Agent) -> Scores:
    """The score of each weight's unit."""
    found = {}
    for layer in like.layers:
        found |= layer.broadcast(scores[layer.site], like)
    return found


def from_layers(scores: Scores, like: Arrays) -> Scores:
    """The sum of the scores of all prefixes of each weight."""
    return {
        path: np.full(
            leaf.shape,
            sum((float(s) for p, s in scores.items() if within(path, p)), 0.0),
        )
        for path, leaf in like.items()
    }


def from_directions(factors: Factors, like: Agent) -> Scores:
    """The size of the directions' summed change of each weight."""
    found: Scores = {}
    for layer in like.layers:
        left, right = factors[layer.name]
        found |= layer.split(np.abs(left @ right), like)
    return {path: found[path] for path in like}
