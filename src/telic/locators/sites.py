"""Scores over the sites of an actor, by their paths."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Shaped

Scores = dict[str, Float[np.ndarray, "..."]]
Factors = dict[str, tuple[Float[np.ndarray, "_ _"], Float[np.ndarray, "_ _"]]]


def scores_of(leaves: Mapping[str, object]) -> Scores:
    """Arrays of any kind as scores.

    Example:
        >>> scores_of({"a": [1, 2]})
        {'a': array([1., 2.])}
    """
    return {path: np.asarray(leaf, np.float64) for path, leaf in leaves.items()}


def unrolled(
    row: Shaped[np.ndarray, " sites"], like: Scores
) -> dict[str, Shaped[np.ndarray, "..."]]:
    """One row as leaves, by sorted path."""
    paths = sorted(like)
    ends = np.cumsum([like[p].size for p in paths])
    parts = np.split(row, ends[:-1])
    found = {
        p: part.reshape(like[p].shape) for p, part in zip(paths, parts, strict=True)
    }
    return {p: found[p] for p in like}


def within(path: str, prefix: str) -> bool:
    """True if a leaf is under a prefix."""
    return path == prefix or path.startswith(prefix + "/")
