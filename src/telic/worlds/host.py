"""Host worlds: simulators that are stepped from Python, with the same named events.

A `HostWorld` says what its simulator is; `vector_env` makes copies of it that are
stepped together. What a simulator keeps to itself cannot be stored: a run in a host
world goes on from the beginning of a phase, where its fleet is made anew.

The fleet tells what it saw, never what it means: `HostWorld.compute_events` turns a
block of steps into events, all at once, so that a world is written in NumPy and costs
little.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Shaped

from telic.core.errors import THEIRS, TelicError, WorldError, said
from telic.core.names import check_name
from telic.worlds.base import World


class StepResult(NamedTuple):
    """What some copies answered to one step.

    Attributes:
        obs: (copies, ...) what is seen after it; of an ended episode its last sight.
        reward: (copies,) the simulator's own.
        terminated: (copies,) whether the episode ended for good.
        truncated: (copies,) whether the time was up.
        info: By name, (copies,) of what the world asked for in `HostWorld.info`.
    """

    obs: Float32[np.ndarray, "copies ..."]
    reward: Float[np.ndarray, " copies"]
    terminated: Bool[np.ndarray, " copies"]
    truncated: Bool[np.ndarray, " copies"]
    info: Mapping[str, Float[np.ndarray, " copies"]]


class Transitions(NamedTuple):
    """A block of steps as a world's `compute_events` gets it; axes (time, envs).

    Attributes:
        before: (time, envs, ...) what was seen before each step.
        action: What was done.
        reward: What the simulator paid; an objective may weigh it as an event.
        after: (time, envs, ...) what was seen after it, before any reset.
        terminated: Whether the step ended its episode for good.
        truncated: Whether the time limit ended it.
        prev_episode_last_obs: (time, envs, ...) the last sight of the copy's episode
            before this one; NaN if there was none.
        first: Whether the step is the first of its episode.
        info: By name, what the world asked for in `HostWorld.info`.
    """

    before: Float32[np.ndarray, "time envs ..."]
    action: Int[np.ndarray, "time envs"]
    reward: Float[np.ndarray, "time envs"]
    after: Float32[np.ndarray, "time envs ..."]
    terminated: Bool[np.ndarray, "time envs"]
    truncated: Bool[np.ndarray, "time envs"]
    prev_episode_last_obs: Float32[np.ndarray, "time envs ..."]
    first: Bool[np.ndarray, "time envs"]
    info: Mapping[str, Float[np.ndarray, "time envs"]]


@runtime_checkable
class HostVectorEnv(Protocol):
    """Copies of a simulator, stepped together."""

    def reset(self) -> Float32[np.ndarray, "envs ..."]:
        """What is seen at the start of the first episode of every copy."""
        ...

    def step(
        self, action: Int[np.ndarray, " copies"], env_ids: Int[np.ndarray, " copies"]
    ) -> StepResult:
        """One step of the copies `env_ids`; none of them may have ended."""
        ...

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies ..."]:
        """What is seen at the start of the next episode of the copies `env_ids`."""
        ...

    def close(self) -> None:
        """Give back what the copies hold."""
        ...


@runtime_checkable
class HostWorld(World, Protocol):
    """A world whose steps are taken by a simulator outside of JAX.

    Attributes:
        info: The entries of the simulator's `info` that `compute_events` reads.
    """

    @property
    def info(self) -> tuple[str, ...]: ...  # noqa: D102

    def vector_env(self, seeds: Sequence[int]) -> HostVectorEnv:
        """As many copies as seeds; a copy's seed decides all of its episodes."""
        ...

    def compute_events(
        self, block: Transitions
    ) -> Mapping[str, Shaped[np.ndarray, "time envs"]]:
        """The events of a block of steps, by name: a number for every step."""
        ...


def blank(world: HostWorld, steps: int, envs: int) -> Transitions:
    """A block of steps that are still to be told, by `put`: zeros, and no episodes."""
    shape = (steps, envs)
    before, after = (np.zeros((*shape, *world.observation), np.float32) for _ in "ba")
    ends = (np.zeros(shape, bool) for _ in "tu")
    return Transitions(
        before,
        np.zeros(shape, np.int32),
        np.zeros(shape),
        after,
        *ends,
        prev_episode_last_obs=np.full_like(before, np.nan),
        first=np.zeros(shape, bool),
        info={name: np.full(shape, np.nan) for name in world.info},
    )


def check_ready(world: object) -> None:
    """Raise unless the world, if it is a simulator, can be made here.

    Its packages may be missing; that is better said before a run has a folder.

    Raises:
        InputError: If no copy of it can be made.
        WorldError: If its code raises while one is.
    """
    if not isinstance(world, HostWorld):
        return
    try:
        world.vector_env([0]).close()
    except TelicError:
        raise
    except THEIRS as error:
        raise WorldError(
            f"{world} failed while a copy was made",
            why=said(error),
            fix="mend the environment; --debug shows the line",
        ) from error


def put(
    block: Transitions,
    time: int,
    env_ids: Int[np.ndarray, " copies"],
    before: Float32[np.ndarray, "copies ..."],
    action: Int[np.ndarray, " copies"],
    result: StepResult,
) -> None:
    """Write one step of some copies into a block."""
    block.before[time, env_ids], block.action[time, env_ids] = before, action
    block.reward[time, env_ids], block.after[time, env_ids] = result.reward, result.obs
    block.terminated[time, env_ids] = result.terminated
    block.truncated[time, env_ids] = result.truncated
    for name, values in result.info.items():
        block.info[name][time, env_ids] = values


def numbers(values: Any, what: str) -> Shaped[np.ndarray, "..."]:
    """What some copies answered as one array of numbers, of all that are such.

    NumPy alone would read "1.5" as a number, and fill a row from a single one.

    Raises:
        ValueError: If one is text, None or an object, or they differ in shape.

    Example:
        >>> numbers([1, 2.5], "rewards").tolist()
        [1.0, 2.5]
    """
    found = np.asarray(values)
    if found.dtype.kind not in "biuf":
        raise ValueError(f"{what} are not all numbers: {str(values)[:80]}")
    return found


def events(
    world: HostWorld, block: Transitions
) -> Float32[np.ndarray, "time envs events"]:
    """The event vectors of a block of steps; an event that is not told is zero.

    Raises:
        InputError: If the world tells an event that it does not list.
        WorldError: If its `compute_events` raises, or tells no number for every step.
    """
    found = np.zeros((*block.reward.shape, len(world.events)), np.float32)
    try:
        for name, values in world.compute_events(block).items():
            check_name(name, world.events, kind="event")
            found[..., world.events.index(name)] = values
    except TelicError:
        raise
    except THEIRS as error:
        raise WorldError(
            f"{world} failed to tell what happened",
            why=said(error),
            fix="compute_events gives a dict: for every event an array (time, envs)",
        ) from error
    return found
