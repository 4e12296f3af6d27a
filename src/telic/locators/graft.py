"""Grafting by a locus: the donor's weights at its top sites."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.locators.locus import Locus
from telic.policies import Agent

SIZES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""The fractions of the actor's weights at which loci are tried.

Reference:
    Mueller et al. 2025, "MIB: A Mechanistic Interpretability Benchmark", arXiv
    2504.13151.
"""


class Grafted(NamedTuple):
    """Two agents between recipient and donor, by a locus.

    Attributes:
        share: The requested fraction of the actor's weights.
        top: The recipient with the donor's weights at the top of the locus.
        rest: The recipient with all the donor's weights except those.
    """

    share: float
    top: Agent
    rest: Agent


def grafted(
    locus: Locus, recipient: Agent, donor: Agent, shares: Sequence[float] = SIZES
) -> Iterator[Grafted]:
    """The grafts of a locus, size by size, with at least one site each.

    A unit includes all weights into it. A direction counts as many weights as its
    factors have entries, inputs + 1 + units of its layer; the part of the change that
    the locus's directions do not cover is grafted only at size 1.

    Raises:
        InputError: If a size is not in (0, 1].

    Example:
        >>> from telic.locators.toys import toy
        >>> pair = toy()
        >>> locus = Locus("layers", {"actor/0/bias": np.array(1.0)})
        >>> (few,) = grafted(locus, pair.recipient, pair.donor, [0.01])
        >>> same = few.top["actor/0/bias"] == pair.donor["actor/0/bias"]
        >>> bool(same.all())
        True
    """
    for share in shares:
        if not 0 < share <= 1:
            raise InputError(f"share = {share}", why="allowed: above 0, up to 1")
    if locus.kind == "directions":
        yield from _directions(locus, recipient, donor, shares)
        return
    spread = locus.weights(recipient)
    for share in shares:
        mask = spread.top(share, recipient)
        yield Grafted(
            share,
            recipient.replace(
                {p: jnp.where(mask[p], donor[p], x) for p, x in recipient.items()}
            ),
            recipient.replace(
                {p: jnp.where(mask[p], x, donor[p]) for p, x in recipient.items()}
            ),
        )


def _directions(
    locus: Locus, recipient: Agent, donor: Agent, shares: Sequence[float]
) -> Iterator[Grafted]:
    """The grafts of a locus of directions, the highest first while they fit."""
    layers = sorted(locus.scores)
    cost = np.concatenate(
        [np.full(locus.scores[x].size, _cost(locus, x)) for x in layers]
    )
    order = np.argsort(locus.ranks())
    total = sum(leaf.size for leaf in recipient.values())
    for share in shares:
        fits = np.cumsum(cost[order]) <= share * total
        fits[0] = True
        chosen = np.zeros(len(cost), bool)
        chosen[order] = fits
        part = _part(locus, chosen, recipient)
        top = {p: leaf + part.get(p, 0) for p, leaf in recipient.items()}
        rest = {p: leaf - part.get(p, 0) for p, leaf in donor.items()}
        whole = share == 1
        yield Grafted(
            share,
            donor if whole else recipient.replace(top),
            recipient if whole else recipient.replace(rest),
        )


def _cost(locus: Locus, layer: str) -> int:
    """The number of entries in the factors of one direction of a layer."""
    left, right = locus.factors[layer]
    return left.shape[0] + right.shape[1]


def _part(locus: Locus, chosen: Bool[np.ndarray, " sites"], like: Agent) -> Tree:
    """The change of the leaves by some of the directions."""
    found, start, layers = {}, 0, {layer.name: layer for layer in like.layers}
    for name in sorted(locus.scores):
        left, right = locus.factors[name]
        flags = chosen[start : start + len(right)]
        change = np.asarray((left * flags[None]) @ right, np.float32)
        found |= layers[name].split(change, like)
        start += len(right)
    return {path: jax.device_put(leaf) for path, leaf in found.items()}
