"""Edits that give an agent a goal that was never its target.

None of them uses a reward. `transport`, for example, is a linear regression from the
agent's activations to those on observations with two goals exchanged.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from telic.core import trees
from telic.core.trees import Tree
from telic.edits import Add, Relabel
from telic.policies import INPUT as INPUT_UNITS
from telic.policies import Agent, Use
from telic.rollouts import observations_of
from telic.studies.retarget.case import CONTRAST, GOAL, INPUT, RELABEL, Case, Edits
from telic.studies.retarget.fits import activation_edits, later_edits
from telic.trials import Condition
from telic.vectors import swap_inputs
from telic.worlds import Symmetric, goals_of


def retarget_edits(case: Case, key: jax.Array) -> Edits:
    """All edits, track by track; the key draws the observations used in fits."""
    seen_key, key = jax.random.split(key)
    relabel = Relabel(case.world.channels(case.old), case.world.channels(case.new))
    seen = _observations(case, relabel, seen_key)
    vectors = {GOAL: carried(case, case.vector), CONTRAST: _contrast(case)}
    return {
        Condition(RELABEL, INPUT): relabel,
        **{
            Condition(name, float(strength)): Add(vector, strength=strength)
            for name, vector in vectors.items()
            for strength in case.strengths
        },
        **activation_edits(case, seen),
        **later_edits(case, seen, key),
    }


def carried(case: Case, vector: Tree) -> Tree:
    """A vector in the actor, with inputs of the trained and the new goal exchanged."""
    vector = trees.at(vector, case.agent.actor)
    channels = (case.world.channels(goal) for goal in (case.trained, case.new))
    return swap_inputs(vector, case.agent.units[INPUT_UNITS], *channels)


def input_norms(agent: Agent, world: Symmetric) -> dict[str, float]:
    """The norm of each goal's input weights; 0 means that it cannot be seen."""
    use = _reads_input(agent)
    kernel = agent[use.leaf]
    return {
        goal: float(trees.norm({"rows": kernel[_rows(world, goal, use, kernel)]}))
        for goal in goals_of(world)
    }


def _contrast(case: Case) -> Tree:
    """The difference of the old goal's input weights from the trained one's, moved.

    It is added to the new goal's weights and subtracted from the old goal's, so that
    the agent treats the old goal as it does the trained one.
    """
    use = _reads_input(case.agent)
    kernel = case.agent[use.leaf]
    old, trained, new = (
        _rows(case.world, goal, use, kernel)
        for goal in (case.old, case.trained, case.new)
    )
    more = kernel[old] - kernel[trained]
    change = jnp.zeros_like(kernel).at[new].add(more).at[old].add(-more)
    return {use.leaf: change}


def _reads_input(agent: Agent) -> Use:
    """The leaf and axis of the actor that read the input."""
    actor = agent.actor
    return next(use for use in agent.units[INPUT_UNITS] if use.leaf in actor)


def _rows(world: Symmetric, goal: str, use: Use, kernel: Array) -> tuple:
    """The index of a goal's weights in a leaf that reads the input."""
    count = kernel.shape[use.axis] // use.places
    starts = np.arange(use.places) * count
    rows = (starts[:, None] + np.array(world.channels(goal))[None]).ravel()
    return (slice(None),) * use.axis + (jnp.array(rows),)


def _observations(case: Case, relabel: Relabel, key: jax.Array) -> Array:
    """Observations of the agent, as it is and with the two goals exchanged."""
    agents = (case.agent, relabel(case.agent))
    keys = jax.random.split(key, 2)
    return jnp.concatenate(
        [
            observations_of(k, agent, case.world, steps=512)
            for k, agent in zip(keys, agents, strict=True)
        ]
    )
