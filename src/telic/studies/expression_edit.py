"""An edit given by an expression, tried on trained agents beside its nulls.

What `telic edit` does. The expression's first agent is the unedited one; what it adds
to that agent is the edit, and its nulls are as long. An edit that was kept in a file is
tried in the same way, on the agent that it was made for.
"""

from pathlib import Path
from typing import NamedTuple

import jax

from telic.core import trees
from telic.core.errors import InputError
from telic.edits import Add, Edit
from telic.edits.expression import difference
from telic.policies import Agent
from telic.rollouts import episode_seeds
from telic.runs import edit_file
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.trials import Result, trial
from telic.worlds import Symmetric, World, objective_of


class AgentEdit(NamedTuple):
    """An edit of one agent of a run.

    Attributes:
        agent: The agent from which it sets out.
        edit: What it does to it.
        text: What it is: the expression, or where it was read from.
    """

    agent: Agent
    edit: Edit
    text: str


def from_expression(run: Run, text: str) -> AgentEdit:
    """The edit that an expression stands for in one run.

    Raises:
        ExpressionError: If it is wrong; it points at the character.
        InputError: If it leaves the agent as it is.
    """
    run.plan()  # what cannot be read says so itself, and not through an expression
    agent, vector = difference(text, RunSource(run))
    if not vector:
        raise InputError(
            "the expression leaves the agent as it is",
            why="there is nothing to try",
            fix="add a vector to it, such as: purple + 1.5 * mean(blue - purple)",
        )
    assert isinstance(agent, Agent)  # as a run's source gives them
    return AgentEdit(agent, Add(vector), text)


def from_file(run: Run, path: Path) -> AgentEdit:
    """The edit in a file, and the agent of a run that it was made for.

    Raises:
        InputError: If none of the run's agents is the one.
        DamagedError: If the file was altered.
    """
    found, source = edit_file.read(path), RunSource(run)
    for phase in reversed(range(len(source.schedule))):
        agent = source.agent(phase)
        if trees.digest(agent) == found.agent:
            where = f"{source.schedule[phase]}@{phase}"
            kind = type(found.edit).__name__
            text = f"{path}: {kind} for {where} of {run.name}"
            return AgentEdit(agent, found.edit, text)
    raise InputError(
        f"{path} is an edit of another agent",
        why=f"of {found.agent[:12]}…, which ends none of the phases of {run.name}",
        fix="name the run that it was made in",
    )


def try_expression(
    run: Run, text: str, *, episodes: int = 512, goals: tuple[str, ...] = ()
) -> list[Result]:
    """The trial of an expression in one run: no edit, the edit, its nulls.

    Args:
        run: The run.
        text: The expression.
        episodes: Episodes of each agent.
        goals: Those to be had in every episode; none for those of the run's world.

    Raises:
        ExpressionError: If the expression is wrong.
        InputError: If there is no such goal, or the world's cannot be chosen.
    """
    return try_edit(run, from_expression(run, text), episodes=episodes, goals=goals)


def try_edit(
    run: Run, made: AgentEdit, *, episodes: int, goals: tuple[str, ...] = ()
) -> list[Result]:
    """The trial of an edit in one run, as `try_expression` does it."""
    plan = run.plan()
    world = _with(plan.world, goals)
    known = [objective.name for objective in plan.objectives]
    further = tuple(objective_of(world, name) for name in goals if name not in known)
    return trial(
        made.agent,
        {made.text: made.edit},
        episode_seeds(world, episodes, key=jax.random.key(0)),
        key=jax.random.key(1),
        world=world,
        objectives=(*plan.objectives, *further),
    )


def _with(world: World, goals: tuple[str, ...]) -> World:
    """The world with other goals to be had in every episode."""
    if not goals:
        return world
    if not isinstance(world, Symmetric):
        raise InputError(
            f"no boards with {', '.join(goals)} in {type(world).__name__}",
            why="its goals cannot be chosen",
        )
    return world.with_goals(goals)
