"""Worlds from other JAX libraries: gymnax, Craftax, Jumanji, NAVIX, XLand-MiniGrid.

Their environments are pure functions of a key and a state. `sample_noise(key)` passes
the key on as the noise of a step; the events are a pure function of the state before,
the action, and the state after. A subclass names its events and goals and makes the
environment: by `make` for those with gymnax's functions, by `reset_inner` and
`step_inner` for others.

Reference:
    Lange 2022, "gymnax: A JAX-based Reinforcement Learning Environment Library";
    Matthews et al. 2024, "Craftax", arXiv 2402.16801.
"""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Shaped

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.worlds.base import Transition
from telic.worlds.goals import Goal


class Moved(NamedTuple):
    """One step of an environment: the argument of `compute_events`.

    Attributes:
        before: The environment's state before the step.
        action: The action.
        after: The state after the step; never that of the next episode.
        reward: The environment's reward.
        done: Whether the environment ended the episode.
    """

    before: Any
    action: Shaped[Array, "..."]
    after: Any
    reward: Float[Array, ""]
    done: Bool[Array, ""]


class Inner(NamedTuple):
    """The state of a `GymnaxWorld`.

    Attributes:
        state: The environment's state.
        seen: The observation.
        time: The steps since the beginning of the episode.
    """

    state: Any
    seen: Array
    time: Int[Array, ""]


@dataclasses.dataclass(frozen=True)
class GymnaxWorld:
    """An environment with gymnax's functions: `reset_env`, `step_env`, parameters.

    A subclass defines `make`, and lists `events` and `goals` unless the reward is its
    only event. Its fields must be hashable.
    """

    limit: int = 500
    """Steps after which an episode is truncated, if it has not ended."""
    starts: int = 0
    """The number of initial states, made once, from which episodes begin; 0: a new one
    for each episode. A rollout calls `reset` in every step of every copy, so where an
    environment draws whole landscapes, 0 may cost ten times the steps themselves."""

    def make(self) -> tuple[Any, Any]:
        """The environment and its parameters; made once for each world."""
        raise InputError(
            f"{type(self).__name__} makes no environment",
            why="a subclass of GymnaxWorld says how",
            fix="def make(self): return gymnax.make('CartPole-v1')",
        )

    @property
    def events(self) -> tuple[str, ...]:
        """The names of the events of `compute_events`; may be a class attribute."""
        return ("reward",)

    @property
    def goals(self) -> Mapping[str, Goal]:
        """The goals; may be a class attribute."""
        return {}

    @property
    def failures(self) -> tuple[str, ...]:
        """The events that end an episode in failure."""
        return ()

    @property
    def timeout(self) -> str | None:
        """The event of reaching the time limit; None if there is none."""
        return None

    def compute_events(self, moved: Moved) -> Mapping[str, Array]:
        """The events of one step by name; pure, for one environment."""
        return {"reward": moved.reward}

    def reset_inner(self, key: jax.Array) -> tuple[Any, Array]:
        """The first state of an episode, and its observation."""
        env, params = _made(self)
        seen, state = env.reset_env(key, params)
        return state, seen

    def step_inner(
        self, key: jax.Array, state: Any, action: Shaped[Array, "..."]
    ) -> tuple[Any, Array, Float[Array, ""], Bool[Array, ""]]:
        """The next state, its observation, the reward, and the end of the episode.

        The environment must not reset itself.
        """
        env, params = _made(self)
        seen, after, reward, done, _ = env.step_env(key, state, action, params)
        return after, seen, reward, done

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions: their numbers."""
        env, params = _made(self)
        space = env.action_space(params)
        return tuple(str(i) for i in range(len(self.bounds) or int(space.n)))

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The ends of each entry of a continuous action; empty if they are numbered."""
        env, params = _made(self)
        space = env.action_space(params)
        if not hasattr(space, "low"):
            return ()
        ends = (np.broadcast_to(end, space.shape) for end in (space.low, space.high))
        return tuple((float(low), float(high)) for low, high in zip(*ends, strict=True))

    @property
    def observation(self) -> tuple[int, ...]:
        """The shape of an observation."""
        seen = jax.eval_shape(
            lambda: self.reset_inner(self.sample_noise(jax.random.key(0)))[1]
        )
        return tuple(seen.shape) or (1,)

    @property
    def encoding(self) -> None:
        """None, as observations are numbers, not codes."""
        return None

    def sample_noise(self, key: jax.Array) -> Array:
        """The noise of a step: its key, as raw `PRNGKey` data.

        These libraries were written for raw keys, and some keep one in their state;
        a checkpoint cannot store arrays of typed keys.
        """
        return jax.random.key_data(key)

    def reset(self, noise: Array) -> Inner:
        """The first state of an episode."""
        if self.starts:
            chosen = jax.random.randint(noise, (), 0, self.starts)
            state, seen = jax.tree.map(lambda leaf: leaf[chosen], _starts(self))
        else:
            state, seen = self.reset_inner(noise)
        return Inner(_strong(state), self._row(seen), jnp.zeros((), jnp.int32))

    def step(
        self, state: Inner, action: Shaped[Array, "..."], noise: Array
    ) -> Transition:
        """The transition from `state` by `action`.

        Raises:
            InputError: If `happened` returns an event that the world does not list.
        """
        if self.bounds:
            low, high = np.array(self.bounds, np.float32).T
            action = jnp.clip(action, low, high)
        after, seen, reward, done = self.step_inner(noise, state.state, action)
        told = self.compute_events(Moved(state.state, action, after, reward, done))
        for name in told:
            check_name(name, self.events, kind="event")
        events = [jnp.asarray(told.get(e, 0), jnp.float32) for e in self.events]
        time = state.time + 1
        return Transition(
            state=Inner(_strong(after), self._row(seen), time),
            events=jnp.stack([event.reshape(()) for event in events]),
            terminated=jnp.asarray(done, bool).reshape(()),
            truncated=time >= self.limit,
        )

    def observe(self, state: Inner) -> Array:
        """The observation."""
        return state.seen

    def _row(self, seen: Array) -> Array:
        """The observation as floats of the world's shape."""
        return jnp.asarray(seen, jnp.float32).reshape(self.observation)


def _strong(state: Any) -> Any:
    """The state with strong dtypes.

    A first state often holds Python numbers, whose types are weak; a step would return
    strong ones, and programs that take states would be compiled twice.
    """
    return jax.tree.map(lambda leaf: jnp.asarray(leaf, jnp.result_type(leaf)), state)


@functools.lru_cache(maxsize=32)
def _made(world: GymnaxWorld) -> tuple[Any, Any]:
    """The environment of a world and its parameters, made once.

    At compile time, as the caller may be tracing and the cache must not hold tracers.
    """
    with jax.ensure_compile_time_eval():
        return world.make()


@functools.lru_cache(maxsize=32)
def _starts(world: GymnaxWorld) -> tuple[Any, Array]:
    """The initial states of a world's episodes and their observations, made once."""
    with jax.ensure_compile_time_eval():
        keys = jax.vmap(world.sample_noise)(
            jax.random.split(jax.random.key(0), world.starts)
        )
        return jax.jit(jax.vmap(world.reset_inner))(keys)
