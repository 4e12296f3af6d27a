"""Edits given by an expression or a file, tried on trained agents beside nulls.

This is the work behind `telic edit`. The first agent in the expression is the unedited
one; the difference that the expression makes to it is the edit, and its nulls have the
same norm. An edit from a file is tried in the same way, on the agent it was made for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import jax

from telic.core import trees
from telic.core.errors import InputError
from telic.edits import Add, Edit
from telic.edits.expression import difference
from telic.policies import Agent
from telic.rollouts import Episodes, Rates, episode_seeds
from telic.runs import edit_file
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.trials import Result, trial
from telic.worlds import Symmetric, World, objective_of


class AgentEdit(NamedTuple):
    """An edit of one agent of a run.

    Attributes:
        agent: The unedited agent.
        edit: The edit.
        text: The expression, or the file that the edit was read from.
    """

    agent: Agent
    edit: Edit
    text: str


def from_expression(run: Run, text: str) -> AgentEdit:
    """The edit that an expression describes in one run.

    Raises:
        ExpressionError: If it cannot be evaluated; the message points at the character.
        InputError: If it leaves the agent as it is.
    """
    run.plan()  # so that an unreadable plan is not reported as a wrong expression
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
        InputError: If it was made for none of the run's agents.
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
        goals: The goals present in every episode; none for those of the run's world.

    Raises:
        ExpressionError: If the expression cannot be evaluated.
        InputError: If a goal is unknown, or the goals of the world are fixed.
    """
    return try_edit(run, from_expression(run, text), episodes=episodes, goals=goals)


def try_edit(
    run: Run,
    made: AgentEdit,
    *,
    episodes: int,
    goals: tuple[str, ...] = (),
    also: Callable[[Episodes, World], Rates] | None = None,
) -> list[Result]:
    """The trial of an edit in one run: no edit, the edit, its nulls.

    `also` measures more of each agent's episodes.
    """
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
        also=also,
    )


def _with(world: World, goals: tuple[str, ...]) -> World:
    """The world with the named goals in every episode."""
    if not goals:
        return world
    if not isinstance(world, Symmetric):
        raise InputError(
            f"no boards with {', '.join(goals)} in {type(world).__name__}",
            why="its goals cannot be chosen",
        )
    return world.with_goals(goals)
