"""Goals: the objectives that a world declares, with their success events.

A goal names the objective that trains it and the event that counts as its success, so
that trials, tables and pictures can describe any world by the roles of its goals: the
aim of an edit, the old goal, another goal, a failure. Objectives of a world that
declares no goals are measured by their returns.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, runtime_checkable

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.typed import short
from telic.worlds.base import World
from telic.worlds.objectives import Objective

FORM = 'for example goals = {"left": Goal(Objective("left", {"left": 1.0}), "left")}'
"""An example of a declaration of goals, for messages."""


class Goal(NamedTuple):
    """A goal of a world.

    Attributes:
        objective: The objective under which it is trained; it has the goal's name.
        success: The event that counts as reaching it, at most once an episode; None if
            it is measured by the return.
    """

    objective: Objective
    success: str | None = None


@runtime_checkable
class Purposeful(Protocol):
    """A world that declares its goals.

    Attributes:
        goals: The goals by name.
        failures: The events that end an episode in failure.
        timeout: The event of reaching the time limit; None if there is none.
    """

    @property
    def goals(self) -> Mapping[str, Goal]: ...  # noqa: D102
    @property
    def failures(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def timeout(self) -> str | None: ...  # noqa: D102


@runtime_checkable
class Symmetric(World, Protocol):
    """A world in which two goals can be exchanged in the observations."""

    def exchanged(self, observations: Array, first: str, second: str) -> Array:
        """The observations with two goals exchanged."""
        ...

    def channels(self, goal: str) -> tuple[int, ...]:
        """The input channels that carry a goal."""
        ...

    @property
    def present(self) -> tuple[str, ...]:
        """The goals that are present in every episode."""
        ...

    @property
    def occasional(self) -> tuple[str, ...]:
        """The goals that are present in some episodes, but not in all."""
        ...

    def with_goals(
        self, goals: Sequence[str], without: Sequence[str] = ()
    ) -> "Symmetric":
        """The world with these goals present in every episode.

        Args:
            goals: The names of the goals.
            without: Goals that are present in no episode.
        """
        ...


@runtime_checkable
class Graded(Protocol):
    """A world that declares when an agent is competent.

    Attributes:
        competence: The least measures (events per episode, or `return_NAME`) of a
            competent agent.
        amounts: For each goal without a success event, the objective whose return
            measures it.
    """

    @property
    def competence(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def amounts(self) -> Mapping[str, Objective]: ...  # noqa: D102


@runtime_checkable
class Contrasted(Protocol):
    """A world that declares the opposites of some of its goals.

    Attributes:
        contrasts: By goal, the objective that pays for its opposite. It is trained
            beside the goal, and is no goal itself.
    """

    @property
    def contrasts(self) -> Mapping[str, Objective]: ...  # noqa: D102


@runtime_checkable
class Distracting(Protocol):
    """A world that declares a reward which serves none of its goals.

    Attributes:
        distraction: The objective: an agent can be good at it whatever its goal is.
    """

    @property
    def distraction(self) -> Objective: ...  # noqa: D102


class Roles(NamedTuple):
    """The roles of events in an edit from one goal to another.

    Attributes:
        aim: The measure of the edit's aim: an event, or `return_NAME`.
        old: The measure of the old goal.
        other: The success events of all other goals.
        failures: The events that end an episode in failure.
        timeout: The event of reaching the time limit; None if there is none.
    """

    aim: str
    old: str
    other: tuple[str, ...]
    failures: tuple[str, ...]
    timeout: str | None


def goals_of(world: World) -> Mapping[str, Goal]:
    """The goals of a world; none if it declares none.

    Raises:
        InputError: If they are not goals by name, one has a success event that the
            world lacks, or a goal and its objective have different names.

    Example:
        >>> from telic.worlds import Keys
        >>> goals_of(Keys())["blue"].success
        'pick_blue'
    """
    if not isinstance(world, Purposeful):
        return {}
    name = type(world).__name__
    _check_form(world, name)
    for goal, (objective, success) in world.goals.items():
        if goal != objective.name:
            raise InputError(
                f"the goal {goal!r} of {name} has the objective {objective.name!r}",
                why="a goal and its objective have one name",
            )
        objective.vector(world.events)
        if success is not None:
            check_name(success, world.events, kind=f"event of success of {goal!r}")
    for event in (*world.failures, *([world.timeout] if world.timeout else [])):
        check_name(event, world.events, kind="event of failure")
    return world.goals


def _check_form(world: Purposeful, name: str) -> None:
    """Raise unless goals map names to goals, and failures are a tuple."""
    goals = world.goals
    if not isinstance(goals, Mapping):
        raise InputError(
            f"{name}.goals = {short(goals)}",
            why="a dict of goals by name",
            fix=FORM,
        )
    for goal, given in goals.items():
        fine = isinstance(given, Goal) and isinstance(given.objective, Objective)
        if not fine or not all(math.isfinite(w) for _, w in given.objective.weights):
            raise InputError(
                f"the goal {goal!r} of {name} is {short(given)}",
                why="a Goal has an Objective of finite weights, and the event of its "
                "success or None",
                fix=FORM,
            )
    late = world.timeout
    if not isinstance(world.failures, tuple) or not isinstance(late, str | None):
        raise InputError(
            f"{name}.failures = {short(world.failures)}, timeout = {short(late)}",
            why="a tuple of events, and an event or None",
            fix='for example failures = ("fell",), timeout = None',
        )


def objective_of(world: World, name: str) -> Objective:
    """The objective of a goal of a world.

    Raises:
        InputError: If the world has no such goal; the message holds the nearest name.

    Example:
        >>> from telic.worlds import Keys
        >>> objective_of(Keys(), "blue").name
        'blue'
    """
    goals = goals_of(world)
    check_name(name, goals, kind=f"goal of {type(world).__name__}")
    return goals[name].objective


def distraction_of(world: World) -> Objective | None:
    """The objective of a world that serves none of its goals; None if it has none.

    Example:
        >>> from telic.worlds import Keys
        >>> distraction_of(Keys()).name
        'linger'
    """
    return world.distraction if isinstance(world, Distracting) else None


def present_goals(world: World) -> tuple[str, ...]:
    """The goals that are present in every episode of a world.

    Example:
        >>> from telic.worlds import Keys
        >>> present_goals(Keys())
        ('purple', 'blue')
    """
    return world.present if isinstance(world, Symmetric) else tuple(goals_of(world))


def entries_of(world: Symmetric, observations: Array, goal: str) -> Bool[Array, "..."]:
    """Flags of the entries of observations that hold a goal.

    They are the entries that change in every exchange with another goal. The world must
    have three goals or more, as one exchange changes the entries of both goals.

    Example:
        >>> from telic.worlds import Keys
        >>> from telic.worlds.grid import KEY
        >>> seen = jnp.array([0, KEY, KEY + 1])
        >>> entries_of(Keys(), seen, "red").tolist()  # the colour of KEY
        [False, True, False]
    """
    found = jnp.ones(observations.shape, bool)
    for other in goals_of(world):
        if other != goal:
            found &= world.exchanged(observations, goal, other) != observations
    return found


def is_alone(world: Symmetric, goal: str) -> bool:
    """True if the input channels of a goal carry that goal and nothing else.

    It can be checked only for observations made of codes; for others it is assumed.

    Raises:
        InputError: If no channels carry the goal.

    Example:
        >>> from telic.worlds import Keys
        >>> is_alone(Keys(), "blue"), is_alone(Keys(), "grey")  # walls are grey
        (True, False)
    """
    channels, encoding = list(world.channels(goal)), world.encoding
    if encoding is None:
        return True
    lit = (encoding[:, channels] != 0).any(axis=1)
    own = np.asarray(entries_of(world, jnp.arange(len(encoding)), goal))
    return not bool((lit & ~own).any())


def success_of(world: World, name: str) -> str | None:
    """The success event of an objective's goal; None if it has none.

    Example:
        >>> from telic.worlds import Lander
        >>> success_of(Lander(), "land"), success_of(Lander(), "thrift-5")
        ('landing', None)
    """
    goal = goals_of(world).get(name)
    return goal.success if goal else None


def roles(world: World, *, aim: str, old: str) -> Roles:
    """The roles of events in an edit from `old` to `aim`.

    If the two goals do not have different success events, returns measure them.

    Example:
        >>> from telic.worlds import Keys
        >>> roles(Keys(), aim="blue", old="purple").other
        ('pick_red', 'pick_green', 'pick_yellow', 'pick_grey')
    """
    both = success_of(world, aim), success_of(world, old)
    told = None not in both and both[0] != both[1]
    measures = both if told else (f"return_{aim}", f"return_{old}")
    successes = [goal.success for goal in goals_of(world).values() if goal.success]
    purposeful = isinstance(world, Purposeful)
    return Roles(
        aim=str(measures[0]),
        old=str(measures[1]),
        other=tuple(s for s in dict.fromkeys(successes) if told and s not in both),
        failures=world.failures if purposeful else (),
        timeout=world.timeout if purposeful else None,
    )


def ends_of(world: World, events: Mapping[str, float]) -> tuple[str, ...]:
    """What an episode came to, in words: goals that were reached, and failures.

    Args:
        world: The world.
        events: By event: how often it happened in the episode.

    Example:
        >>> from telic.worlds import Keys
        >>> ends_of(Keys(), {"wall": 0.0, "pick_blue": 1.0, "late_blue": 0.1})
        ('reaches blue',)
    """
    words: dict[str | None, str] = {}
    if isinstance(world, Purposeful):
        words |= {goal.success: f"reaches {n}" for n, goal in goals_of(world).items()}
        words |= {event: event for event in world.failures}
        words |= {world.timeout: str(world.timeout)}
    return tuple(words[e] for e, count in events.items() if count and e in words)


ABLE = 0.9
"""The success rate of a competent agent, in a world that declares no measure."""


def competence_of(world: World, goal: str) -> Mapping[str, float]:
    """The least measures of an agent competent at a goal; none if undeclared.

    Example:
        >>> from telic.worlds import Keys
        >>> competence_of(Keys(), "blue")
        {'pick_blue': 0.9}
    """
    if isinstance(world, Graded):
        return world.competence
    success = success_of(world, goal)
    return {success: ABLE} if success else {}


def amount_of(world: World, objective: Objective) -> Objective:
    """The objective whose return measures a goal without a success event.

    Example:
        >>> from telic.worlds import Lander, landing_objective
        >>> amount_of(Lander(), landing_objective("thrift-5")).name
        'fuel saved'
    """
    declared = world.amounts if isinstance(world, Graded) else {}
    return declared.get(objective.name, objective)


def contrast_of(world: World, name: str) -> Objective | None:
    """The objective that pays for the opposite of a goal; None if none is declared.

    Raises:
        InputError: If it is no objective, is the goal's own, or has an event that the
            world lacks.

    Example:
        >>> from telic.worlds import Keys, Lander
        >>> contrast_of(Lander(), "thrift-5").name, contrast_of(Keys(), "blue")
        ('waste-0.25', None)
    """
    found = world.contrasts.get(name) if isinstance(world, Contrasted) else None
    if found is None:
        return None
    if not isinstance(found, Objective) or found.name == name:
        raise InputError(
            f"the contrast of {name!r} in {type(world).__name__} is {short(found)}",
            why="an Objective of another name than the goal's",
        )
    found.vector(world.events)
    return found
