"""Transport: an affine map of activations from one context to another.

It is fitted to pairs of activations: x of the agent, and the target y (of the same
agent on a counterfactual observation with two colours exchanged, or of another agent on
the same observation). The map is a ridge regression of y - x on x, so it is close to
the identity in directions without data.

Reference:
    Singh et al. 2024, "Representation Surgery: Theory and Practice of Affine
    Steering", arXiv 2402.09631.
"""

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from telic.core.errors import InputError


class Map(NamedTuple):
    """An affine map x ↦ x · matrix + shift.

    Attributes:
        matrix: (units, outputs).
        shift: (outputs,).
        explained: The fraction of the variance explained on the pairs: of y - x for
            `fit_transport`, of y for `regress`.
    """

    matrix: Float[Array, "units outputs"]
    shift: Float[Array, " outputs"]
    explained: float


def fit_transport(
    x: Float[Array, "batch units"],
    y: Float[Array, "batch units"],
    *,
    ridge: float = 1e-3,
    rank: int | None = None,
) -> Map:
    """The affine map from x to y by ridge regression, of bounded rank if given.

    Args:
        x: The activations.
        y: The targets, in the same order.
        ridge: Penalty on the map's squared entries, in units of x's mean variance.
        rank: The rank of matrix - identity; None: not bounded.

    Raises:
        InputError: If the ridge is not positive and finite, or the rank not at least 1.

    Example:
        >>> import jax
        >>> x = jax.random.normal(jax.random.key(0), (100, 3))
        >>> found = fit_transport(x, x[:, ::-1] + 1.0, ridge=1e-6)
        >>> round(found.explained, 3), found.shift.round(2).tolist()
        (1.0, [1.0, 1.0, 1.0])
    """
    if not 0 < ridge < jnp.inf or (rank is not None and rank < 1):
        raise InputError(
            f"ridge = {ridge}, rank = {rank}",
            why="a ridge is positive and finite, and a rank at least 1",
        )
    found = regress(x, y - x, ridge=ridge)
    matrix, shift, mean_change = found.matrix, found.shift, (y - x).mean(axis=0)
    if rank is not None:
        left, values, right = jnp.linalg.svd(matrix, full_matrices=False)
        matrix = (left[:, :rank] * values[None, :rank]) @ right[:rank]
        shift = mean_change - x.mean(axis=0) @ matrix
    explained = _explained(y - x, x @ matrix + shift[None])
    return Map(matrix + jnp.eye(len(matrix)), shift, explained)


def regress(
    x: Float[Array, "batch units"],
    y: Float[Array, "batch outputs"],
    *,
    ridge: float = 1e-3,
) -> Map:
    """The affine map x ↦ y by ridge regression; a large ridge leaves only y's mean.

    Example:
        >>> import jax
        >>> x = jax.random.normal(jax.random.key(0), (100, 3))
        >>> regress(x, 2 * x[:, :1] + 1.0, ridge=1e-6).matrix.round(2).ravel().tolist()
        [2.0, 0.0, 0.0]
    """
    middle, mean = x.mean(axis=0), y.mean(axis=0)
    from_middle = x - middle[None]
    gram = from_middle.T @ from_middle
    # If no unit varies, the trace is 0: a tiny penalty keeps the system solvable.
    penalty = ridge * jnp.trace(gram) / len(gram) + jnp.finfo(x.dtype).tiny
    goal = from_middle.T @ (y - mean[None])
    matrix = jnp.linalg.solve(gram + penalty * jnp.eye(len(gram)), goal)
    shift = mean - middle @ matrix
    return Map(matrix, shift, _explained(y, x @ matrix + shift[None]))


def _explained(
    y: Float[Array, "batch outputs"], found: Float[Array, "batch outputs"]
) -> float:
    """The fraction of the variance of y that `found` explains."""
    total = float(((y - y.mean(axis=0)[None]) ** 2).sum())
    return 1 - float(((y - found) ** 2).sum()) / total if total else 1.0
