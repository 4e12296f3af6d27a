"""Single episodes of an agent, as states or as frames, for pictures."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

import gymnasium
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, UInt8

from telic.core.errors import InputError
from telic.rollouts.actor import Actor
from telic.rollouts.host import act
from telic.worlds.base import (
    Continuous,
    JaxWorld,
    State,
    StepNoise,
    Transition,
    action_shape,
)
from telic.worlds.gym_vector import Bounded
from telic.worlds.host import HostWorld

Frame = UInt8[np.ndarray, "height width 3"]


@runtime_checkable
class Drawable(HostWorld, Protocol):
    """A host world whose simulator draws itself, if its environment can."""

    def make(self, render_mode: str | None = None) -> gymnasium.Env:
        """One copy of the simulator."""
        ...


class Episode(NamedTuple):
    """The states, actions and events of one episode, as NumPy arrays.

    Attributes:
        boards: The state before each action, and the final state; their leaves are
            NumPy arrays.
        actions: The index of each action, or its row of numbers.
        events: The sum of each event over the episode.
        ended: Whether the episode came to its end; False if `limit` cut it off.
    """

    boards: list[State]
    actions: list[Any]
    events: dict[str, float]
    ended: bool


def record(
    agent: Actor,
    world: JaxWorld,
    *,
    seed: int,
    greedy: bool = False,
    limit: int | None = None,
) -> Episode:
    """One episode of an agent in a fresh world.

    Args:
        agent: The agent.
        world: The world to act in.
        seed: The seed of the initial state and all noise. Agents with the same seed
            start from the same state.
        greedy: Whether to take the most probable action instead of sampling.
        limit: Steps after which to stop; None: when the world ends the episode.

    Raises:
        InputError: If the limit is below one.

    Example:
        >>> from telic.policies import MLP, create
        >>> from telic.worlds import Keys
        >>> world = Keys()
        >>> agent = create(jax.random.key(0), MLP(width=8), world)
        >>> episode = record(agent, world, seed=0)
        >>> len(episode.boards) - len(episode.actions), episode.ended
        (1, True)
    """
    if limit is not None and limit < 1:
        raise InputError(f"limit is {limit}", why="allowed: 1 or more, or None")
    reset_key, key = jax.random.split(jax.random.key(seed))
    state, carry = (
        jax.jit(world.reset)(world.sample_noise(reset_key)),
        agent.initial_carry(1),
    )
    boards, actions, ended = [jax.device_get(state)], [], False
    total = np.zeros(len(world.events))
    while not ended and (limit is None or len(actions) < limit):
        action_key, world_key = jax.random.split(jax.random.fold_in(key, len(actions)))
        action, carry = _choose(action_key, agent, carry, world, state, greedy)
        after = _step(world, state, action, world.sample_noise(world_key))
        state, total = after.state, total + np.asarray(after.events)
        boards.append(jax.device_get(state))
        actions.append(np.asarray(action).tolist())
        ended = bool(after.terminated | after.truncated)
    happened = dict(zip(world.events, total.tolist(), strict=True))
    return Episode(boards, actions, happened, ended)


def greedy_actions(agent: Actor, world: Drawable, *, seed: int) -> list[Any]:
    """The most probable actions of an agent in one episode, for `film`.

    Args:
        agent: The agent.
        world: A host world.
        seed: The seed of the episode; agents with the same seed start alike.
    """
    return greedy_episode(agent, world, seed=seed)[0]


def greedy_episode(
    agent: Actor, world: Drawable, *, seed: int
) -> tuple[list[Any], np.ndarray]:
    """As `greedy_actions`, and the (time, ...) observation before each of them."""
    env, carry = world.make(), agent.initial_carry(1)
    none = np.zeros((1, *action_shape(world)), "f")
    bounded = Bounded(world.bounds if isinstance(world, Continuous) else ())
    try:
        seen, _ = env.reset(seed=seed)
        actions, rows, done = [], [], False
        while not done and len(actions) < world.limit:
            row = np.asarray(seen, np.float32).reshape(1, *world.observation)
            rows.append(row[0])
            chosen, _, carry = act(agent, row, carry, none, greedy=True)
            actions.append(bounded(np.asarray(chosen))[0].tolist())
            seen, _, terminated, truncated, _ = env.step(_given(actions[-1]))
            done = bool(terminated or truncated)
        return actions, np.stack(rows)
    finally:
        env.close()


def film(
    world: Drawable,
    actions: Sequence[Any],
    *,
    seed: int,
    every: int = 6,
    shrink: int = 2,
) -> list[Frame]:
    """The frames of one episode, rendered from its actions.

    Args:
        world: A host world; its simulator draws the frames.
        actions: The actions, as in `greedy_actions`.
        seed: The seed of the episode.
        every: The number of steps per frame; the last step always has one.
        shrink: The factor by which frames are subsampled.

    Raises:
        InputError: If a number is below one, or the environment renders nothing.
    """
    if every < 1 or shrink < 1:
        raise InputError(
            f"every = {every}, shrink = {shrink}", why="allowed: 1 or more"
        )
    last = len(actions)
    times = {*range(0, last, every), last}
    return frames_at(world, actions, sorted(times), seed=seed, shrink=shrink)


def frames_at(
    world: Drawable,
    actions: Sequence[Any],
    times: Sequence[int],
    *,
    seed: int,
    shrink: int = 2,
) -> list[Frame]:
    """The frames of one episode at some times, in their order.

    Args:
        world: A host world; its simulator draws the frames.
        actions: The actions, as in `greedy_actions`.
        times: How many actions were taken before each frame, ascending.
        seed: The seed of the episode.
        shrink: The factor by which frames are subsampled.

    Raises:
        InputError: If the environment renders nothing.
    """
    env = world.make(render_mode="rgb_array")
    try:
        env.reset(seed=seed)
        frames = []
        for time in range(max(times, default=-1) + 1):
            if time:
                env.step(_given(actions[time - 1]))
            if time in times:
                frames.append(_frame(env, shrink))
        return frames
    finally:
        env.close()


@functools.partial(jax.jit, static_argnames=("world", "greedy"))
def _choose(
    key: jax.Array,
    agent: Actor,
    carry: Any,
    world: JaxWorld,
    state: State,
    greedy: bool,
) -> tuple[Array, Any]:
    """The greedy or sampled action, and the memory after it."""
    seen = world.observe(state)[None]
    if greedy:
        action, _, after = agent.act(
            seen, carry, jnp.zeros((1, *action_shape(world))), greedy=True
        )
    else:
        action, after = agent.sample(key, seen, carry)
    return action[0], after


@functools.partial(jax.jit, static_argnames="world")
def _step(world: JaxWorld, state: State, action: Array, noise: StepNoise) -> Transition:
    return world.step(state, action, noise)


def _given(action: Any) -> Any:
    """An action as an environment takes it: a number, or an array."""
    return np.asarray(action) if isinstance(action, list) else action


def _frame(env: gymnasium.Env, shrink: int) -> Frame:
    """The current frame."""
    frame = env.render()
    if not isinstance(frame, np.ndarray):
        raise InputError(
            f"{env.spec.id if env.spec else env} draws nothing",
            why="its render() gave no picture",
        )
    return np.ascontiguousarray(frame[::shrink, ::shrink], np.uint8)
