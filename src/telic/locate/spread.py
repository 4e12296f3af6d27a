"""Scores of units, layers and directions, spread over single weights."""

import numpy as np

from telic.core.trees import Arrays
from telic.locate.sites import Factors, Scores, unit_sites, within


def of_units(scores: Scores, like: Arrays) -> Scores:
    """Every weight with the score of the unit that it flows into."""
    found = {}
    for layer, site in unit_sites(like).items():
        for part in ("kernel", "bias"):
            leaf = like[f"{layer}/{part}"]
            found[f"{layer}/{part}"] = np.broadcast_to(scores[site], leaf.shape)
    return found


def of_layers(scores: Scores, like: Arrays) -> Scores:
    """Every weight with the scores of all that it is under."""
    return {
        path: np.full(
            leaf.shape,
            sum(float(s) for p, s in scores.items() if within(path, p)),
        )
        for path, leaf in like.items()
    }


def of_directions(factors: Factors, like: Arrays) -> Scores:
    """Every weight with the size of what the directions change there."""
    found: Scores = {}
    for layer, (left, right) in factors.items():
        change = np.abs(left @ right)
        found[f"{layer}/kernel"], found[f"{layer}/bias"] = change[:-1], change[-1]
    return {path: found[path] for path in like}
