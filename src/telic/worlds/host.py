"""Host worlds: simulators stepped from Python, with the same named events.

A `HostWorld` describes a simulator; `vector_env` makes copies of it that are stepped
together. The internal state of a simulator cannot be stored, so a run in a host world
resumes from the beginning of a phase, with new copies.

The copies return observations, rewards and ends; `HostWorld.compute_events` computes
the events of a block of steps at once, so that a world is written in NumPy and is fast.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Bool, Float, Float32, Int, Shaped

from telic.core.errors import THEIRS, TelicError, WorldError, said
from telic.core.names import check_name
from telic.worlds.base import Continuous, World, action_shape


class StepResult(NamedTuple):
    """The answers of some copies to one step.

    Attributes:
        obs: (copies, ...) the observations after it; the last of an ended episode.
        reward: (copies,) the simulator's reward.
        terminated: (copies,) whether the episode ended for good.
        truncated: (copies,) whether the time limit was reached.
        info: (copies,) for each entry of `HostWorld.info`, by name.
    """

    obs: Float32[np.ndarray, "copies ..."]
    reward: Float[np.ndarray, " copies"]
    terminated: Bool[np.ndarray, " copies"]
    truncated: Bool[np.ndarray, " copies"]
    info: Mapping[str, Float[np.ndarray, " copies"]]


class Transitions(NamedTuple):
    """A block of steps, the argument of `compute_events`; axes (time, envs).

    Attributes:
        before: (time, envs, ...) the observations before each step.
        action: The actions, one number each, or a row.
        reward: The simulator's reward; it may be reported as an event.
        after: (time, envs, ...) the observations after it, before any reset.
        terminated: Whether the step ended its episode for good.
        truncated: Whether the time limit ended it.
        prev_episode_last_obs: (time, envs, ...) the last observation of the copy's
            previous episode; NaN if there was none.
        first: Whether the step is the first of its episode.
        info: The entries of `HostWorld.info`, by name.
    """

    before: Float32[np.ndarray, "time envs ..."]
    action: Shaped[np.ndarray, "time envs ..."]
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
        """The first observation of every copy."""
        ...

    def step(
        self,
        action: Shaped[np.ndarray, "copies ..."],
        env_ids: Int[np.ndarray, " copies"],
    ) -> StepResult:
        """One step of the copies `env_ids`; none of them may have ended."""
        ...

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies ..."]:
        """The first observations of the next episodes of the copies `env_ids`."""
        ...

    def close(self) -> None:
        """Release the resources of the copies."""
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
        """One copy per seed, which determines all of its episodes."""
        ...

    def compute_events(
        self, block: Transitions
    ) -> Mapping[str, Shaped[np.ndarray, "time envs"]]:
        """The events of a block of steps, by name: a number for every step."""
        ...


def blank(world: HostWorld, steps: int, envs: int) -> Transitions:
    """A block of steps for `put` to fill: zeros, with NaN for earlier episodes."""
    shape = (steps, envs)
    real = isinstance(world, Continuous) and bool(world.bounds)
    before, after = (np.zeros((*shape, *world.observation), np.float32) for _ in "ba")
    ends = (np.zeros(shape, bool) for _ in "tu")
    return Transitions(
        before,
        np.zeros((*shape, *action_shape(world)), np.float32 if real else np.int32),
        np.zeros(shape),
        after,
        *ends,
        prev_episode_last_obs=np.full_like(before, np.nan),
        first=np.zeros(shape, bool),
        info={name: np.full(shape, np.nan) for name in world.info},
    )


def check_ready(world: object) -> None:
    """Raise unless the world, if it is a simulator, can be created here.

    Its packages may be missing, which should be reported before a run has a folder.

    Raises:
        InputError: If no copy of it can be made.
        WorldError: If its code raises.
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
    action: Shaped[np.ndarray, "copies ..."],
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
    """The answers of some copies as one array of numbers.

    Text is refused, which NumPy would convert on assignment.

    Raises:
        ValueError: If one is text, None or an object, or their shapes differ.

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
    """The event vectors of a block of steps; an event not returned is zero.

    Raises:
        InputError: If the world returns an event that it does not list.
        WorldError: If its `compute_events` raises, or lacks a number for a step.
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
