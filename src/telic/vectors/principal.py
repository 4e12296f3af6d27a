"""Principal directions: does a change of a matrix lie where the matrix is strong?

A weight matrix W = U S Vᵀ acts most strongly along its first singular directions. The
share of a change's energy that those directions hold, on the left, on the right and on
both sides, says whether training went along them. A change without a preference, turned
by random rotations, has k/m, k/n and k²/(mn) of its energy there.

Reference:
    Zhu et al. 2025, "The Path Not Taken: RLVR Provably Learns Off the Principals",
    arXiv 2511.08567; Mezzadri 2006, "How to generate random matrices from the classical
    compact groups", arXiv math-ph/0609050, for rotations.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from telic.core.errors import InputError

Matrix = Float[np.ndarray, "rows columns"]


class PrincipalShares(NamedTuple):
    """The fractions of a change's squared norm in a matrix's principal directions.

    Attributes:
        left: In the span of the left singular directions.
        right: In the span of the right ones.
        both: In both at once.
    """

    left: float
    right: float
    both: float


def principal_shares(change: Matrix, base: Matrix, kept: int) -> PrincipalShares:
    """The fractions of a change's energy in the first directions of a matrix.

    Args:
        change: The change, such as the difference of two checkpoints.
        base: The matrix whose singular directions count: before the change.
        kept: The number k of singular directions.

    Raises:
        InputError: If the two differ in shape, the change is all zeros, or there are
            not `kept` directions.

    Example:
        >>> base = np.diag([3.0, 1.0])
        >>> change = np.array([[0.0, 3.0], [0.0, 4.0]])  # to the second column alone
        >>> [round(share, 6) for share in principal_shares(change, base, 1)]
        [0.36, 0.0, 0.0]
    """
    if change.shape != base.shape or not 1 <= kept <= min(base.shape):
        raise InputError(
            f"{kept} directions of {base.shape}, for a change of {change.shape}",
            why="both have one shape, and as many directions as their shorter side",
        )
    whole = float((change**2).sum())
    if not whole > 0:
        raise InputError("a change of zeros", why="it has no energy to share out")
    left, _, right = np.linalg.svd(base, full_matrices=False)
    on_left = left[:, :kept].T @ change
    on_right = change @ right[:kept].T
    on_both = on_left @ right[:kept].T
    return PrincipalShares(
        *(float((x**2).sum()) / whole for x in (on_left, on_right, on_both))
    )


def by_chance(shape: tuple[int, ...], kept: int) -> PrincipalShares:
    """The expected shares of a change that was turned by random rotations.

    Example:
        >>> by_chance((10, 5), 1)
        PrincipalShares(left=0.1, right=0.2, both=0.02)
    """
    rows, columns = shape
    return PrincipalShares(kept / rows, kept / columns, kept * kept / (rows * columns))


def rotated(change: Matrix, rng: np.random.Generator) -> Matrix:
    """A change turned by a random rotation of its rows and one of its columns.

    Its singular values, and so its norm and rank, are those of the change.

    Example:
        >>> turned = rotated(np.diag([3.0, 1.0]), np.random.default_rng(0))
        >>> np.linalg.svd(turned, compute_uv=False).round(6).tolist()
        [3.0, 1.0]
    """
    rows, columns = change.shape
    return _rotation(rows, rng) @ change @ _rotation(columns, rng).T


def rotated_where_changed(change: Matrix, rng: np.random.Generator) -> Matrix:
    """The same among the rows and columns in which anything changed.

    Inputs that are never seen and units that never fire stay unchanged, as they do in
    training: a null that keeps them is harder to tell from a change.

    Example:
        >>> change = np.array([[1.0, 2.0], [0.0, 0.0], [3.0, 4.0]])
        >>> rotated_where_changed(change, np.random.default_rng(0))[1].tolist()
        [0.0, 0.0]
    """
    rows, columns = (np.flatnonzero((change != 0).any(axis=a)) for a in (1, 0))
    found, where = np.zeros_like(change), np.ix_(rows, columns)
    found[where] = rotated(change[where], rng)
    return found


def _rotation(size: int, rng: np.random.Generator) -> Matrix:
    """An orthogonal matrix, uniform by Haar's measure."""
    q, r = np.linalg.qr(rng.normal(size=(size, size)))
    # QR is unique only with a positive diagonal; without the signs it is not uniform.
    return q * np.where(np.diag(r) < 0, -1.0, 1.0)[None, :]
