"""Off-principal energy, and sparsity by threshold, of the vector of a switch.

Training by reward is said to move weights off the principal directions of the matrices
that it starts from. For every kernel of the actor: the share of the switch vector's
energy in the base's first singular directions, beside the same of the vector turned by
random rotations. And the share of weights that moved at all, by ever larger thresholds,
and in bfloat16, whose rounding hides small moves.

Reference:
    Zhu et al. 2025, "The Path Not Taken: RLVR Provably Learns Off the Principals",
    arXiv 2511.08567.
"""

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.trees import Tree, at
from telic.policies.base import Params
from telic.runs.source import RunSource
from telic.stats.rows import Row
from telic.studies.keys import key_of
from telic.studies.late import Switch
from telic.vectors import principal_shares, rotated, rotated_where_changed, task_vector
from telic.vectors.nulls import gaussian
from telic.vectors.principal import Matrix, PrincipalShares

PRINCIPAL, CHANGED = "principal", "changed"
"""The parts of the rows."""

BOTH = "both"
"""The measure of the verdict: energy in left and right directions at once."""

KEPT = (0.05, 0.1, 0.25)
"""The fractions of a kernel's rank that count as principal; the verdict takes .1."""

JUDGED = 0.1
ROTATIONS = 8
"""The number of random rotations that a null is the mean of."""

NULLS: dict[str, Callable[[Matrix, np.random.Generator], Matrix]] = {
    "rotated": rotated,
    "rotated where changed": rotated_where_changed,
}
"""Rotations of all rows and columns, and among those in which anything changed."""

THRESHOLDS = (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
BFLOAT16, SHARE, GAUSSIAN = "bfloat16", "share", "gaussian"


def off_principal(source: RunSource, late: Switch) -> Iterator[Row]:
    """The rows of one switch: its base is the agent before it."""
    base = source.agent(late.phase - 1).actor
    vector = at(task_vector(base, source.agent(late.phase).actor), base)
    key = key_of(source.run, "nulls", late.phase)
    rng = np.random.default_rng(np.asarray(jax.random.key_data(key)).tolist())
    yield from _energies(base, vector, tuple(late), rng)
    noise = gaussian(key, vector)
    for null, change in (("", vector), (GAUSSIAN, noise)):
        for place, share in moved(base, change).items():
            yield Row(CHANGED, SHARE, share, tuple(late), null=null, at=place)


def moved(base: Params, change: Tree) -> dict[float | str, float]:
    """The fraction of weights that a change moves by more than each threshold.

    Under `bfloat16` is the fraction whose value differs once rounded to that format.
    """
    sizes = np.concatenate([np.abs(np.asarray(x)).ravel() for x in change.values()])
    rounded = [
        np.asarray(
            base[path].astype(jnp.bfloat16) != (base[path] + leaf).astype(jnp.bfloat16)
        ).ravel()
        for path, leaf in change.items()
    ]
    found: dict[float | str, float] = {
        threshold: float((sizes > threshold).mean()) for threshold in THRESHOLDS
    }
    return {**found, BFLOAT16: float(np.concatenate(rounded).mean())}


def _energies(
    base: Params, vector: Tree, trial: tuple, rng: np.random.Generator
) -> Iterator[Row]:
    """The shares of every kernel that changed, at every fraction of its rank."""
    for path, leaf in vector.items():
        change, weights = (_matrix(x) for x in (leaf, base[path]))
        if leaf.ndim < 2 or min(change.shape) < 2 or not change.any():
            continue
        draws = {
            null: [turn(change, rng) for _ in range(ROTATIONS)]
            for null, turn in NULLS.items()
        }
        for fraction in KEPT:
            kept = max(1, round(fraction * min(change.shape)))
            for null, each in {"": [change], **draws}.items():
                shares = [principal_shares(x, weights, kept) for x in each]
                for side in PrincipalShares._fields:
                    value = float(np.mean([getattr(x, side) for x in shares]))
                    condition = (path, fraction)
                    yield Row(PRINCIPAL, side, value, trial, condition, null)


def _matrix(leaf: jax.Array) -> Matrix:
    """A kernel as a matrix with a column for each unit."""
    return np.asarray(leaf, np.float64).reshape(-1, leaf.shape[-1])
