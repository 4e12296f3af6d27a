"""Branches: the goal learned by training, in weights that only the judge knows.

From one agent that prefers no goal two branches are trained, as long and by the same
PPO, one on each of two goals. All of the training that serves a goal may change a few
percent of the weights alone, drawn anew for every pair, in all layers; all other
weights differ too, by training that serves none (`trained.branched`). So the truth is a
set that nobody chose, changed by gradients, amid changes of every weight.

In *trained decoys* as many other weights of the donor learn a second reward at the same
time: they differ, they carry behaviour, and not the goal.
"""

from collections.abc import Iterator, Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core.trees import Tree
from telic.planted.fold import fold
from telic.planted.pairs import Base, Planted, key_of_pair, reordered, with_agents
from telic.planted.trained import Lesson, branched
from telic.policies import Agent
from telic.worlds.goals import distraction_of, objective_of

SHARE = 0.05
"""The fraction of the actor's weights that learn the goal, and another as decoys."""


def branches(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs of branches, one for every two goals; each goal is in one pair."""
    for wants, aim in _disjoint(base):
        at = key_of_pair(key, base, wants, aim)
        goal, _ = drawn_weights(at, fold(base.agent, None).actor)
        lessons = [(_lesson(base, name, goal),) for name in (wants, aim)]
        planted = Planted("branches", wants, aim, (), goal)
        yield _grown(at, base, planted, lessons)


def trained_decoys(key: jax.Array, base: Base) -> Iterator[Planted]:
    """A pair of branches whose donor learned a second reward with other weights.

    None in a world that declares no reward beside its goals.
    """
    second = distraction_of(base.recipe.world)
    if second is None:
        return
    for wants, aim in _disjoint(base)[:1]:
        at = key_of_pair(key, base, wants, aim)
        goal, others = drawn_weights(at, fold(base.agent, None).actor)
        mine, theirs = (_lesson(base, name, goal) for name in (wants, aim))
        planted = Planted("trained decoys", wants, aim, (), goal, others)
        yield _grown(at, base, planted, [(mine,), (theirs, Lesson(second, others))])


def drawn_weights(key: jax.Array, actor: Agent) -> tuple[Tree, Tree]:
    """Flags of two drawn sets of an actor's weights that have none in common.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> actor = create(jax.random.key(0), MLP(width=8), Keys()).actor
        >>> goal, others = drawn_weights(jax.random.key(1), actor)
        >>> path = "actor/0/kernel"
        >>> round(float(goal[path].mean()), 2), float((goal[path] * others[path]).max())
        (0.05, 0.0)
    """
    keys = jax.random.split(key, len(actor))
    drawn = {
        path: jax.random.uniform(k, actor[path].shape)
        for k, path in zip(keys, sorted(actor), strict=True)
    }
    return _between(drawn, 0.0, SHARE), _between(drawn, SHARE, 2 * SHARE)


def _between(drawn: Mapping[str, Array], low: float, high: float) -> Tree:
    """1 where a number is within bounds, else 0."""
    return {
        path: ((low <= x) & (x < high)).astype(jnp.float32) for path, x in drawn.items()
    }


def _disjoint(base: Base) -> list[tuple[str, str]]:
    """The goals two by two; an odd last one is left out."""
    return list(zip(base.colours[::2], base.colours[1::2], strict=False))


def _lesson(base: Base, goal: str, mask: Tree) -> Lesson:
    """A goal, to be learned by some weights."""
    return Lesson(objective_of(base.recipe.world, goal), mask)


def _grown(
    key: jax.Array,
    base: Base,
    planted: Planted,
    lessons: list[tuple[Lesson, ...]],
) -> Planted:
    """A planted pair of branches, by what each of the two learns."""
    start = fold(base.agent, None)  # the mean of all goals prefers none
    keys = jax.random.split(jax.random.fold_in(key, _TRAINING))
    recipient, donor = (
        branched(k, start, base.colours, each, base.recipe)
        for k, each in zip(keys, lessons, strict=True)
    )
    return reordered(key, with_agents(key, planted, [(recipient, donor)]))


_TRAINING = 1003
"""The number folded into a pair's key for its training."""
