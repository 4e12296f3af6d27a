"""The ladder: pairs of agents with planted goals, from simple to hard.

Most rungs make all ordered pairs of colours from one goal-conditioned agent. The
location of the goal is known exactly; in *trained on* it is the original location, to
which training may have added. Above the first rung every pair has its hidden units in
another random order.

    folded            the goal is in the first layer's bias, and nothing else differs
    rescaled          ... and every unit of either agent has another scale
    layer 1, layer 2  ... or the goal is in the bias of a later layer
    trained on        ... and both agents were trained further on their colours
    routed            chosen units learned the goal, the others everything else
    branches          drawn weights learned the goal, in two branches of one agent
    dead decoys       folded, with units that differ and never fire
    inactive decoys   folded, with units that differ in the same way, without outputs
    no goal, branches two branches made alike, which learned the same goal
    trained decoys    branches; others of the donor's weights learned another reward
    no goal           two agents trained further on the same colour
    no goal, one run  one agent before and after training for the same colour
"""

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np

from telic.core.errors import InputError
from telic.planted import decoys
from telic.planted.branches import branches
from telic.planted.fold import fold, goal_tables, truth
from telic.planted.pairs import (
    COPIES,
    Base,
    Planted,
    folded_pair,
    key_of_pair,
    ordered,
    reordered,
    with_agents,
)
from telic.planted.trained import routed, trained_on
from telic.policies import Agent
from telic.vectors.relabel import hidden, random_factors, rescaled

ROUTED = 16
"""The number of units that learn a routed goal."""


def folded(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals."""
    for wants, aim in ordered(base):
        yield folded_pair(key, base, "folded", wants, aim)


def rescaled_(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, reordered, with random scales in every agent."""
    for wants, aim in ordered(base):
        for copy in range(COPIES):
            at = key_of_pair(key, base, wants, aim, copy)
            plain = folded_pair(at, base, "rescaled", wants, aim)
            pairs = [
                _rescaled(jax.random.fold_in(at, other), *plain.pairs[0])
                for other in range(COPIES)
            ]
            yield reordered(at, plain._replace(pairs=tuple(pairs)))


def deep(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with goals folded into the layer that reads them, reordered."""
    name = f"layer {_goal_layer(base.agent)}"
    for wants, aim in ordered(base):
        at = key_of_pair(key, base, wants, aim)
        yield reordered(at, folded_pair(at, base, name, wants, aim))


def trained(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals after further training; also those of *no goal*."""
    grown = {
        colour: [
            trained_on(
                key_of_pair(key, base, colour, colour, copy),
                fold(base.agent, base.colours.index(colour)),
                colour,
                base.recipe,
            )
            for copy in range(COPIES)
        ]
        for colour in base.colours
    }
    for wants, aim in ordered(base):
        at = key_of_pair(key, base, wants, aim)
        found = Planted("trained on", wants, aim, (), truth(base.agent))
        each = zip(grown[wants], grown[aim], strict=True)
        yield reordered(at, with_agents(at, found, list(each)))
    for colour in base.colours:
        at = key_of_pair(key, base, colour, colour)
        none = _without_goal(base, NONE, colour)
        first, second = grown[colour]
        for one, other in ((first, second), (second, first)):
            yield reordered(at, with_agents(at, none, [(one, other)]))


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
            key_of_pair(key, base, colour, colour), start, colour, mask, base.recipe
        )
        for colour in base.colours
    }
    for wants, aim in ordered(base):
        at = key_of_pair(key, base, wants, aim)
        found = Planted("routed", wants, aim, (), mask)
        yield reordered(at, with_agents(at, found, [(grown[wants], grown[aim])]))


def dead(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, and decoys that never fire."""
    for wants, aim in ordered(base):
        at = key_of_pair(key, base, wants, aim)
        found = folded_pair(at, base, "dead decoys", wants, aim)
        keys = jax.random.split(jax.random.fold_in(at, _DEAD))
        pair = [
            decoys.with_dead_units(k, a)
            for k, a in zip(keys, found.pairs[0], strict=True)
        ]
        yield reordered(at, _decoyed(found, pair))


def inactive(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs with folded goals, and decoys that hold the goal without outputs."""
    first = base.agent.layers[0].leaves[-1][0]
    added = goal_tables(base.agent)[first]
    for wants, aim in ordered(base):
        at = key_of_pair(key, base, wants, aim)
        found = folded_pair(at, base, "inactive decoys", wants, aim)
        pair = [
            decoys.with_inactive_units(actor, added[base.colours.index(colour)])
            for actor, colour in zip(found.pairs[0], (wants, aim), strict=True)
        ]
        yield reordered(at, _decoyed(found, pair))


def natural(key: jax.Array, base: Base) -> Iterator[Planted]:
    """For every colour, one agent before and after its last training, if known.

    It was trained for all of its goals, these among them. So the difference is made by
    as natural a training as that of any agent, and not by a goal.
    """
    if base.earlier is None:
        return
    for goal, colour in enumerate(base.colours):
        at = key_of_pair(key, base, colour, colour)
        pair = fold(base.earlier, goal), fold(base.agent, goal)
        found = _without_goal(base, ONE_RUN, colour)
        yield reordered(at, with_agents(at, found, [pair]))


FIRST: tuple[Callable[[jax.Array, Base], Iterator[Planted]], ...] = (
    folded,
    rescaled_,
    trained,
    routing,
    dead,
    inactive,
    branches,
    natural,
)
"""The rungs made from an agent that reads its goal in the first layer."""

RUNGS = (
    *("folded", "rescaled", "layer 1", "layer 2", "trained on", "routed"),
    "branches",
)
"""The rungs with a goal, in the order of the ladder."""

DECOYS = ("dead decoys", "inactive decoys", "trained decoys")
NONE, ONE_RUN = "no goal", "no goal, one run"


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


_DEAD = 1002
"""The number folded into a pair's key for its dead units."""


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


def _without_goal(base: Base, rung: str, colour: str) -> Planted:
    """The record of a pair whose agents have one goal: nothing is true."""
    nothing = {path: 0 * flags for path, flags in truth(base.agent).items()}
    return Planted(rung, colour, colour, (), nothing)


def _goal_layer(agent: Agent) -> int:
    """The index of the layer of the actor that the goal enters."""
    read = goal_tables(agent)
    return next(
        number
        for number, layer in enumerate(agent.layers)
        if any(path in read for path, _ in layer.leaves)
    )
