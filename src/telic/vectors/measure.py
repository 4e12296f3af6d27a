"""Measures of a task vector: length, location, sparsity, rank, similarity.

All functions take JAX's or NumPy's arrays and return NumPy values or dicts of them,
one for each leaf by its path.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Arrays


def norms(vector: Arrays) -> dict[str, float]:
    """The Euclidean norm of each leaf.

    Example:
        >>> norms({"a": np.array([3.0, 4.0])})
        {'a': 5.0}
    """
    return {path: float(np.linalg.norm(leaf)) for path, leaf in vector.items()}


def energies(vector: Arrays) -> dict[str, float]:
    """The fraction of the squared norm in each leaf; 0 for a vector of zeros.

    Example:
        >>> energies({"a": np.array([3.0]), "b": np.array([1.0])})
        {'a': 0.9, 'b': 0.1}
    """
    squares = {path: norm**2 for path, norm in norms(vector).items()}
    total = sum(squares.values()) or 1.0
    return {path: square / total for path, square in squares.items()}


def concentration(
    vector: Arrays, shares: Sequence[float] = (0.01, 0.05, 0.1, 0.2)
) -> dict[float, float]:
    """The fraction of the squared norm in the largest entries.

    A Gaussian vector has .08, .28, .44 and .65 in its top 1, 5, 10 and 20 %; a vector
    with more is sparser than noise.

    Raises:
        InputError: If a share is outside (0, 1], or the vector is all zeros or not
            finite.

    Example:
        >>> concentration({"a": np.array([2.0, 1.0, 1.0, 0.0])}, shares=(0.25, 0.5))
        {0.25: 0.667, 0.5: 0.833}
    """
    for share in shares:
        if not 0 < share <= 1:
            raise InputError(f"share = {share}", why="allowed: above 0, up to 1")
    cumulative = np.cumsum(np.sort(flat(vector) ** 2)[::-1])
    if not 0 < cumulative[-1] < np.inf:
        raise InputError(
            f"a vector of squared norm {cumulative[-1]}",
            why="one that is all zeros, or not finite, has no energy to share out",
        )
    counts = [max(1, round(share * len(cumulative))) for share in shares]
    return {
        share: float(cumulative[count - 1] / cumulative[-1])
        for share, count in zip(shares, counts, strict=True)
    }


def spectra(vector: Arrays) -> dict[str, Float[np.ndarray, " _"]]:
    """The singular values of each kernel, largest first; biases are left out.

    A kernel with more than two axes is flattened to a matrix with a column per unit.

    Example:
        >>> spectra({"k": np.diag([1.0, 3.0]), "b": np.ones(2)})
        {'k': array([3., 1.])}
    """
    return {
        path: np.linalg.svd(
            np.asarray(leaf, np.float64).reshape(-1, np.shape(leaf)[-1]),
            compute_uv=False,
        )
        for path, leaf in vector.items()
        if np.ndim(leaf) >= 2
    }


def effective_ranks(vector: Arrays) -> dict[str, float]:
    """The effective rank of each kernel: exp of the entropy of its singular values.

    Between 1 (one direction) and the full rank (equal directions); 0 for zeros.

    Reference:
        Roy & Vetterli 2007, "The effective rank: a measure of effective
        dimensionality", EUSIPCO.

    Example:
        >>> effective_ranks({"k": np.eye(3)})
        {'k': 3.0}
    """
    return {path: _effective_rank(found) for path, found in spectra(vector).items()}


def cosine(a: Arrays, b: Arrays) -> float:
    """The cosine of the angle between two vectors; NaN if one is all zeros.

    Raises:
        InputError: If they are not of one shape.

    Example:
        >>> cosine({"a": np.array([1.0, 0.0])}, {"a": np.array([-2.0, 0.0])})
        -1.0
    """
    return float(cosines([a, b])[0, 1])


def cosines(vectors: Sequence[Arrays]) -> Float[np.ndarray, "vectors vectors"]:
    """The cosine of every vector with every other.

    Raises:
        InputError: If there is none, or they are not of one shape.

    Example:
        >>> cosines([{"a": np.array([1.0, 0.0])}, {"a": np.array([0.0, 5.0])}]).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    rows = stacked(vectors)
    lengths = np.linalg.norm(rows, axis=1)
    with np.errstate(invalid="ignore"):
        found = rows @ rows.T / np.outer(lengths, lengths)
    return np.clip(found, -1, 1)


def flat(vector: Arrays) -> Float[np.ndarray, " weights"]:
    """All entries in one row of float64, leaves by sorted path.

    Example:
        >>> flat({"b": np.ones((1, 2)), "a": np.zeros(1)}).tolist()
        [0.0, 1.0, 1.0]
    """
    leaves = [np.ravel(np.asarray(vector[path])) for path in sorted(vector)]
    return np.concatenate(leaves).astype(np.float64)


def stacked(vectors: Sequence[Arrays]) -> Float[np.ndarray, "vectors weights"]:
    """Vectors of one shape as the rows of a matrix, each in the order of `flat`.

    Raises:
        InputError: If there is none, or they are not of one shape.

    Example:
        >>> stacked([{"a": np.zeros(2)}, {"a": np.ones(2)}]).tolist()
        [[0.0, 0.0], [1.0, 1.0]]
    """
    if not vectors:
        raise InputError("a matrix of no vector", why="at least one is needed")
    for vector in vectors[1:]:
        trees.check_alike(vectors[0], vector)
    return np.stack([flat(vector) for vector in vectors])


def _effective_rank(values: Float[np.ndarray, " rank"]) -> float:
    """exp(-Σ p log p) with p the singular values over their sum."""
    if not values.sum() > 0:
        return 0.0
    shares = values[values > 0] / values.sum()
    return float(np.exp(-(shares * np.log(shares)).sum()))
