"""Any Gymnasium environment as a world with named events.

`GymWorld("CartPole-v1")` has one event, the environment's own `reward`. For other
events, subclass it: list them in `events`, and compute them in `compute_events`, for a
whole block of steps at once. A subclass may also wrap the environment (`make`), or
supply a vector environment (`vector`). To store runs of it, add one line to `WORLDS`.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import VectorEnv
from jaxtyping import Float32, Int, Shaped

from telic.core.errors import InputError
from telic.worlds.goals import Goal
from telic.worlds.gym_vector import Bounded, Vector
from telic.worlds.host import HostVectorEnv, StepResult, Transitions, numbers
from telic.worlds.objectives import Objective


@dataclasses.dataclass(frozen=True)
class GymWorld:
    """A Gymnasium environment whose observations are arrays, or can be made rows.

    Actions are numbered (`Discrete`), rows of real numbers (`Box` of one axis) or
    several numbered choices (`MultiDiscrete`).

    Raises:
        InputError: If the name begins with a module to import, or `max_steps` is below
            zero; and, at the first use, if there is no such environment, one of its
            packages is missing, or it has other spaces.

    Example:
        >>> @dataclasses.dataclass(frozen=True)
        ... class Pole(GymWorld):
        ...     id: str = "CartPole-v1"
        ...     events = ("upright", "fell")
        ...
        ...     def compute_events(self, block):
        ...         return {"upright": ~block.terminated, "fell": block.terminated}
        >>> Pole().observation, Pole().actions, Pole().limit
        ((4,), ('0', '1'), 500)
    """

    id: str = "CartPole-v1"
    """The environment's name for `gymnasium.make`, without a module."""
    max_steps: int = 0
    """Steps after which an episode is truncated; 0: the environment's own limit. Every
    world needs a limit, so set one for an environment that has none."""

    def __post_init__(self) -> None:
        """Check every field."""
        module, colon, _ = self.id.rpartition(":")
        if colon:
            raise InputError(
                f"the environment {self.id[:80]!r}",
                why=f"it would import {module[:80]!r}, and a plan may be a stranger's",
                fix="import it yourself, and leave out what stands before the colon",
            )
        if self.max_steps < 0:
            raise InputError(f"max_steps = {self.max_steps}", why="allowed: 0 or more")

    @property
    def events(self) -> tuple[str, ...]:
        """The names of the events of `compute_events`; may be a class attribute."""
        return ("reward",)

    @property
    def goals(self) -> Mapping[str, Goal]:
        """The goals: here, the environment's reward, if it is an event."""
        if "reward" not in self.events:
            return {}
        return {"reward": Goal(Objective("reward", {"reward": 1.0}))}

    @property
    def failures(self) -> tuple[str, ...]:
        """The events that end an episode in failure; may be a class attribute."""
        return ()

    @property
    def timeout(self) -> str | None:
        """The event of reaching the time limit; None if there is none."""
        return None

    @property
    def info(self) -> tuple[str, ...]:
        """The entries of the environment's `info` that `compute_events` reads."""
        return ()

    @property
    def encoding(self) -> None:
        """None, as observations are numbers, not codes."""
        return None

    def compute_events(
        self, block: Transitions
    ) -> Mapping[str, Shaped[np.ndarray, "..."]]:
        """The environment's own reward, as the only event."""
        return {"reward": block.reward}

    def make(self, render_mode: str | None = None) -> gymnasium.Env:
        """One copy of the environment; override it to add wrappers."""
        options: dict[str, Any] = {"disable_env_checker": True}
        if render_mode is not None:  # not every environment accepts one
            options["render_mode"] = render_mode
        if self.max_steps:
            options["max_episode_steps"] = self.max_steps
        return gymnasium.make(self.id, **options)

    def vector(self, envs: int) -> VectorEnv | None:
        """A faster vector environment with this many copies, or None.

        It must apply the world's time limit.
        """
        del envs
        return None

    def vector_env(self, seeds: Sequence[int]) -> HostVectorEnv:
        """One copy per seed: that of `vector`, else `GymCopies`."""
        _ = self._spaces  # raises for unsuitable spaces before any copy is made
        found = self.vector(len(seeds))
        if found is None:
            return GymCopies(self, seeds)
        return Vector(found, self.info, seeds, self.bounds)

    @property
    def observation(self) -> tuple[int, ...]:
        """The shape of an observation; a `Discrete` one becomes one-hot."""
        return tuple(self._spaces[0].shape) or (1,)

    @property
    def actions(self) -> tuple[str, ...]:
        """The names of the actions: their numbers; or of the entries of an action."""
        space = self._spaces[1]
        entries = len(self.bounds) or len(self.choices)
        return tuple(str(i) for i in range(entries or int(space.n)))

    @property
    def bounds(self) -> tuple[tuple[float, float], ...]:
        """The ends of each entry of a continuous action; empty if they are numbered."""
        space = self._spaces[1]
        if not isinstance(space, gymnasium.spaces.Box):
            return ()
        ends = zip(space.low.tolist(), space.high.tolist(), strict=True)
        return tuple((float(low), float(high)) for low, high in ends)

    @property
    def choices(self) -> tuple[int, ...]:
        """The options of each entry of an action that is several choices; or empty."""
        space = self._spaces[1]
        if not isinstance(space, gymnasium.spaces.MultiDiscrete):
            return ()
        return tuple(int(count) for count in space.nvec)

    @property
    def limit(self) -> int:
        """Steps after which an episode is truncated."""
        found = self.max_steps or self._spaces[2]
        if not found:
            raise InputError(
                f"{self.id} has no time limit",
                why="an episode that never ends cannot be counted",
                fix=f"{type(self).__name__}({self.id!r}, max_steps=500)",
            )
        return int(found)

    @functools.cached_property
    def _spaces(self) -> tuple[Any, Any, int | None]:
        """The checked spaces of observations and actions, and the time limit."""
        env = make_copy(self)
        spaces = env.observation_space, env.action_space
        limit = env.spec.max_episode_steps if env.spec else None
        env.close()
        check_spaces(self.id, *spaces)
        return *spaces, limit


