"""A guard around a vector environment, whose errors name the world and the step.

Simulators are third-party code. They may raise, return text, observations of the wrong
shape or NaN, or hang. The acting loops (`telic.rollouts`) make theirs here. The
guard checks shapes and dtypes at every step of all copies, and values once a rollout.
It has no clock: it records calls of a simulator in a `Watch`, which a process with a
clock can read (`telic.scale.watch`).
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float32, Int, Shaped

from telic.core.errors import THEIRS, TelicError, WorldError
from telic.worlds.host import HostVectorEnv, HostWorld, StepResult, Transitions

Answer = TypeVar("Answer")


@dataclasses.dataclass
class Watch:
    """A record of a simulator's calls, to detect one that hangs.

    Attributes:
        calls: The number of calls begun, of `vector_env`, `reset`, `step` and
            `reset_done`.
        inside: The running call, in words; empty between two calls.
        world: The world that was called last.
    """

    calls: int = 0
    inside: str = ""
    world: HostWorld | None = None


WATCH: ContextVar[Watch | None] = ContextVar("WATCH", default=None)
"""The record used by vector environments that are made now; None: none."""


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """A block in which new vector environments record their calls in `watch`."""
    token = WATCH.set(watch)
    try:
        yield
    finally:
        WATCH.reset(token)


class Guarded:
    """A world's vector environment, whose faults raise `WorldError`.

    Args:
        world: The world.
        seeds: One for each copy.

    Raises:
        WorldError: If the simulator raises. All methods raise it too, also if an answer
            breaks the world's contract.
    """

    def __init__(self, world: HostWorld, seeds: Sequence[int]) -> None:
        self.world, self.steps, self.watch = world, 0, WATCH.get() or Watch()
        where = "while its copies were made"
        self.vector_env: HostVectorEnv = self._asked(where, world.vector_env, seeds)
        self.obs_shape = world.observation

    def reset(self) -> Float32[np.ndarray, "envs ..."]:
        """The first observation of every copy."""
        seen = self._asked("in its first reset", self.vector_env.reset)
        self._check_shape(seen)
        return seen

    def step(
        self,
        action: Shaped[np.ndarray, "copies ..."],
        env_ids: Int[np.ndarray, " copies"],
    ) -> StepResult:
        """One step of some copies."""
        self.steps += 1
        result = self._asked(
            f"in step {self.steps}", self.vector_env.step, action, env_ids
        )
        self._check_shape(result.obs)
        return result

    def reset_done(
        self, env_ids: Int[np.ndarray, " copies"]
    ) -> Float32[np.ndarray, "copies ..."]:
        """The first observations of the next episodes of some copies."""
        where = f"in a reset after step {self.steps}"
        seen = self._asked(where, self.vector_env.reset_done, env_ids)
        self._check_shape(seen)
        return seen

    def check(self, block: Transitions, taken: Bool[np.ndarray, "time envs"]) -> None:
        """Raise if an observation or a reward of the last steps is not finite.

        Args:
            block: The steps.
            taken: Flags of the steps that were taken; the others are not checked.

        Raises:
            WorldError: If one is not; it names the first such step.
        """
        for name, values in (("observations", block.after), ("rewards", block.reward)):
            fine = np.isfinite(values).reshape(*taken.shape, -1).all(axis=2)
            wrong = np.flatnonzero((~fine & taken).any(axis=1))
            if len(wrong):
                step = self.steps - int(taken.any(axis=1).sum()) + int(wrong[0]) + 1
                raise _wrong(self.world, f"{name} that are not finite", step)

    def close(self) -> None:
        """Release the resources of the copies."""
        self.vector_env.close()

    def _check_shape(self, seen: np.ndarray) -> None:
        """Raise unless observations have the shape that the world declares."""
        if seen.shape[1:] != self.obs_shape:
            what = f"observations of the shape {seen.shape[1:]}"
            raise _wrong(self.world, what, self.steps)

    def _asked(self, where: str, ask: Callable[..., Answer], *given: object) -> Answer:
        """The result of a call of the simulator, which is recorded while it runs."""
        self.watch.calls, self.watch.world = self.watch.calls + 1, self.world
        self.watch.inside = where
        try:
            return ask(*given)
        except TelicError:
            raise
        except THEIRS as error:
            raise WorldError(
                f"{self.world} failed {where}",
                why=f"{type(error).__name__}: {error}",
                fix="mend the environment; --debug shows the line",
            ) from error
        finally:
            self.watch.inside = ""


def _wrong(world: HostWorld, what: str, step: int) -> WorldError:
    """The error for an answer that breaks the world's contract."""
    return WorldError(
        f"{world} answered step {step} with {what}",
        why=f"its observations have the shape {world.observation}; they and rewards "
        "are finite numbers",
        fix="mend the environment, or wrap it in make()",
    )
