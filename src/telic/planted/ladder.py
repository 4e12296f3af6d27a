"""The ladder: pairs of agents with planted goals, from simple to hard.

Each rung makes all ordered pairs of colours from one goal-conditioned agent. The
location of the goal is known exactly; in *trained on* it is the original location, to
which training may have added. Above the first rung every pair has its hidden units in
another random order.

    folded            the goal is in the first layer's bias, and nothing else differs
    rescaled          ... and every unit of either agent has another scale
    layer 1, layer 2  ... or the goal is in the bias of a later layer
    trained on        ... and both agents were trained further on their colours
    routed            chosen units learned the goal, the others everything else
    dead decoys       folded, with units that differ and never fire
    inactive decoys   folded, with units that differ in the same way, without outputs
    no goal           two agents trained further on the same colour
"""

import itertools
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.planted import decoys
from telic.planted.fold import fold, goal_tables, truth
from telic.planted.trained import Recipe, routed, trained_on
from telic.policies import Agent
from telic.vectors.relabel import (
    hidden,
    permuted,
    random_factors,
    random_orders,
    rescaled,
)

COPIES = 2
"""The number of further trainings per colour, and of rescalings per pair."""

ROUTED = 16
"""The number of units that learn a routed goal."""


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
    """A goal-conditioned agent, and the recipe for training agents made from it."""

    agent: Agent
    colours: tuple[str, ...]
    recipe: Recipe


