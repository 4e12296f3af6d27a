"""The SNR study: how much of a second phase's vector is reproducible.

From one base the second phase is run several times with fresh data, and so is the same
amount of training under the old objective. The common part of the repeats' vectors is
signal, the rest is noise; subtracting one vector subtracts its noise as well. Measured
over the length of the phase, the ratio shows how long training must be before a vector
holds a goal.
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits import Add
from telic.policies import Agent
from telic.render.page import Page
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.branches import Branch, branch, rollouts_of
from telic.studies.isolation.arms import FIRST, SECOND, TRIAL
from telic.studies.isolation.edits import (
    CONTINUATION,
    PLAIN,
    SPECIFIC,
    UNDONE,
    VECTORS,
    Edits,
)
from telic.studies.isolation.second_phase import (
    SecondPhase,
    competence_check,
    second_phase,
)
from telic.studies.keys import key_of
from telic.studies.snr import page, summary
from telic.studies.snr.repeats import MEAN, ONE, of_repeats
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig, RolloutConfig
from telic.trials import Condition, trial
from telic.vectors import matched, mean, task_vector

Vectors = Mapping[str, Sequence[Tree]]
"""The vectors of all repeats, by name."""


@dataclasses.dataclass(frozen=True)
class Snr:
    """Measure how much of a second phase's vector is signal, and how much noise."""

    second: str | None = None
    """The objective of the second phase, one that the runs know; default: the last of
    the world's goals that they know and were not trained on last."""
    rollout: int = 5_120
    """Steps of one rollout of the second phase; lengths are multiples of it."""
    lengths: tuple[int, ...] = (
        5_120,
        10_240,
        20_480,
        40_960,
        81_920,
        163_840,
        327_680,
        399_360,
    )
    """Lengths of the second phase, in steps."""
    repeats: int = 8
    """The number of second phases from one base, each with fresh data."""
    episodes: int = 128
    """Episodes of each agent, from the same initial states for all."""
    gate: bool = True
    """Whether an agent must be competent."""

    revision: ClassVar[int] = 2
    question: ClassVar[str] = (
        "how much of a second objective's vector would come again?"
    )
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {
            "rollout": 256,
            "lengths": (256,),
            "repeats": 2,
            "episodes": 4,
            "gate": False,
        },
    }

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.repeats < 2 or self.episodes < 1:
            raise InputError(
                f"repeats = {self.repeats}, episodes = {self.episodes}",
                why="at least two repeats and one episode are needed",
            )

    def check(self, run: Run) -> None:
        """Raise unless the study can be done on a run.

        Raises:
            InputError: If its plan has no second objective, or a length is not a whole
                number of rollouts.
        """
        plan = _resized(run.plan(), self.rollout)
        second_phase(plan, self.second)
        for steps in self.lengths:
            rollouts_of(steps, plan)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The competence check; if passed, vectors and trials at every length."""
        self.check(run)
        source = RunSource(run)
        plan = _resized(source.plan, self.rollout)
        ahead = second_phase(plan, self.second)
        base = source.state(ahead.phase)
        able = competence_check(base.agent, plan, ahead)
        for metric, value in able.items():
            yield Row("check", metric, value)
        if self.gate and not ahead.metrics.is_competent(able):
            return
        at = [rollouts_of(steps, plan) for steps in self.lengths]
        grown: dict[str, list[Branch]] = {SECOND: [], FIRST: []}
        wanted = ((SECOND, ahead.second), (FIRST, ahead.first))
        for repeat in range(1, self.repeats + 1):
            for number, (arm, objective) in enumerate(wanted):
                low = 0.7 * (2 * (repeat - 1) + number) / (2 * self.repeats)
                text = f"repeat {repeat} of {self.repeats}, rollout"
                on = work.stretch(low, low + 0.35 / self.repeats, text)
                watch = on.counting(max(at))
                grown[arm].append(
                    branch(base, plan, objective, at=at, repeat=repeat, watch=watch)
                )
        for done, steps in enumerate(self.lengths):
            vectors = _vectors(base.agent, grown, rollouts_of(steps, plan))
            for name, each in vectors.items():
                for ratio, value in of_repeats(each).items():
                    yield Row("repeats", ratio, value, trial=steps, condition=name)
            low, high = (0.7 + 0.3 * (done + i) / len(self.lengths) for i in (0, 1))
            watch = work.stretch(low, high, f"{steps:,} steps, edit")
            yield from self._try(run, base.agent, vectors, plan, ahead, steps, watch)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.SnrEffects:
        """The effects over seeds."""
        metrics = second_phase(plan, self.second).metrics
        return summary.summarise(rows, metrics, repeats=self.repeats)

    def page(self, effects: summary.SnrEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _try(
        self,
        run: Run,
        base: Agent,
        vectors: Vectors,
        plan: ExperimentConfig,
        ahead: SecondPhase,
        steps: int,
        watch: Work,
    ) -> Iterator[Row]:
        """The trial of subtracting one vector, and the mean of all repeats."""
        made, nulls = _edits(vectors)
        results = trial(
            base,
            made,
            episode_seeds(plan.world, self.episodes, key=key_of(run, "boards")),
            key=key_of(run, "nulls", steps),
            world=plan.world,
            objectives=ahead.objectives(plan),
            extra=nulls,
            also=ahead.metrics.also,
            watch=watch,
        )
        measured = [r._replace(rates=ahead.metrics.of(r.rates)) for r in results]
        yield from rows_of_trial(measured, steps, part=TRIAL)


def _resized(plan: ExperimentConfig, steps: int) -> ExperimentConfig:
    """The plan with rollouts of another length and minibatches of the same size.

    Raises:
        InputError: If `steps` is not a whole number of minibatches or of steps.
    """
    rollout, small = plan.rollout, plan.rollout.batch // plan.rollout.num_minibatches
    if steps < 1 or steps % small or steps % rollout.num_envs:
        raise InputError(
            f"rollout = {steps}",
            why=f"it must be a multiple of {small}, the steps of a minibatch, and of "
            f"{rollout.num_envs}, the copies of the world",
        )
    short = RolloutConfig(
        num_envs=rollout.num_envs,
        num_steps=steps // rollout.num_envs,
        update_epochs=rollout.update_epochs,
        num_minibatches=steps // small,
    )
    return dataclasses.replace(plan, rollout=short)


def _vectors(
    base: Agent, grown: Mapping[str, Sequence[Branch]], at: int
) -> dict[str, list[Tree]]:
    """The actor's vectors of all repeats, at one length."""
    second, first = ([one.agents[at] for one in grown[n]] for n in (SECOND, FIRST))
    pairs = zip(first, second, strict=True)
    return {
        PLAIN: [task_vector(base.actor, agent.actor) for agent in second],
        SPECIFIC: [task_vector(same.actor, agent.actor) for same, agent in pairs],
        CONTINUATION: [task_vector(base.actor, agent.actor) for agent in first],
    }


def _edits(vectors: Vectors) -> tuple[Edits, dict[Condition, dict[str, Add]]]:
    """Every subtraction; its nulls: continuation at its norm, and that undone."""
    made: Edits = {}
    nulls: dict[Condition, dict[str, Add]] = {}
    for name in VECTORS:
        for kind, of in ((ONE, lambda each: each[0]), (MEAN, mean)):
            vector, drift = of(vectors[name]), of(vectors[CONTINUATION])
            made[Condition(name, kind)] = Add(vector, strength=-1.0)
            way = matched(drift, vector)
            nulls[Condition(name, kind)] = {
                CONTINUATION: Add(way),
                UNDONE: Add(way, strength=-1.0),
            }
    return made, nulls
