"""Alignment: another agent's hidden units, in the order that fits an agent's best.

Two trainings put the same features at units of other numbers, so a weight of one says
nothing about the weight at its place in the other until the units are put in order. The
function of an agent does not change. Two ways to find the order are offered: from the
weights alone, and from what the units do on the same observations.

Reference:
    Ainsworth, Hayase & Srinivasa 2022, "Git Re-Basin", arXiv 2209.04836, sections 3.1
    and 3.2 (activation matching, weight matching).
"""

import numpy as np
import scipy  # its submodules are imported when they are used: half a second
from jaxtyping import Array, Float

from telic.policies import Agent, Use, capture
from telic.policies.observations import Observations
from telic.vectors.relabel import Orders, hidden, permuted

ROUNDS = 50
"""The most passes over all sites; weight matching has always ended long before."""


def aligned(other: Agent, agent: Agent, orders: Orders) -> Agent:
    """The other agent with its hidden units in some order; its behaviour is the same.

    Args:
        other: The agent whose units are put in order; whole or an actor alone.
        agent: The agent that they fit.
        orders: By hidden site, from `match_weights` or `match_activations`.
    """
    return other.replace(permuted(other, hidden(agent), orders))


def match_weights(other: Agent, agent: Agent) -> Orders:
    """The orders that make the weights of two agents as alike as they can be.

    One site after the other is solved as an assignment, given the orders at all other
    sites, until nothing changes: a local optimum, as in the paper.

    Args:
        other: The agent whose units are put in order.
        agent: The agent that they are to fit, of the same network.

    Example:
        >>> import jax
        >>> from telic.policies import MLP, create
        >>> from telic.vectors.relabel import random_orders
        >>> from telic.worlds import Keys
        >>> agent = create(jax.random.key(0), MLP(width=8), Keys()).actor
        >>> mixed = aligned(agent, agent, random_orders(jax.random.key(1), agent))
        >>> found = aligned(mixed, agent, match_weights(mixed, agent))
        >>> [bool((a["actor/1/kernel"] == agent["actor/1/kernel"]).all())
        ...  for a in (mixed, found)]
        [False, True]
    """
    sites = hidden(agent)
    orders = {
        site: np.arange(_units(uses[0], agent[uses[0].leaf].shape))
        for site, uses in sites.items()
    }
    for _ in range(ROUNDS):
        moved = False
        for site, uses in sites.items():
            rest = {s: o for s, o in orders.items() if s != site}
            now = permuted(other, sites, rest)
            gain = sum(
                _rows(agent[use.leaf], use) @ _rows(now[use.leaf], use).T
                for use in uses
            )
            _, best = scipy.optimize.linear_sum_assignment(gain, maximize=True)
            moved |= bool((best != orders[site]).any())
            orders[site] = best
        if not moved:
            break
    return orders


def match_activations(other: Agent, agent: Agent, observations: Observations) -> Orders:
    """The orders that make the activations of two agents correlate best.

    Args:
        other: The agent whose units are put in order.
        agent: The agent that they are to fit, of the same network.
        observations: (batch, ...) what both look at.
    """
    orders = {}
    for site in hidden(agent):
        mine, theirs = (
            _standard(capture(each, observations, site)[site])
            for each in (agent, other)
        )
        gain = mine.T @ theirs
        _, best = scipy.optimize.linear_sum_assignment(gain, maximize=True)
        orders[site] = best
    return orders


def _units(use: Use, shape: tuple[int, ...]) -> int:
    """The number of units that an axis runs over, once for each place."""
    return shape[use.axis] // use.places


def _rows(leaf: Array | np.ndarray, use: Use) -> Float[np.ndarray, "units weights"]:
    """The weights of each unit in a leaf, as one row."""
    along = np.moveaxis(np.asarray(leaf), use.axis, 0)
    by_unit = along.reshape(use.places, _units(use, np.shape(leaf)), -1)
    return by_unit.transpose(1, 0, 2).reshape(by_unit.shape[1], -1)


def _standard(activations: Array) -> Float[np.ndarray, "samples units"]:
    """Activations of every unit with mean 0 and length 1; a constant unit stays 0."""
    flat = np.asarray(activations).reshape(-1, activations.shape[-1])
    centred = flat - flat.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    return centred / np.where(length > 0, length, 1.0)
