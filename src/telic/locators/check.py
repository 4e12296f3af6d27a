"""Checks of a locus from any method against its agent."""

import numpy as np

from telic.core.errors import InputError
from telic.locators.locus import Locus
from telic.locators.sites import within
from telic.policies import Agent
from telic.policies.structure import Layer


def check_locus(locus: Locus, like: Agent) -> Locus:
    """The locus, checked to be one of an actor.

    Args:
        locus: The result of a locator.
        like: The actor that it should be a locus of.

    Raises:
        InputError: If it is not a locus, has a path or shape that the actor lacks, or
            scores that are not finite, or all equal.
    """
    if not isinstance(locus, Locus):
        raise InputError(
            f"a locator gave a {type(locus).__name__}", why="a Locus is needed"
        )
    expected = _shapes(locus, like)
    if set(locus.scores) != set(expected) and locus.kind != "layers":
        odd = sorted(set(locus.scores) ^ set(expected))
        raise InputError(
            f"a locus of {locus.kind} differs from the agent in {odd[0]!r}",
            why=f"its paths must be {', '.join(sorted(expected))}",
        )
    for path, scores in locus.scores.items():
        if path not in expected or np.shape(scores) != expected[path]:
            raise InputError(
                f"scores of shape {np.shape(scores)} at {path!r}",
                why=f"the agent has {expected.get(path, 'nothing')} there",
            )
        if not np.isfinite(scores).all():
            raise InputError(f"scores at {path!r} are not finite")
    if np.ptp(locus.flat) == 0:
        raise InputError("all scores are the same", why="nothing is located")
    return locus


def _shapes(locus: Locus, like: Agent) -> dict[str, tuple[int, ...]]:
    """The shape that the scores at each path should have."""
    if locus.kind == "weights":
        return {path: np.shape(leaf) for path, leaf in like.items()}
    if locus.kind == "units":
        return {layer.site: (layer.matrix(like).shape[1],) for layer in like.layers}
    if locus.kind == "directions":
        return {
            layer.name: (_parts(locus, layer, layer.matrix(like).shape),)
            for layer in like.layers
        }
    return {p: () for p in locus.scores if any(within(leaf, p) for leaf in like)}


def _parts(locus: Locus, layer: Layer, matrix: tuple[int, ...]) -> int:
    """The number of directions of a layer, after a check of their factors."""
    left, right = (np.shape(f) for f in locus.factors.get(layer.name, (0, 0)))
    fits = len(left) == len(right) == 2 and left[1] == right[0]
    if not fits or (left[0], right[1]) != matrix:
        raise InputError(
            f"directions of {layer.name!r} with factors of shapes {left} and {right}",
            why=f"its weights are {matrix[0]} rows (the last a bias) of {matrix[1]} "
            f"units; ({matrix[0]}, n) and (n, {matrix[1]}) are needed",
        )
    return right[0]
