"""Scores of units, layers and directions, spread over single weights."""

import numpy as np

from telic.core.trees import Arrays
from telic.locators.sites import Factors, Scores, within
from telic.policies import Agent


def from_units(scores: Scores, like: Agent) -> Scores:
    """Every weight with the score of the unit that it flows into."""
    found = {}
    for layer in like.layers:
        found |= layer.broadcast(scores[layer.site], like)
    return found


def from_layers(scores: Scores, like: Arrays) -> Scores:
    """Every weight with the scores of all that it is under."""
    return {
        path: np.full(
            leaf.shape,
            sum((float(s) for p, s in scores.items() if within(path, p)), 0.0),
        )
        for path, leaf in like.items()
    }


def from_directions(factors: Factors, like: Agent) -> Scores:
    """Every weight with the size of what the directions change there."""
    found: Scores = {}
    for layer in like.layers:
        left, right = factors[layer.name]
        found |= layer.split(np.abs(left @ right), like)
    return {path: found[path] for path in like}
