"""A wish: one expression tried on trained agents, beside its nulls.

What `telic edit` does. The expression's first agent is the unedited one; what it adds
to that agent is the edit, and its nulls are as long.
"""

import dataclasses
from typing import NamedTuple

import jax

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits import Add
from telic.edits.expression import difference
from telic.objectives import fetch
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.trials import Result, boards, trial
from telic.worlds import Keys
from telic.worlds.base import World


class Wish(NamedTuple):
    """An expression, worked out in one run.

    Attributes:
        agent: The agent from which it sets out.
        edit: What it does to it.
    """

    agent: Tree
    edit: Add


def wish(run: Run, text: str) -> Wish:
    """What an expression stands for in one run.

    Raises:
        ExpressionError: If it is wrong; it points at the character.
        InputError: If it leaves the agent as it is.
    """
    agent, vector = difference(text, RunSource(run))
    if not vector:
        raise InputError(
            "the expression leaves the agent as it is", why="there is nothing to try"
        )
    return Wish(agent, Add(vector))


def attempt(
    run: Run, text: str, *, episodes: int = 512, colours: tuple[str, ...] = ()
) -> list[Result]:
    """The trial of an expression in one run: no edit, the edit, its nulls.

    Args:
        run: The run.
        text: The expression.
        episodes: Episodes of each agent.
        colours: Those of the keys on every board; none for those of the run's world.

    Raises:
        ExpressionError: If the expression is wrong.
        InputError: If there is no such colour, or the world has no keys.
    """
    plan, made = run.plan(), wish(run, text)
    world = _with(plan.world, colours)
    known = [objective.name for objective in plan.objectives]
    further = tuple(fetch(colour) for colour in colours if colour not in known)
    return trial(
        made.agent,
        {text: made.edit},
        boards(jax.random.key(0), world, episodes),
        key=jax.random.key(1),
        network=plan.network,
        world=world,
        objectives=(*plan.objectives, *further),
    )


def _with(world: World, colours: tuple[str, ...]) -> World:
    """The world with other keys on its boards; the last is one of the run's others."""
    if not colours:
        return world
    if not isinstance(world, Keys):
        raise InputError(
            f"no keys of {', '.join(colours)} in {type(world).__name__}",
            why="only the Keys world has colours",
        )
    others = tuple(c for c in world.third if c not in colours)
    return dataclasses.replace(world, colours=colours, others=others)
