"""Branches: the goal learned by training, in weights that only the judge knows.

From one agent that prefers no goal two branches are trained, as long and by the same
PPO, one on each of two goals. All of the training that serves a goal may change a few
percent of the weights alone, drawn anew for every pair, in all layers; all other
weights differ too, by training that serves none (`trained.moved_apart`). So the truth
is a set that nobody chose, changed by gradients, amid changes of every weight.

In *trained decoys* as many other weights of the donor learn a second reward at the same
time: they differ and carry behaviour, and no gradient of the goal reached them. As both
sets learned in each other's presence, neither need work without the other; what a graft
of either brings is measured (`studies/planting/agents.py`). In *no goal, branches* both
branches learn the same goal in the same weights: all else is made as in branches.
"""

from collections.abc import Iterator, Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array

from telic.core.trees import Tree
from telic.planted.fold import fold
from telic.planted.pairs import Base, Planted, key_of_pair, reordered, with_agents
from telic.planted.trained import Lesson, moved_apart, taught
from telic.policies import Agent
from telic.worlds.goals import distraction_of, objective_of

SHARE = 0.05
"""The fraction of the actor's weights that learn the goal, and another as decoys."""


TWINS = "no goal, branches"
"""The rung of branches that learn the same goal."""


def branches(key: jax.Array, base: Base) -> Iterator[Planted]:
    """Pairs of branches, one for every two goals; then `TWINS`, then *trained decoys*.

    A pair of `TWINS` has the recipient of a pair of branches, and its donor learned the
    recipient's goal instead of its own, from the same start and the same draws. In the
    last pair the donor of the first one learned a second reward beside its goal; it is
    left out in a world that declares none.
    """
    start = fold(base.agent, None)  # the mean of all goals prefers none
    second = distraction_of(base.recipe.world)
    twins, decoyed = [], None
    for wants, aim in zip(base.colours[::2], base.colours[1::2], strict=False):
        at = key_of_pair(key, base, wants, aim)
        goal, others = drawn_weights(at, start.actor)
        mine, theirs = (
            Lesson(objective_of(base.recipe.world, name), goal) for name in (wants, aim)
        )
        keys = jax.random.split(jax.random.fold_in(at, _TRAINING), 4)
        apart = [moved_apart(k, start, base.colours, base.recipe) for k in keys[:2]]
        recipient = taught(keys[2], apart[0], (mine,), base.recipe)
        donor = taught(keys[3], apart[1], (theirs,), base.recipe)
        planted = Planted("branches", wants, aim, (), goal)
        yield reordered(at, with_agents(at, planted, [(recipient, donor)]))
        twin = taught(keys[3], apart[1], (mine,), base.recipe)
        nothing = {path: 0 * flags for path, flags in goal.items()}
        planted = Planted(TWINS, wants, wants, (), nothing)
        other = jax.random.fold_in(at, _TWINS)
        alike = with_agents(other, planted, [(recipient, twin)])
        twins.append(reordered(other, alike))
        if decoyed is None and second is not None:
            both = (theirs, Lesson(second, others))
            donor = taught(keys[3], apart[1], both, base.recipe)
            other = jax.random.fold_in(at, _DECOYS)
            planted = Planted("trained decoys", wants, aim, (), goal, others)
            decoyed = with_agents(other, planted, [(recipient, donor)])
            decoyed = reordered(other, decoyed)
    yield from twins
    if decoyed is not None:
        yield decoyed


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


_TRAINING, _DECOYS, _TWINS = 1003, 1004, 1005
"""The numbers folded into a pair's key for its training, decoys and twins."""