def folded(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals."""
    for wants, aim in _ordered(base):
        yield _folded(key, base, "folded", wants, aim)


def rescaled_(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, reordered, with random scales in every agent."""
    for wants, aim in _ordered(base):
        for copy in range(COPIES):
            at = _key(key, base, wants, aim, copy)
            plain = _folded(at, base, "rescaled", wants, aim)
            pairs = [
                _rescaled(jax.random.fold_in(at, other), *plain.pairs[0])
                for other in range(COPIES)
            ]
            yield _reordered(at, plain._replace(pairs=tuple(pairs)))


def deep(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with goals folded into the layer that reads them, reordered."""
    name = f"layer {_goal_layer(base.agent)}"
    for wants, aim in _ordered(base):
        at = _key(key, base, wants, aim)
        yield _reordered(at, _folded(at, base, name, wants, aim))


def trained(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals after further training; also those of *no goal*."""
    grown = {
        colour: [
            trained_on(
                _key(key, base, colour, colour, copy),
                fold(base.agent, base.colours.index(colour)),
                colour,
                base.recipe,
            )
            for copy in range(COPIES)
        ]
        for colour in base.colours
    }
    for wants, aim in _ordered(base):
        at = _key(key, base, wants, aim)
        found = _folded(at, base, "trained on", wants, aim)
        each = zip(grown[wants], grown[aim], strict=True)
        yield _reordered(at, _with(at, found, list(each)))
    for colour in base.colours:
        at = _key(key, base, colour, colour)
        none = _folded(at, base, "no goal", colour, colour)
        none = none._replace(truth={p: 0 * leaf for p, leaf in none.truth.items()})
        first, second = grown[colour]
        for one, other in ((first, second), (second, first)):
            yield _reordered(at, _with(at, none, [(one, other)]))


def routing(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs in which chosen units learned a colour, from an agent without a goal."""
    start = fold(base.agent, None)  # the mean of all goals prefers none
    plain = start.actor
    first = plain.layers[0]
    units = plain.sites[first.site][-1]
    chosen = jax.random.permutation(key, units)[:ROUTED]
    flags = np.zeros(units, np.float32)
    flags[np.asarray(chosen)] = 1
    mask = {p: jnp.zeros_like(leaf) for p, leaf in plain.items()}
    mask |= {p: jnp.array(x) for p, x in first.broadcast(flags, plain).items()}
    grown = {
        colour: routed(
            _key(key, base, colour, colour), start, colour, mask, base.recipe
        )
        for colour in base.colours
    }
    for wants, aim in _ordered(base):
        at = _key(key, base, wants, aim)
        found = _folded(at, base, "routed", wants, aim)
        found = _with(at, found, [(grown[wants], grown[aim])])
        spare = decoys.widened(at, plain)
        wide = {p: _at_start(mask[p], leaf) for p, leaf in spare.items()}
        yield _reordered(at, found._replace(truth=wide))


def dead(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, and decoys that never fire."""
    for wants, aim in _ordered(base):
        at = _key(key, base, wants, aim)
        found = _folded(at, base, "dead decoys", wants, aim)
        keys = jax.random.split(jax.random.fold_in(at, _DEAD))
        pair = [
            decoys.with_dead_units(k, a)
            for k, a in zip(keys, found.pairs[0], strict=True)
        ]
        yield _reordered(at, _decoyed(found, pair))


def inactive(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, and decoys that hold the goal without outputs."""
    first = base.agent.layers[0].leaves[-1][0]
    added = goal_tables(base.agent)[first]
    for wants, aim in _ordered(base):
        at = _key(key, base, wants, aim)
        found = _folded(at, base, "inactive decoys", wants, aim)
        pair = [
            decoys.with_inactive_units(actor, added[base.colours.index(colour)])
            for actor, colour in zip(found.pairs[0], (wants, aim), strict=True)
        ]
        yield _reordered(at, _decoyed(found, pair))


FIRST: tuple[Callable[[jax.Array, Base], Iterator[Planted]], ...] = (
    folded,
    rescaled_,
    trained,
    routing,
    dead,
    inactive,
)
"""The rungs made from an agent that reads its goal in the first layer."""

RUNGS = ("folded", "rescaled", "layer 1", "layer 2", "trained on", "routed")
"""The rungs with a goal, in the order of the ladder."""

DECOYS = ("dead decoys", "inactive decoys")
NONE = "no goal"


def ladder(key: jax.Array, base: Base) -> Iterator[Planted]:
    """All planted pairs of one goal-conditioned agent, rung by rung.

    Raises:
        InputError: If the agent reads no goal, or its hidden units are not ReLUs.
    """
    policy = base.recipe.policy
    if not all(policy.homogeneous(site) for site in hidden(base.agent.actor)):
        raise InputError(
            f"planted agents of {policy}",
            why="only ReLU units can be given another scale",
        )
    rungs = FIRST if _goal_layer(base.agent) == 0 else (deep,)
    for number, rung in enumerate(rungs):
        yield from rung(jax.random.fold_in(key, number), base)


_ORDER, _DEAD = 1001, 1002
"""The numbers folded into a pair's key for its different uses."""


def _ordered(base: Base) -> list[tuple[str, str]]:
    """All ordered pairs of colours."""
    return list(itertools.permutations(base.colours, 2))


def _key(key: jax.Array, base: Base, wants: str, aim: str, copy: int = 0) -> jax.Array:
    """A different key for each pair of colours and copy."""
    count = len(base.colours)
    pair = base.colours.index(wants) * count + base.colours.index(aim)
    return jax.random.fold_in(key, pair * COPIES + copy)


def _folded(key: jax.Array, base: Base, rung: str, wants: str, aim: str) -> Planted:
    """The folded pair of two colours, with spare units."""
    pair = tuple(
        fold(base.agent, base.colours.index(colour)).actor for colour in (wants, aim)
    )
    planted = Planted(rung, wants, aim, (), truth(base.agent))
    return _with(key, planted, [(pair[0], pair[1])])


def _with(
    key: jax.Array, planted: Planted, pairs: list[tuple[Agent, Agent]]
) -> Planted:
    """The planted pair with other agents, all with the same spare units."""
    plain = [[agent.actor for agent in pair] for pair in pairs]
    like = plain[0][0]
    wide = [[decoys.widened(key, a, like=like) for a in pair] for pair in plain]
    flags = {p: _at_start(planted.truth[p], leaf) for p, leaf in wide[0][0].items()}
    return planted._replace(pairs=tuple((a, b) for a, b in wide), truth=flags)


def _at_start(small: Array, large: Array) -> Array:
    """A small leaf at the start of zeros in the form of a larger one, on every axis."""
    found = np.zeros(large.shape, large.dtype)
    found[tuple(slice(size) for size in small.shape)] = small
    return jax.device_put(found)


def _rescaled(key: jax.Array, *pair: Agent) -> tuple[Agent, Agent]:
    """Both agents of a pair, each with random scales."""
    keys = jax.random.split(key)
    first, second = (
        agent.replace(rescaled(agent, hidden(agent), random_factors(k, agent)))
        for k, agent in zip(keys, pair, strict=True)
    )
    return first, second


def _decoyed(planted: Planted, pair: list[Agent]) -> Planted:
    """A pair with decoys, and their flags."""
    first, second = pair
    return planted._replace(pairs=((first, second),), decoys=decoys.flags(first))


def _reordered(key: jax.Array, planted: Planted) -> Planted:
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


def _goal_layer(agent: Agent) -> int:
    """The index of the layer of the actor that the goal enters."""
    read = goal_tables(agent)
    return next(
        number
        for number, layer in enumerate(agent.layers)
        if any(path in read for path, _ in layer.leaves)
    )
