"""A guard around a fleet: what a simulator does wrong is said with its world and step.

Simulators are other people's code. One may raise, or answer with text, with another
number of things to see or with what is not a number; and one may not answer at all.
The acting loops (`telic.rollouts`) make their fleets here.
The guard looks at shapes and dtypes, once a step of all copies, and at values once a
rollout. It has no clock: it notes when a simulator is called and has answered, in a
`Watch`, and who has a clock may look (`telic.scale.watch`).
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import numpy as np
from jaxtyping import Bool, Float32, Int

from telic.core.errors import THEIRS, TelicError, WorldError
from telic.worlds.host import HostVectorEnv, HostWorld, StepResult, Transitions

Answer = TypeVar("Answer")


@dataclasses.dataclass
class Watch:
    """What a simulator is doing: for who wonders whether it still does anything.

    Attributes:
        calls: How many calls have begun, of `vector_env`, `reset`, `step` and
            `reset_done`.
        inside: Which call is running, in words; empty between two calls.
        world: The world that was called last.
    """

    calls: int = 0
    inside: str = ""
    world: HostWorld | None = None


WATCH: ContextVar[Watch | None] = ContextVar("WATCH", default=None)
"""Where the fleets that are made now note what they do; None: nowhere."""


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Let the fleets that are made within note what they do."""
    token = WATCH.set(watch)
    try:
        yield
    finally:
        WATCH.reset(token)


class Guarded:
    """A world's fleet, whose faults are `WorldError`s.

    Args:
        world: The world.
        seeds: One for each copy.

    Raises:
        WorldError: If the simulator raises; so do all methods, also if what it answers
            is not of the form that the world promises.
    """

    def __init__(self, world: HostWorld, seeds: Sequence[int]) -> None:
        self.world, self.steps, self.watch = world, 0, WATCH.get() or Watch()
        where = "while its copies were made"
        self.vector_env: HostVectorEnv = self._asked(where, world.vector_env, seeds)
        self.obs_shape = world.observation

    def reset(self) -> Float32[np.ndarray, "envs ..."]:
        """What is seen at the start of the first episode of every copy."""
        seen = self._asked("in its first reset", self.vector_env.reset)
        self._check_shape(seen)
        return seen

    def step(
        self, action: Int[np.ndarray, " copies"], env_ids: Int[np.ndarray, " copies"]
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
        """What is seen at the start of the next episode of some copies."""
        where = f"in a reset after step {self.steps}"
        seen = self._asked(where, self.vector_env.reset_done, env_ids)
        self._check_shape(seen)
        return seen

    def check(self, block: Transitions, taken: Bool[np.ndarray, "time envs"]) -> None:
        """Raise if an observation or a reward of the last steps is not finite.

        Args:
            block: The steps.
            taken: Which of them were taken.

        Raises:
            WorldError: At the first step where one is not.
        """
        for name, values in (("observations", block.after), ("rewards", block.reward)):
            fine = np.isfinite(values).reshape(*taken.shape, -1).all(axis=2)
            wrong = np.flatnonzero((~fine & taken).any(axis=1))
            if len(wrong):
                step = self.steps - int(taken.any(axis=1).sum()) + int(wrong[0]) + 1
                raise _wrong(self.world, f"{name} that are not finite", step)

    def close(self) -> None:
        """Give back what the copies hold."""
        self.vector_env.close()

    def _check_shape(self, seen: np.ndarray) -> None:
        """Raise unless observations have the shape that the world says."""
        if seen.shape[1:] != self.obs_shape:
            what = f"observations of the shape {seen.shape[1:]}"
            raise _wrong(self.world, what, self.steps)

    def _asked(self, where: str, ask: Callable[..., Answer], *given: object) -> Answer:
        """What a call of the simulator gives, noted while it runs."""
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
    """The error of an answer that a world does not promise."""
    return WorldError(
        f"{world} answered step {step} with {what}",
        why=f"its observations have the shape {world.observation}; they and rewards "
        "are finite numbers",
        fix="mend the environment, or wrap it in make()",
    )
