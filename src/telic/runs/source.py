"""A run as a source of agents, for the names in an expression."""

import dataclasses
import functools
from pathlib import Path
from typing import Protocol, runtime_checkable

import jax

from telic.core.errors import InputError
from telic.edits.expression.functions import Inputs
from telic.policies import INPUT, Agent, Spec
from telic.runs import checkpoint
from telic.runs.checkpoint import Checkpoint
from telic.runs.folder import Run, resolve
from telic.runs.root import root_folder
from telic.training.plan import ExperimentConfig
from telic.training.state import TrainState, init_state


@runtime_checkable
class Coloured(Protocol):
    """A world that maps a colour to its input channels, as `Keys` does."""

    def channels(self, colour: str) -> tuple[int, ...]:
        """The input channels that carry a colour."""
        ...


def load(name: str | Path, root: str | Path | None = None) -> "RunSource":
    """The stored agents of one run: `load("demo/seed-0000").agent(5)`.

    Args:
        name: `experiment/seed-0000`, an experiment of one seed, or the run's folder.
        root: The folder of experiments; None: $TELIC_ROOT, or telic_runs.

    Raises:
        InputError: If the name matches no run, or several.
    """
    found = resolve(root_folder(root), [str(name)])
    if len(found) > 1:
        raise InputError(
            f"{str(name)!r} stands for {len(found)} runs",
            why="agents are loaded of one",
            fix=f"one of them: telic.load({found[0].name!r})",
        )
    return RunSource(found[0])


@dataclasses.dataclass(frozen=True)
class RunSource:
    """The agents of one run, for `telic.edits.expression.evaluate`.

    A checkpoint is read and checked on first use, and its agent is kept in memory:
    0.7 MB for the default network.

    Attributes:
        run: The run; it may still be training.
    """

    run: Run
    _agents: dict[int, Agent] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @functools.cached_property
    def plan(self) -> ExperimentConfig:
        """The plan that the run follows."""
        return self.run.plan()

    @property
    def schedule(self) -> tuple[str, ...]:
        """The objective of each phase, in order."""
        return tuple(phase.objective for phase in self.plan.schedule)

    def start(self) -> Agent:
        """The agent before training.

        Raises:
            InputError: If the run has no such checkpoint.
            DamagedError: If the checkpoint is damaged.
        """
        return self._at(0, "before its first phase")

    def agent(self, phase: int) -> Agent:
        """The agent at the end of a phase, counted from 0.

        Raises:
            InputError: If the run has no such phase, or no checkpoint there (yet).
            DamagedError: If the checkpoint is damaged.
        """
        return self._at(*self._end(phase))

    def state(self, phase: int) -> TrainState:
        """The training state at the end of a phase, counted from 0.

        Raises:
            InputError: If the run has no such phase, or no checkpoint there (yet).
            DamagedError: If the checkpoint is damaged.
        """
        plan = self.plan
        like = jax.eval_shape(
            lambda: init_state(
                0, policy=plan.policy, world=plan.world, rollout=plan.rollout
            )
        )
        return checkpoint.read(self._found(*self._end(phase)), like)

    def inputs(self, colour: str) -> Inputs:
        """The input channels of a colour.

        Raises:
            InputError: If the world has no such colour, or no colours.
        """
        world = self.plan.world
        if not isinstance(world, Coloured):
            raise InputError(
                f"no inputs carry the colour {colour!r}",
                why=f"the world {type(world).__name__} has no colours",
            )
        uses = self.plan.policy.units(Spec.of(world))[INPUT]
        return Inputs(uses, world.channels(colour))

    def _end(self, phase: int) -> tuple[int, str]:
        """The rollouts at the end of a phase, and that point in words."""
        count = len(self.schedule)
        if not isinstance(phase, int):
            trained = [i for i, wanted in enumerate(self.schedule) if wanted == phase]
            raise InputError(
                f"phase {phase!r} is no number",
                why=f"{phase} was trained in phases {', '.join(map(str, trained))}"
                if trained
                else f"phases are numbered, 0 to {count - 1}",
                fix=f".agent({max(trained, default=count - 1)})",
            )
        if not 0 <= phase < count:
            raise InputError(
                f"{self.run.name} has no phase {phase}",
                why=f"allowed: 0 to {count - 1}",
            )
        done = sum(past.rollouts for past in self.plan.schedule[: phase + 1])
        return done, f"at the end of phase {phase}"

    def _at(self, rollouts: int, where: str) -> Agent:
        """The agent after some rollouts."""
        if rollouts not in self._agents:
            found = self._found(rollouts, where)
            spec = Spec.of(self.plan.world)
            params = checkpoint.read_agent(found)
            self._agents[rollouts] = Agent(params, self.plan.policy, spec)
        return self._agents[rollouts]

    def _found(self, rollouts: int, where: str) -> Checkpoint:
        """The checkpoint after some rollouts."""
        there = {found.rollouts: found for found in self.run.checkpoints}
        if rollouts not in there:
            raise InputError(
                f"{self.run.name} has no checkpoint {where}",
                why=f"it has been trained for {max(there, default=0)} of "
                f"{self.plan.total_rollouts} rollouts, and that is after {rollouts}",
                fix="telic resume goes on with a run that was stopped",
            )
        return there[rollouts]
