"""Nulls that are vectors of training: what any difference of a run's agents would do.

Noise leaves an agent as it is: most of it falls on weights that nothing depends on. The
directions here are differences that training made, and no switch of goals did. Brought
to the norm of an edit, and to the leaves that it changes, each is a null of that edit:

- `same goal`: an earlier agent of the run that wants what this one does;
- `labels flipped`: the mean of earlier switches, of which half, drawn, are turned round
  (turning every other one would leave the way from the first agent to the last);
- `no switch`: the recipe of the mean vector, on agents of one goal, two phases apart:
  a switch there and back lies between them, so that no goal changes;
- `continuation`: further training on the objective that the agent has;
- `another seed`: the mean of earlier switches in another run.

The last one with its units in the order that fits is no null: it brings the goal along
(`aligned mean of another seed` in the splice study), which noise of that norm does not.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from telic.core.trees import Arrays, Tree, at, scale
from telic.edits import Add, Edit
from telic.edits.weights import WeightEdit
from telic.policies import Agent
from telic.runs.source import RunSource
from telic.studies.branches import branch
from telic.studies.late import Switch, earlier_mean, earlier_vectors, same_goal
from telic.vectors import matched, mean, task_vector


def directions(
    source: RunSource,
    late: Switch,
    *,
    key: jax.Array,
    other: RunSource | None = None,
    went_on: Arrays | None = None,
) -> dict[str, Tree]:
    """The directions of a late switch's nulls, by name, of any length.

    Those that a run is too short for, or that need what is not given, are left out.

    Args:
        source: The run.
        late: The late switch.
        key: The random key of the labels that are flipped.
        other: The run of another seed.
        went_on: The agent after further training on the objective that it has.
    """
    agent = source.agent(late.phase)
    found = {
        "same goal": _same_goal(source, late),
        "labels flipped": _flipped(key, earlier_vectors(source, late)),
        "no switch": _no_switch(source, late),
    }
    if went_on is not None:
        found["continuation"] = task_vector(agent, went_on)
    if other is not None:
        found["another seed"] = earlier_mean(other, late)
    return {name: vector for name, vector in found.items() if vector is not None}


def continued(
    source: RunSource, late: Switch, *, watch: Callable[[], object] = lambda: None
) -> Agent:
    """A late agent after as many further rollouts on its objective, with new data.

    Args:
        source: The run.
        late: The late switch.
        watch: Called after each of the phase's number of rollouts.
    """
    rollouts = source.plan.schedule[late.phase].rollouts
    state = source.state(late.phase)
    trained = branch(
        state, source.plan, late.wants, at=[rollouts], repeat=1, watch=watch
    )
    return trained.agents[rollouts]


def nulls_of(
    edits: Mapping[Any, Edit], agent: Agent, directions: Mapping[str, Tree]
) -> dict[Any, dict[str, Edit]]:
    """The nulls of all edits of weights: each direction in the leaves that it changes.

    Args:
        edits: The edits by name; other kinds than edits of weights have none.
        agent: The agent that they edit.
        directions: Vectors by name, from `directions`.
    """
    found: dict[Any, dict[str, Edit]] = {}
    for name, edit in edits.items():
        if isinstance(edit, WeightEdit):
            change = edit.difference(agent)
            found[name] = {
                null: Add(matched(at(vector, change), change))
                for null, vector in directions.items()
            }
    return found


def _same_goal(source: RunSource, late: Switch) -> Tree | None:
    """The way to the last agent before that had the same objective."""
    phase = same_goal(source, late)
    if phase is None:
        return None
    return task_vector(source.agent(late.phase), source.agent(phase))


def _flipped(key: jax.Array, vectors: list[Tree]) -> Tree | None:
    """The mean of an even number of vectors, half of them turned round."""
    even = vectors[len(vectors) % 2 :]
    if not even:
        return None
    signs = np.tile([1.0, -1.0], len(even) // 2)
    drawn = np.asarray(jax.random.permutation(key, signs))
    return mean([scale(v, float(s)) for v, s in zip(even, drawn, strict=True)])


def _no_switch(source: RunSource, late: Switch) -> Tree | None:
    """The mean over earlier pairs of agents that had the same objective."""
    wanted = source.schedule[: late.phase - 1]
    pairs = [
        (max(earlier), after)
        for after, name in enumerate(wanted)
        if name in (late.wants, late.aim)
        and (earlier := [k for k in range(after) if wanted[k] == name])
    ]
    vectors = [task_vector(source.agent(a), source.agent(b)) for a, b in pairs]
    return mean(vectors) if vectors else None