NUMBERED = (
    gymnasium.spaces.Discrete,
    gymnasium.spaces.MultiDiscrete,
    gymnasium.spaces.MultiBinary,
)
"""Spaces of observations that become a row of zeros and ones."""


class GymCopies:
    """Copies of an environment, stepped one after another: the default."""

    def __init__(self, world: GymWorld, seeds: Sequence[int]) -> None:
        self.envs = [make_copy(world) for _ in seeds]
        self.seeds, self.names = list(seeds), world.info
        self.shape, self.bounded = world.observation, Bounded(world.bounds)

    def reset(self) -> Float32[np.ndarray, "envs ..."]:
        """The first observations, with each copy seeded."""
        pairs = zip(self.envs, self.seeds, strict=True)
        first = [env.reset(seed=int(seed))[0] for env, seed in pairs]
        return self._sights(first)

    def step(
        self,
        action: Shaped[np.ndarray, "copies ..."],
        env_ids: Int[np.ndarray, " copies"],
    ) -> StepResult:
        """One step of some copies."""
        info = {name: np.full(len(env_ids), np.nan) for name in self.names}
        answers = []
        taken = self.bounded(action)
        each = taken.tolist() if taken.ndim == 1 else list(taken)
        for row, (i, one) in enumerate(zip(env_ids.tolist(), each, strict=True)):
            *answer, told = self.envs[i].step(one)
            answers.append(answer)
            for name in self.names:
                info[name][row] = told.get(name, np.nan)
        seen, reward, terminated, truncated = zip(*answers, strict=True)
        return StepResult(
            self._sights(seen),
            numbers(reward, "rewards").astype(np.float64),
            numbers(terminated, "ends").astype(bool),
            numbers(truncated, "ends").astype(bool),
            info,
        )

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies ..."]:
        """The first observations of the next episodes of some copies."""
        return self._sights([self.envs[i].reset()[0] for i in env_ids.tolist()])

    def close(self) -> None:
        """Close every copy."""
        for env in self.envs:
            env.close()

    def _sights(self, seen: Sequence[Any]) -> Float32[np.ndarray, "copies ..."]:
        """The observations of some copies, one row each."""
        rows = numbers([np.asarray(sight) for sight in seen], "observations")
        return rows.reshape(len(rows), *rows.shape[1:] or (1,)).astype(np.float32)


def make_copy(world: GymWorld) -> gymnasium.Env:
    """One copy of a world's environment, with its `max_steps` applied.

    Raises:
        InputError: If there is no such environment, or a package of it is missing.
    """
    try:
        env = world.make()
    except (gymnasium.error.DependencyNotInstalled, ImportError) as error:
        raise InputError(
            f"{world.id} needs a package that is not installed",
            why=str(error),
            fix="install what it names, such as: pip install 'gymnasium[box2d]'",
        ) from error
    except gymnasium.error.Error as error:
        raise InputError(
            f"Gymnasium cannot make {world.id!r}",
            why=str(error).splitlines()[0],
            fix="see: python -c 'import gymnasium; gymnasium.pprint_registry()'",
        ) from error
    if _is_flattened(env.observation_space):
        env = gymnasium.wrappers.FlattenObservation(env)
    known = env.spec.max_episode_steps if env.spec else None
    if world.max_steps in (0, known):
        return env
    return gymnasium.wrappers.TimeLimit(env, world.max_steps)


def check_spaces(name: str, sight: Any, action: Any) -> None:
    """Raise unless telic's agents can use the spaces.

    Raises:
        InputError: If not; it names the space, and a wrapper that may help.
    """
    if not _known(action):
        raise InputError(
            f"{name} has the action space {action}",
            why="agents choose among numbered actions (Discrete or MultiDiscrete, from "
            "0), or rows of real numbers (Box of one axis)",
            fix="wrap it in make(), with gymnasium.wrappers.TransformAction",
        )
    if not isinstance(sight, gymnasium.spaces.Box):
        kind = type(sight).__name__
        raise InputError(
            f"{name} has observations of the kind {kind}",
            why="agents see one array of numbers: Box",
            fix="wrap it in make(), with gymnasium.wrappers.FlattenObservation "
            "or a wrapper that keeps one entry",
        )


def _is_flattened(sight: Any) -> bool:
    """True if observations become one row, unasked: numbers, and parts of numbers.

    The entries of a `Dict` stand one after another, by their names in order.
    """
    if isinstance(sight, gymnasium.spaces.Dict | gymnasium.spaces.Tuple):
        parts = sight.values() if isinstance(sight, gymnasium.spaces.Dict) else sight
        plain = (gymnasium.spaces.Box, *NUMBERED)
        return all(isinstance(p, plain) or _is_flattened(p) for p in parts)
    return isinstance(sight, NUMBERED)


def _known(action: Any) -> bool:
    """True if agents can act in a space of actions."""
    if isinstance(action, gymnasium.spaces.Box):
        return len(action.shape) == 1 and action.dtype.kind == "f"
    if isinstance(action, gymnasium.spaces.MultiDiscrete):
        return action.nvec.ndim == 1 and not np.any(action.start)
    return isinstance(action, gymnasium.spaces.Discrete) and int(action.start) == 0
