"""The principal components of a run's checkpoints, as axes in weight space.

If the first axis separates the objectives, a run that alternates moves back and forth
along one line, and the position on it encodes (at least) the goal.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError
from telic.core.trees import Arrays
from telic.vectors.measure import stacked


class Components(NamedTuple):
    """Principal components of agents, as points in weight space.

    Attributes:
        coordinates: (agents, axes) the position of each agent on each axis, centred.
        shares: (axes,) the fraction of the variance along each axis, largest first.
        axes: (axes, weights) the axes, of length 1, in the order of `flat`.
    """

    coordinates: Float[np.ndarray, "agents axes"]
    shares: Float[np.ndarray, " axes"]
    axes: Float[np.ndarray, "axes weights"]


def principal_axes(agents: Sequence[Arrays], *, count: int = 2) -> Components:
    """The first principal components of several agents.

    The largest entry of every axis is positive, so that signs are deterministic.

    Args:
        agents: At least two agents of one shape.
        count: The number of axes, less than the number of agents.

    Raises:
        InputError: If there are too few agents, or they are not of one shape.

    Example:
        >>> line = [{"a": np.array([float(i), 0.0])} for i in (0, 1, 2)]
        >>> principal_axes(line, count=1).coordinates.ravel().tolist()
        [-1.0, 0.0, 1.0]
    """
    if not 1 <= count < len(agents):
        raise InputError(
            f"{count} components of {len(agents)} agents",
            why="allowed: 1 up to one less than there are agents",
        )
    rows = stacked(agents)
    moves = rows - rows[0]  # exactly 0 for equal agents, as rows - their mean is not
    left, values, axes = np.linalg.svd(moves - moves.mean(axis=0), full_matrices=False)
    largest = np.abs(axes).argmax(axis=1, keepdims=True)
    sign = np.sign(np.take_along_axis(axes, largest, axis=1))
    total = (values**2).sum() or 1.0  # identical agents have no axis
    return Components(
        coordinates=(left * values * sign.T)[:, :count],
        shares=(values**2 / total)[:count],
        axes=(axes * sign)[:count],
    )


def separation(
    coordinate: Float[np.ndarray, " agents"], labels: Sequence[str]
) -> float:
    """The AUROC of two kinds of agents along one axis, folded to at least 0.5.

    Returns:
        1 if a threshold on the axis separates the kinds, in either order; 0.5 by
        chance.

    Raises:
        InputError: If there are not exactly two kinds.

    Example:
        >>> separation(np.array([0.0, 1.0, 5.0, 6.0]), ["p", "p", "b", "b"])
        1.0
    """
    kinds = sorted(set(labels))
    if len(kinds) != 2 or len(labels) != len(coordinate):
        raise InputError(
            f"kinds {kinds} of {len(labels)} labels for {len(coordinate)} agents",
            why="exactly two kinds and one label an agent are needed",
        )
    first = np.array([label == kinds[0] for label in labels])
    over = coordinate[first][:, None] - coordinate[~first][None, :]
    found = float(((over > 0) + 0.5 * (over == 0)).mean())
    return max(found, 1 - found)
