"""A planted pair, and the steps by which every rung of the ladder makes its pairs."""

import itertools
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Array

from telic.core.trees import Tree
from telic.planted import decoys
from telic.planted.fold import fold, truth
from telic.planted.trained import Recipe
from telic.policies import Agent
from telic.vectors.relabel import hidden, permuted, random_orders

COPIES = 2
"""The number of further trainings per colour, and of rescalings per pair."""


class Planted(NamedTuple):
    """A pair of agents with the ground truth about their goals.

    Attributes:
        rung: The name of the rung.
        wants: The colour that the recipient fetches.
        aim: The colour that the donor fetches.
        pairs: (recipient, donor), the pair itself first; then similar ones.
        truth: 1 for the weights that hold the goal, else 0; all 0 if there is none.
        decoys: 1 for the weights of decoys, else 0; None if there are none.
    """

    rung: str
    wants: str
    aim: str
    pairs: tuple[tuple[Agent, Agent], ...]
    truth: Tree
    decoys: Tree | None = None


class Base(NamedTuple):
    """A goal-conditioned agent, and the recipe for training agents made from it.

    Attributes:
        agent: The agent.
        colours: Its goals.
        recipe: The recipe.
        earlier: The same agent some rollouts before; None if that is not known.
    """

    agent: Agent
    colours: tuple[str, ...]
    recipe: Recipe
    earlier: Agent | None = None


def ordered(base: Base) -> list[tuple[str, str]]:
    """All ordered pairs of colours."""
    return list(itertools.permutations(base.colours, 2))


def key_of_pair(
    key: jax.Array, base: Base, wants: str, aim: str, copy: int = 0
) -> jax.Array:
    """A different key for each pair of colours and copy."""
    count = len(base.colours)
    pair = base.colours.index(wants) * count + base.colours.index(aim)
    return jax.random.fold_in(key, pair * COPIES + copy)


def folded_pair(key: jax.Array, base: Base, rung: str, wants: str, aim: str) -> Planted:
    """The folded pair of two colours, with spare units."""
    pair = tuple(
        fold(base.agent, base.colours.index(colour)).actor for colour in (wants, aim)
    )
    planted = Planted(rung, wants, aim, (), truth(base.agent))
    return with_agents(key, planted, [(pair[0], pair[1])])


def with_agents(
    key: jax.Array, planted: Planted, pairs: list[tuple[Agent, Agent]]
) -> Planted:
    """The planted pair with other agents, all with the same spare units."""
    plain = [[agent.actor for agent in pair] for pair in pairs]
    like = plain[0][0]
    wide = [[decoys.widened(key, a, like=like) for a in pair] for pair in plain]
    return planted._replace(
        pairs=tuple((a, b) for a, b in wide),
        truth=_spread(planted.truth, wide[0][0]),
        decoys=planted.decoys and _spread(planted.decoys, wide[0][0]),
    )


def reordered(key: jax.Array, planted: Planted) -> Planted:
    """A pair, its ground truth and decoys, with hidden units in another order."""
    like = planted.pairs[0][0]
    units, orders = hidden(like), random_orders(jax.random.fold_in(key, _ORDER), like)
    return planted._replace(
        pairs=tuple(
            (
                a.replace(permuted(a, units, orders)),
                b.replace(permuted(b, units, orders)),
            )
            for a, b in planted.pairs
        ),
        truth=permuted(planted.truth, units, orders),
        decoys=planted.decoys and permuted(planted.decoys, units, orders),
    )


_ORDER = 1001
"""The number folded into a pair's key for the order of its units."""


def _spread(flags: Tree, wide: Agent) -> Tree:
    """Flags of an agent's weights as flags of the same agent with spare units."""
    return {path: _at_start(flags[path], leaf) for path, leaf in wide.items()}


def _at_start(small: Array, large: Array) -> Array:
    """A small leaf at the start of zeros in the form of a larger one, on every axis."""
    found = np.zeros(large.shape, large.dtype)
    found[tuple(slice(size) for size in small.shape)] = small
    return jax.device_put(found)
