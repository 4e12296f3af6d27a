"""One agent of a run is asked what it wants, and its untrained self as well."""

import dataclasses
from typing import Any, NamedTuple

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.edits import Add
from telic.edits.expression import difference
from telic.policies import Agent
from telic.rollouts.actor import remembers
from telic.runs.source import RunSource
from telic.wants import ESTIMATORS, Want, revealed
from telic.worlds import Objective, World
from telic.worlds.optimal import is_solvable


@dataclasses.dataclass(frozen=True)
class Settings:
    """How an agent is asked."""

    estimator: str = ""
    """One of `telic.wants.ESTIMATORS`; empty: `exact` if it applies, else `forked`."""
    states: int = 256
    """The states of `forked`, each of another copy of the world."""
    draws: int = 16
    """The ways in which the agent goes on from each action in them."""
    boards: int = 32
    """The boards of `exact`, in all of whose states the policy is evaluated."""

    def __post_init__(self) -> None:
        """Check the fields."""
        if self.estimator:
            check_name(self.estimator, ESTIMATORS, kind="estimator")
        for field in ("states", "draws", "boards"):
            if (value := getattr(self, field)) < 2:
                raise InputError(f"{field} = {value}", why="allowed: 2 or more")


class Asked(NamedTuple):
    """What one agent wants.

    Attributes:
        name: What the agent is called.
        agent: The agent.
        world: Its world.
        want: What its choices say.
        untrained: What those of the agent before all training say; None if it is not
            known, as of imported agents.
        trained: The weights of the objective that it was trained for last; of an edit
            none.
        goal: The name of that objective; of an edit empty.
        edit: The expression that made it; empty: it is as it was trained.
        estimator: The estimator.
    """

    name: str
    agent: Agent
    world: World
    want: Want
    untrained: Want | None
    trained: dict[str, float]
    goal: str
    edit: str
    estimator: str


def ask(
    source: RunSource, settings: Settings, *, phase: int | None = None, edit: str = ""
) -> Asked:
    """What an agent of a run wants.

    Args:
        source: The run.
        settings: How it is asked.
        phase: The phase whose last agent is asked; None: the last one.
        edit: An expression; the agent that it makes is asked.

    Raises:
        InputError: If there is no such phase, the expression changes nothing, or the
            world cannot be forked.
        ExpressionError: If the expression cannot be evaluated.
    """
    plan, number = source.plan, len(source.schedule) - 1 if phase is None else phase
    if edit and phase is not None:
        raise InputError(
            f"phase {phase} and the edit {edit!r}",
            why="an expression names its own phases",
            fix="purple@5 is the agent after phase 5",
        )
    if not edit:
        agent, name = source.agent(number), f"{source.run.name}@{number}"
    else:
        agent, vector = difference(edit, source)
        assert isinstance(agent, Agent)
        if not vector:
            raise InputError(
                "the expression leaves the agent as it is", why="there is no edit"
            )
        agent, name = agent.replace(Add(vector)(agent)), edit
    still = is_solvable(plan.world) and not remembers(agent.initial_carry(1))
    estimator = settings.estimator or ("exact" if still else "forked")
    sizes: dict[str, Any] = {"boards": settings.boards}
    if estimator == "forked":
        sizes = {"states": settings.states, "draws": settings.draws}
    sizes |= {"estimator": estimator, "gamma": plan.ppo.gamma, "world": plan.world}
    goals = {o.name: o for o in plan.objectives}
    objective = Objective("", {}) if edit else goals[source.schedule[number]]
    begun = _untrained(source)
    return Asked(
        name=name,
        agent=agent,
        world=plan.world,
        want=revealed(agent, key=source.run.seed(), **sizes),
        untrained=None
        if begun is None
        else revealed(begun, key=source.run.seed(), **sizes),
        trained=dict(objective.weights),
        goal=objective.name,
        edit=edit,
        estimator=estimator,
    )


def _untrained(source: RunSource) -> Agent | None:
    """The agent before all training; None if the run does not have it."""
    if 0 not in {found.rollouts for found in source.run.checkpoints}:
        return None
    return source.start()
