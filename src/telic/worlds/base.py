"""The contract of a world: what can happen, never what is wanted.

A world reports a vector of named *events* at every step; an objective weighs them
(`telic.worlds.objectives`). So no world holds a reward, one compiled program trains
every objective, and every rollout can be scored under objectives it was not trained on.

There are two kinds. A `JaxWorld` is computed inside the training program; a host world
(`telic.worlds.host`) is a simulator that is stepped from Python. Agents, objectives,
edits and trials see neither, only what both share: `World`.
"""

from typing import Any, NamedTuple, Protocol, runtime_checkable

import jax
import numpy as np
from jaxtyping import Array, Bool, Float, Float32, UInt8

State = Any
Chance = Any


class Transition(NamedTuple):
    """What one step of a world brought about.

    Attributes:
        state: The state after the step; it is never a state after a reset.
        events: What happened, in the order of `World.events`.
        terminated: The episode ended for good: nothing is to be had beyond it.
        truncated: The time was up. Both may be true; then `terminated` decides.
    """

    state: State
    events: Float[Array, " events"]
    terminated: Bool[Array, ""]
    truncated: Bool[Array, ""]


@runtime_checkable
class World(Protocol):
    """What an agent and an objective need to know of a world; worlds are hashable.

    Attributes:
        events: The names of the entries of the event vector.
        actions: The names of the actions, in the order of their numbers.
        encoding: For observations made of integer codes, the table
            (codes, channels) by which a code stands for channel values; None for
            observations that are vectors of floats.
        limit: Steps after which an episode is truncated, if it has not ended.
        observation: The shape of what an agent sees, without batch axes.
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

    Chance enters through `draw` alone: a rollout draws all of its randomness before
    its loop, in one large kernel, and the loop itself draws nothing (on a CPU a
    counter-based generator inside a loop of 512 steps costs more than the world does).
    """

    def draw(self, key: jax.Array) -> Chance:
        """All the chance that one `step`, or one `reset`, may need."""
        ...

    def reset(self, chance: Chance) -> State:
        """The first state of an episode."""
        ...

    def step(self, state: State, action: Array, chance: Chance) -> Transition:
        """What follows `action` in `state`."""
        ...

    def observe(self, state: State) -> Array:
        """What the agent sees: integer codes if there is an encoding, else floats."""
        ...


@runtime_checkable
class GoalConditioned(Protocol):
    """A world whose observations end in the number of the goal of the episode.

    Attributes:
        num_goals: How many different goals there are.
        base: The same world without goals.
    """

    @property
    def num_goals(self) -> int: ...  # noqa: D102
    @property
    def base(self) -> World: ...  # noqa: D102


@runtime_checkable
class Pictured(Protocol):
    """A world in JAX that draws its own states."""

    def picture(self, state: State) -> UInt8[np.ndarray, "height width 3"]:
        """A state, its leaves NumPy arrays, as red, green and blue from 0 to 255."""
        ...
