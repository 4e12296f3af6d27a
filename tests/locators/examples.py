"""A contrast pair of small agents that differ in every weight, and its relabelling."""

import dataclasses
import functools

import jax
import jax.numpy as jnp
import numpy as np

from telic.core import trees
from telic.locators import LOCATORS, ContrastPair, Locus, contrast_pair
from telic.planted import permuted, random_orders
from telic.vectors.relabel import hidden
from tests.small import AGENT, DONOR
from tests.small import agent as made

REFERENCES = ("first layer", "random", "oracle")


def evident() -> ContrastPair:
    """Two agents, two more switches like theirs, and a truth of four biases."""
    moved = {path: leaf - AGENT[path] for path, leaf in DONOR.items()}
    others = []
    for seed in (2, 3):
        start, noise = made(seed), made(seed + 10)
        end = {p: leaf + moved[p] + 0.1 * noise[p] for p, leaf in start.items()}
        others.append((start, start.replace(end)))
    found = contrast_pair(
        AGENT,
        DONOR,
        key=jax.random.key(4),
        switches=others,
        steps=8,
        envs=16,
    )
    truth = {p: jnp.zeros_like(leaf) for p, leaf in found.recipient.items()}
    truth["actor/0/bias"] = truth["actor/0/bias"].at[:4].set(1)
    return dataclasses.replace(found, truth=truth)


def reordered(tree: trees.Arrays) -> trees.Tree:
    """An actor's leaves, or a tree of their form, the hidden units in another order."""
    return permuted(tree, hidden(EVIDENCE.recipient), ORDERS)


def relabelled(found: ContrastPair) -> ContrastPair:
    """The same evidence, the hidden units of all agents in another order."""
    turned = lambda agent: agent.replace(reordered(agent))
    return dataclasses.replace(
        found,
        recipient=turned(found.recipient),
        donor=turned(found.donor),
        switches=tuple((turned(one), turned(other)) for one, other in found.switches),
        truth=reordered(found.truth),
    )


EVIDENCE = evident()
ORDERS = random_orders(jax.random.key(5), EVIDENCE.recipient)


@functools.cache
def located(name: str, seed: int = 0) -> Locus:
    """The locus of a locator, by its name."""
    return LOCATORS[name](EVIDENCE, jax.random.key(seed))


def row(tree: trees.Arrays) -> np.ndarray:
    """All entries of a tree in one row, by sorted path."""
    return np.concatenate([np.ravel(tree[path]) for path in sorted(tree)])
