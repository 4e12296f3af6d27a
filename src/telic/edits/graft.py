"""Graft: single weights taken from a donor.

Reference:
    Panigrahi et al. 2023, "Task-Specific Skill Localization in Fine-tuned Language
    Models", arXiv 2302.06600.
"""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits.base import Edit, Params, check_leaves, lerp
from telic.edits.weights import Add, WeightEdit
from telic.vectors.nulls import matched


@dataclasses.dataclass(frozen=True)
class Graft(WeightEdit):
    """Replace the weights under a mask by a donor's.

    Example:
        >>> agent, donor = {"actor/0/bias": jnp.ones(2)}, {"actor/0/bias": jnp.zeros(2)}
        >>> mask = {"actor/0/bias": jnp.array([True, False])}
        >>> Graft(donor, mask)(agent)["actor/0/bias"].tolist()
        [0.0, 1.0]
    """

    donor: Params
    """The agent that weights are taken from."""
    mask: Params
    """Boolean leaves that select weights; whole leaves may be missing."""

    def changed(self, agent: Params) -> Tree:
        """The leaves under the mask."""
        check_leaves(agent, self.mask, what="mask")
        check_leaves(self.donor, self.mask, what="mask", of="donor")
        return {
            p: jnp.where(m, lerp(agent[p], self.donor[p], self.strength), agent[p])
            for p, m in self.mask.items()
        }

    def nulls(self, key: jax.Array, agent: Params) -> dict[str, Edit]:
        """The nulls of any edit of weights, and three of weights chosen at random.

        `random` has as many weights as the mask. These differ less than those that a
        locator picks, so two more are as long as the edit: `random_scaled`, as many
        weights whose difference is scaled to its norm, and `random_energy`, as many
        weights as it takes. None of them is there if all weights are selected.
        """
        key, mask_key, energy_key = jax.random.split(key, 3)
        found = super().nulls(key, agent)
        if all(leaf.all() for leaf in self.mask.values()):
            return found
        random = dataclasses.replace(self, mask=random_mask(mask_key, self.mask))
        mine, theirs = self.difference(agent), random.difference(agent)
        whole = dataclasses.replace(
            self, mask=jax.tree.map(jnp.ones_like, dict(self.mask))
        )
        mask = energy_mask(energy_key, whole.difference(agent), mine)
        return {
            "random": random,
            "random_scaled": Add(matched(theirs, mine)),
            "random_energy": dataclasses.replace(self, mask=mask),
            **found,
        }


def top(agent: Params, donor: Params, share: float) -> Tree:
    """The mask of the weights that differ most: the largest |donor - agent|.

    Args:
        agent: Leaves to choose from (`agent.actor` for the actor's alone).
        donor: An agent that has at least these leaves.
        share: The fraction of all weights, in (0, 1]; at least one weight is selected.

    Raises:
        InputError: If the fraction is out of range, or the agents do not match.

    Example:
        >>> agent, donor = {"a": jnp.zeros(4)}, {"a": jnp.array([1.0, -3, 2, 0])}
        >>> top(agent, donor, 0.5)["a"].tolist()
        [False, True, True, False]
    """
    if not 0 < share <= 1:
        raise InputError(f"share = {share}", why="allowed: above 0, up to 1")
    check_leaves(donor, agent, what="agent", of="donor")
    paths = sorted(agent)
    sizes = {p: np.abs(np.asarray(donor[p]) - np.asarray(agent[p])) for p in paths}
    row = np.concatenate([sizes[p].ravel() for p in paths])
    chosen = _largest(row, max(1, round(share * len(row))))
    return _unflatten(chosen, {p: agent[p] for p in paths})


def _largest(
    row: Float[np.ndarray, " weights"], count: int
) -> Bool[np.ndarray, " weights"]:
    """Flags of the `count` largest sizes; among equal ones, the first.

    Weights of dead units do not differ at all, so that half of the sizes may be 0: they
    are left out of `np.partition`, which is slow with many ties.
    """
    moved = row[row > 0]
    least = row.dtype.type(0)
    if count <= len(moved):
        least = np.partition(moved, -count)[-count]
    chosen = row > least
    chosen[np.flatnonzero(row == least)[: count - chosen.sum()]] = True
    return chosen


def random_mask(key: jax.Array, like: Params) -> Tree:
    """A mask with as many weights as another, uniform over all leaves.

    Example:
        >>> mask = {"a": jnp.array([True, False, False])}
        >>> int(random_mask(jax.random.key(0), mask)["a"].sum())
        1
    """
    paths = sorted(like)
    row = np.concatenate([np.asarray(like[p]).ravel() for p in paths])
    mixed = np.asarray(jax.random.permutation(key, jax.device_put(row)))
    return _unflatten(mixed, {p: like[p] for p in paths})


def energy_mask(key: jax.Array, whole: Params, part: Params) -> Tree:
    """A mask of random weights that hold as much of a difference's square as a part.

    Args:
        key: The random key.
        whole: The difference of all weights to choose from.
        part: The part of it whose sum of squares is to be reached, by few weights.

    Example:
        >>> whole = {"a": jnp.array([1.0, -2.0, 1.0, 1.0])}
        >>> part = {"a": jnp.array([0.0, -2.0, 0.0, 0.0])}
        >>> mask = energy_mask(jax.random.key(0), whole, part)
        >>> 4 <= float(jnp.sum(jnp.where(mask["a"], whole["a"], 0) ** 2)) <= 7
        True
    """
    paths = sorted(whole)
    row = np.concatenate([np.asarray(whole[p], np.float64).ravel() for p in paths])
    energy = sum(
        float(np.sum(np.asarray(leaf, np.float64) ** 2)) for leaf in part.values()
    )
    order = np.asarray(jax.random.permutation(key, len(row)))
    reached = np.cumsum(row[order] ** 2)
    count = int(np.searchsorted(reached, energy * (1 - 1e-9))) + 1
    chosen = np.zeros(len(row), bool)
    chosen[order[:count]] = True
    return _unflatten(chosen, {p: whole[p] for p in paths})


def _unflatten(row: np.ndarray, like: dict[str, Array]) -> Tree:
    """One row of flags as leaves with the shapes of others."""
    ends = np.cumsum([leaf.size for leaf in like.values()])
    parts = np.split(row, ends[:-1])
    return {
        path: jax.device_put(part.reshape(leaf.shape))
        for (path, leaf), part in zip(like.items(), parts, strict=True)
    }
