"""Edits fitted to the agent's activations on observations with goals exchanged.

They are maps and directions at sites, and refits of the later layers.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core import trees
from telic.core.trees import Tree
from telic.edits import Add, Edit, Steer, Transport
from telic.policies import Agent, capture
from telic.studies.retarget.case import (
    ALL,
    FIRST,
    IMITATED,
    LATER,
    LATER_STRENGTH,
    LINEAR,
    LOW_RANK,
    ONE,
    RANK,
    REFIT,
    SECOND,
    STEER,
    TRANSPORT,
    Case,
    Edits,
    sites_of,
)
from telic.training.imitate import imitate
from telic.trials import Condition
from telic.vectors import difference_of_means, fit_transport, regress
from telic.worlds.goals import entries_of

RIDGE = 1e-4


def activation_edits(case: Case, seen: Array) -> Edits:
    """Maps and directions at sites of the actor.

    Directions are fitted on observations that show the new goal without the old one. If
    there are none, as in a fully observed world, there are no directions.
    """
    sites, made = sites_of(case.agent), {}
    for group, place, rank in (
        (TRANSPORT, LINEAR, None),
        (LOW_RANK, LINEAR, RANK),
        (TRANSPORT, FIRST, None),
        (TRANSPORT, SECOND, None),
    ):
        found = fit_transport(*_pairs(case, seen, sites[place]), ridge=RIDGE, rank=rank)
        edit = Transport(sites[place], found.matrix, found.shift)
        made[Condition(group, place)] = edit
    only_new = seen[_shows(case, seen, case.new) & ~_shows(case, seen, case.old)]
    for place in (FIRST, SECOND) if len(only_new) else ():
        now, target = _pairs(case, only_new, sites[place])
        edit = Steer(sites[place], difference_of_means(target, now))
        made[Condition(STEER, place)] = edit
    return made


def later_edits(case: Case, seen: Array, key: jax.Array) -> Edits:
    """Edits of the later layers: refits, and the goal vector's later part."""
    one = _refitted(case, seen, (1,))
    every = _refitted(case, seen, tuple(range(1, len(case.agent.layers))))
    later = trees.at(case.vector, _later(case.agent))
    made: dict[Condition, Edit] = {
        Condition(REFIT, ONE): Add(one),
        Condition(REFIT, ALL): Add(every),
        Condition(REFIT, IMITATED): Add(_imitated(case, seen, one, key)),
        Condition(LATER, LATER_STRENGTH): Add(later, strength=LATER_STRENGTH),
    }
    return made


def _refitted(case: Case, seen: Array, layers: tuple[int, ...]) -> Tree:
    """The change of some layers that makes them read the new goal as the old one.

    Layer by layer, a ridge regression from the edited agent's activations to the gap
    between its output and the unedited agent's output on the exchanged observations.
    """
    other = case.world.exchanged(seen, case.old, case.new)
    edited, change = case.agent, {}
    for number in layers:
        layer = case.agent.layers[number]
        inner = case.agent.layers[number - 1].site
        sites = list(case.agent.sites)
        site = sites[sites.index(inner) + 1]  # output before the activation
        target = capture(case.agent, other, site)[site]
        now = capture(edited, seen, inner, site)
        found = regress(now[inner], target - now[site], ridge=RIDGE)
        matrix = np.vstack([found.matrix, found.shift[None]])
        parts = {p: jnp.asarray(x) for p, x in layer.split(matrix, edited).items()}
        change |= parts
        moved = {path: edited[path] + part for path, part in parts.items()}
        edited = edited.replace({**edited, **moved})
    return change


def _imitated(case: Case, seen: Array, begin: Tree, key: jax.Array) -> Tree:
    """The change of the later layers that imitates the agent with goals exchanged.

    No reward is used: the unedited agent is the teacher. Training starts from the agent
    edited by `begin`.
    """
    other = case.world.exchanged(seen, case.old, case.new)
    start = Add(begin)(case.agent)
    moved = imitate(
        key,
        start,
        seen,
        case.agent.logits(other),
        paths=_later(start),
        steps=case.steps,
    )
    return {path: start[path] + step - case.agent[path] for path, step in moved.items()}


def _later(agent: Agent) -> tuple[str, ...]:
    """The leaves of the actor except those of its first layer."""
    first = [path for path, _ in agent.layers[0].leaves]
    return tuple(path for path in agent.actor if path not in first)


def _pairs(case: Case, seen: Array, site: str) -> tuple[Array, Array]:
    """A site's activations on the observations, and with the two goals exchanged."""
    other = case.world.exchanged(seen, case.old, case.new)
    now, target = (capture(case.agent, views, site)[site] for views in (seen, other))
    return now, target


def _shows(case: Case, seen: Array, goal: str) -> Array:
    """(batch,) flags of the observations in which a goal is in view."""
    return entries_of(case.world, seen, goal).reshape(len(seen), -1).any(axis=1)
