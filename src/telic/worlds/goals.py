"""Goals: what a world says can be wanted in it, and how its episodes can fail.

Events say what happened. A goal names the objective under which it is trained and the
event that counts as its success, so that trials, tables and pictures can speak of any
world by the parts that goals play: the aim of an edit, what was wanted before, another
goal, a failure. Objectives of a world that declares no goals are measured by their
returns.
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
"""How goals are declared, for messages."""


class Goal(NamedTuple):
    """Something that can be wanted in a world.

    Attributes:
        objective: The objective under which it is trained; it has the goal's name.
        success: The event that counts as reaching it, at most once an episode; None if
            only the return says how far it was reached.
    """

    objective: Objective
    success: str | None = None


@runtime_checkable
class Purposeful(Protocol):
    """A world that declares what can be wanted in it.

    Attributes:
        goals: The goals by name.
        failures: The events that end an episode in failure.
        timeout: The event that the time was up; None if there is none.
    """

    @property
    def goals(self) -> Mapping[str, Goal]: ...  # noqa: D102
    @property
    def failures(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def timeout(self) -> str | None: ...  # noqa: D102


@runtime_checkable
class Symmetric(World, Protocol):
    """A world in which two goals can be exchanged in what is seen."""

    def exchanged(self, observations: Array, first: str, second: str) -> Array:
        """The same observations, had two goals changed places."""
        ...

    def channels(self, goal: str) -> tuple[int, ...]:
        """The input channels that carry a goal."""
        ...

    @property
    def present(self) -> tuple[str, ...]:
        """The goals that are to be had in every episode."""
        ...

    @property
    def occasional(self) -> tuple[str, ...]:
        """The goals that are to be had in some episodes, and not in every one."""
        ...

    def with_goals(
        self, goals: Sequence[str], without: Sequence[str] = ()
    ) -> "Symmetric":
        """The world in which these goals are to be had in every episode.

        Args:
            goals: The names of the goals.
            without: Goals that are to be had in none.
        """
        ...


@runtime_checkable
class Graded(Protocol):
    """A world that says in numbers what an agent in it is worth.

    Attributes:
        competence: The least measures (events per episode, or `return_NAME`) of an
            agent that is able enough to be studied.
        amounts: By goal without an event of success: the objective whose return says
            how far it was reached.
    """

    @property
    def competence(self) -> Mapping[str, float]: ...  # noqa: D102
    @property
    def amounts(self) -> Mapping[str, Objective]: ...  # noqa: D102


class Roles(NamedTuple):
    """Which events play which part, for an edit from one goal to another.

    Attributes:
        aim: What measures the goal that the edit aims at: an event, or `return_NAME`.
        old: What measures the goal that was wanted before.
        other: The events of success of all other goals.
        failures: The events that end an episode in failure.
        timeout: The event that the time was up; None if there is none.
    """

    aim: str
    old: str
    other: tuple[str, ...]
    failures: tuple[str, ...]
    timeout: str | None


def goals_of(world: World) -> Mapping[str, Goal]:
    """The goals of a world; none if it declares none.

    Raises:
        InputError: If they are no goals by name, one has an event of success that the
            world does not have, or is not the goal of its objective's name.

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
    """Raise unless goals are goals by name, and failures a tuple."""
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


def present_goals(world: World) -> tuple[str, ...]:
    """The goals that are to be had in every episode of a world.

    Example:
        >>> from telic.worlds import Keys
        >>> present_goals(Keys())
        ('purple', 'blue')
    """
    return world.present if isinstance(world, Symmetric) else tuple(goals_of(world))


def entries_of(world: Symmetric, observations: Array, goal: str) -> Bool[Array, "..."]:
    """Which entries of observations hold a goal: every exchange of it changes them.

    The world must have three goals or more: an exchange changes the entries of both.

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
    """Whether the input channels of a goal carry that goal and nothing else.

    Only observations made of codes can say so; others are taken at their word.

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
    """The event of success of an objective's goal; None if it has none.

    Example:
        >>> from telic.worlds import Lander
        >>> success_of(Lander(), "land"), success_of(Lander(), "thrift-5")
        ('landing', None)
    """
    goal = goals_of(world).get(name)
    return goal.success if goal else None


def roles(world: World, *, aim: str, old: str) -> Roles:
    """Which events play which part, for an edit from `old` to `aim`.

    Where the two goals have no success of their own, returns tell them apart.

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
"""The rate of success of an able agent, in a world that names no other measure."""


def competence_of(world: World, goal: str) -> Mapping[str, float]:
    """The least measures of an agent that can reach a goal; none if nothing tells.

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
    """The objective whose return says how far a goal without success was reached.

    Example:
        >>> from telic.worlds import Lander, landing_objective
        >>> amount_of(Lander(), landing_objective("thrift-5")).name
        'fuel saved'
    """
    declared = world.amounts if isinstance(world, Graded) else {}
    return declared.get(objective.name, objective)
