"""The contract of a world: named events, without rewards.

A world reports a vector of named *events* at every step; an objective weights them
(`telic.worlds.objectives`). So no world defines a reward, one compiled program trains
every objective, and every rollout can be scored under objectives it was not trained on.

There are two kinds. A `JaxWorld` is computed inside the training program; a host world
(`telic.worlds.host`) is a simulator that is stepped from Python. Agents, objectives,
edits and trials use only their common interface, `World`.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Float32, UInt8

State = Any
StepNoise = Any


class Transition(NamedTuple):
    """The result of one step of a world.

    Attributes:
        state: The state after the step; never the state after a reset.
        events: The event vector, in the order of `World.events`.
        terminated: Whether the episode ended for good: the value beyond it is 0.
        truncated: Whether the time limit was reached. If both are true, `terminated`
            decides.
    """

    state: State
    events: Float[Array, " events"]
    terminated: Bool[Array, ""]
    truncated: Bool[Array, ""]


@runtime_checkable
class World(Protocol):
    """The interface of a world for agents and objectives; worlds are hashable.

    Attributes:
        events: The names of the entries of the event vector.
        actions: The names of the actions, by index; if an action is a row of numbers
            (`Continuous`) or of choices (`Choosing`), the names of its entries.
        encoding: For observations made of integer codes, the table (codes, channels)
            of the channel values of each code; None for observations of floats.
        limit: Steps after which an episode is truncated, if it has not ended.
        observation: The shape of an observation, without batch axes.
    """

    @property
    def events(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def actions(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def encoding(self) -> Float32[np.ndarray, "codes channels"] | None: ...  # noqa: D102
    @property
    def limit(self) -> int: ...  # noqa: D102
    @property
    def observation(self) -> tuple[int, ...]: ...  # noqa: D102


@runtime_checkable
class JaxWorld(World, Protocol):
    """A world in JAX: pure functions of ONE environment, vmapped by their callers.

    All randomness comes from `sample_noise`: a rollout draws all of its noise before
    its loop, in one large kernel, and the loop itself draws nothing (on a CPU a
    counter-based generator inside a loop of 512 steps costs more than the world does).
    """

    def sample_noise(self, key: jax.Array) -> StepNoise:
        """The noise for one `step` or one `reset`."""
        ...

    def reset(self, noise: StepNoise) -> State:
        """The first state of an episode."""
        ...

    def step(self, state: State, action: Array, noise: StepNoise) -> Transition:
        """The transition from `state` by `action`."""
        ...

    def observe(self, state: State) -> Array:
        """The observation: integer codes if there is an encoding, else floats."""
        ...


@runtime_checkable
class GoalConditioned(Protocol):
    """A world whose observations end with the index of the episode's goal.

    Attributes:
        num_goals: The number of different goals.
        base: The same world without goals.
    """

    @property
    def num_goals(self) -> int: ...  # noqa: D102
    @property
    def base(self) -> World: ...  # noqa: D102


@runtime_checkable
class Continuous(Protocol):
    """A world in which an action may be a row of real numbers.

    Attributes:
        bounds: The least and the greatest value of each number, to which the world
            clips it; empty: actions are not such rows.
    """

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]: ...  # noqa: D102


@runtime_checkable
class Choosing(Protocol):
    """A world in which an action may be several numbered choices at once.

    Attributes:
        choices: The number of options of each choice; empty: actions are not such rows.
    """

    @property
    def choices(self) -> tuple[int, ...]: ...  # noqa: D102


def action_shape(world: World) -> tuple[int, ...]:
    """The shape of one action: that of a number, or of a row with its entries.

    Example:
        >>> from telic.worlds import Keys
        >>> action_shape(Keys())
        ()
    """
    row = isinstance(world, Continuous) and bool(world.bounds)
    row |= isinstance(world, Choosing) and bool(world.choices)
    return (len(world.actions),) if row else ()


@runtime_checkable
class Pictured(Protocol):
    """A world in JAX that draws its own states."""

    def picture(self, state: State) -> UInt8[np.ndarray, "height width 3"]:
        """A state, its leaves NumPy arrays, as red, green and blue from 0 to 255."""
        ...
