"""The isolation study: subtract the vector of a second objective, measure the effect.

The first founding study trains an agent to land, trains it further on a reward that
also charges for fuel, and subtracts the difference of the weights: does the agent burn
fuel again, and still land? Here agents must pass a competence check first, the
reward-specific part is tried beside the plain update, and both have nulls, one of which
is the same amount of training under the *old* objective. The study takes agents of any
world and any two objectives.
"""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits import Add, Noise
from telic.render.page import Page
from telic.rollouts import episode_seeds, greedy_actions
from telic.rollouts.record import Drawable
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.branches import Branch, branch, rollouts_of
from telic.studies.isolation import edits, page, summary
from telic.studies.isolation.arms import (
    BASE,
    FILMED,
    FIRST,
    GREEDY,
    NOISE,
    SECOND,
    TRIAL,
)
from telic.studies.isolation.edits import CONTINUATION, SPECIFIC, VECTORS, Update
from telic.studies.isolation.second_phase import (
    SecondPhase,
    competence_check,
    second_phase,
)
from telic.studies.keys import key_of
from telic.studies.other_seed import other_seed
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig, TrainState
from telic.trials import trial
from telic.trials.trial import DONOR, UNEDITED
from telic.vectors import task_vector


@dataclasses.dataclass(frozen=True)
class Isolation:
    """Test whether subtracting what a new objective taught reverses it.

    Presets: `original` has one length and edits agents that fail the gate as well, as
    in the founding study.
    """

    second: str | None = None
    """The objective of the second phase, one that the runs know; default: the last of
    the world's goals that they know and were not trained on last."""
    lengths: tuple[int, ...] = (16_384, 131_072, 393_216)
    """Lengths of the second phase, in steps."""
    main: int = 131_072
    """The length at which all edits are tried: layers, ranks, recovery, greedy play."""
    strengths: tuple[float, ...] = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 2.0)
    """The strengths at which each vector is added; negative ones subtract it."""
    episodes: int = 128
    """Episodes of each agent, from the same initial states for all."""
    recovery: int = 393_216
    """Steps of further training of edited agents on the first objective; 0: none."""
    keep_moments: bool = True
    """Whether the optimiser's moments are kept when an objective begins or an agent is
    edited, as in the founding study, or set to zero."""
    gate: bool = True
    """Whether an agent must be competent before it is edited."""

    revision: ClassVar[int] = 1
    question: ClassVar[str] = "subtract what a second objective taught: is it reversed?"
    presets: ClassVar[Presets] = {
        "full": {},
        "original": {
            "lengths": (100_352,),
            "main": 100_352,
            "strengths": (-1.0, 1.0),
            "recovery": 200_704,
            "gate": False,
        },
        "small": {
            "lengths": (256,),
            "main": 256,
            "strengths": (-1.0,),
            "episodes": 4,
            "recovery": 512,
            "gate": False,
        },
    }

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")
        if not self.lengths or self.main not in self.lengths:
            raise InputError(
                f"main = {self.main}",
                why=f"it must be one of the lengths, {list(self.lengths)}",
            )
        if -1.0 not in self.strengths:
            raise InputError(
                f"strengths = {list(self.strengths)}",
                why="the subtraction itself, -1, must be among them",
            )

    def check(self, run: Run) -> None:
        """Raise unless the study can be done on a run.

        Raises:
            InputError: If its plan has no second objective, or a length is not a whole
                number of rollouts.
        """
        plan = run.plan()
        second_phase(plan, self.second)
        for steps in (*self.lengths, self.recovery or plan.rollout.batch):
            rollouts_of(steps, plan)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The learning curves and competence check, then the trials if it passes."""
        self.check(run)
        source = RunSource(run)
        plan, ahead = source.plan, second_phase(source.plan, self.second)
        base = source.state(ahead.phase)
        yield from _learning(run, ahead)
        able = competence_check(base.agent, plan, ahead)
        for metric, value in able.items():
            yield Row("check", metric, value)
        if self.gate and not ahead.metrics.is_competent(able):
            return
        total = 2 * rollouts_of(max(self.lengths), plan)
        counted = work.stretch(0.0, 0.1, "training on, rollout").counting(total)
        grown = self._branches(base, plan, ahead, self.lengths, counted)
        for arm, each in grown.items():
            yield from each.rows("phase", arm)
        foreign = self._foreign(
            run, ahead, work.stretch(0.1, 0.1, "the next seed, rollout")
        )
        updates = {
            steps: _update(base, grown, rollouts_of(steps, plan))
            for steps in self.lengths
        }
        updates[self.main] = updates[self.main]._replace(foreign=foreign)
        trials = [(steps, TRIAL) for steps in self.lengths] + [(self.main, GREEDY)]
        for number, (steps, part) in enumerate(trials):
            low, high = (0.1 + 0.7 * (number + i) / len(trials) for i in (0, 1))
            watch = work.stretch(low, high, f"{steps:,} steps, edit")
            yield from self._try(run, plan, ahead, updates[steps], steps, part, watch)
        for steps, update in updates.items():
            yield from _norms(update, steps)
        main = updates[self.main]
        yield from _entries(main)
        if ahead.metrics.films and isinstance(plan.world, Drawable):
            yield from _films(main, plan.world)
        if self.recovery:
            last = work.stretch(0.8, 1.0, "training on after edits, rollout")
            yield from self._recovery(base, plan, ahead, main, last)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.IsolationEffects:
        """The effects over seeds."""
        ahead = second_phase(plan, self.second)
        return summary.summarise(rows, plan, ahead, main=self.main)

    def page(self, effects: summary.IsolationEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _branches(
        self,
        base: TrainState,
        plan: ExperimentConfig,
        ahead: SecondPhase,
        lengths: Sequence[int],
        watch: Callable[[], object],
    ) -> dict[str, Branch]:
        """Branches under the second objective, and as long ones under the first."""
        at = [rollouts_of(steps, plan) for steps in lengths]
        return {
            arm: branch(
                base,
                plan,
                objective,
                at=at,
                keep_moments=self.keep_moments,
                watch=watch,
            )
            for arm, objective in ((SECOND, ahead.second), (FIRST, ahead.first))
        }

    def _foreign(self, run: Run, ahead: SecondPhase, work: Work) -> dict[str, Tree]:
        """Both vectors of the next seed's run, at the main length; none if alone."""
        other = other_seed(run)
        if other is None:
            return {}
        base, at = other.state(ahead.phase), rollouts_of(self.main, other.plan)
        watch = work.counting(2 * at)
        grown = self._branches(base, other.plan, ahead, (self.main,), watch)
        return _update(base, grown, at).vectors

    def _try(
        self,
        run: Run,
        plan: ExperimentConfig,
        ahead: SecondPhase,
        update: Update,
        steps: int,
        part: str,
        watch: Work,
    ) -> Iterator[Row]:
        """The trial of all edits at one length, with sampled or greedy actions."""
        greedy = part == GREEDY
        chosen = [s for s in self.strengths if not greedy or s in (-1.0, 1.0)]
        made = edits.update_doses(update, chosen)
        if steps == self.main and not greedy:
            made |= edits.parts(update)
        results = trial(
            update.base,
            made,
            episode_seeds(plan.world, self.episodes, key=key_of(run, "boards")),
            key=key_of(run, "nulls", steps),
            world=plan.world,
            objectives=ahead.objectives(plan),
            donor=update.after,
            extra=edits.nulls(update, chosen),
            greedy=greedy,
            also=ahead.metrics.also,
            watch=watch,
        )
        measured = [r._replace(rates=ahead.metrics.of(r.rates)) for r in results]
        yield from rows_of_trial(measured, steps, part=part)

    def _recovery(
        self,
        base: TrainState,
        plan: ExperimentConfig,
        ahead: SecondPhase,
        update: Update,
        work: Work,
    ) -> Iterator[Row]:
        """Further training on the first objective, with and without an edit."""
        vectors, rollouts = update.vectors, rollouts_of(self.recovery, plan)
        own = trees.at(vectors[SPECIFIC], base.agent.actor)
        arms = {
            UNEDITED: base.agent,
            **{name: Add(vectors[name], strength=-1.0)(base.agent) for name in VECTORS},
            NOISE: Noise(float(trees.norm(own)))(base.agent),
        }
        watch = work.counting(len(arms) * rollouts)
        for arm, agent in arms.items():
            grown = branch(
                base._replace(agent=agent),
                plan,
                ahead.first,
                at=(rollouts,),
                keep_moments=self.keep_moments,
                watch=watch,
            )
            yield from grown.rows("recovery", arm)


def _learning(run: Run, ahead: SecondPhase) -> Iterator[Row]:
    """The learning curves of the agent up to the second phase."""
    for rollout, row in enumerate(run.rows()):
        if row["phase"] <= ahead.phase:
            for column in ahead.metrics.learned:
                value = np.nan if row[column] is None else row[column]
                yield Row("learning", column, value, at=rollout)


def _update(base: TrainState, grown: Mapping[str, Branch], at: int) -> Update:
    """The agents before and after the second phase, after `at` rollouts of it."""
    return Update(base.agent, grown[SECOND].agents[at], grown[FIRST].agents[at], {})


def _norms(update: Update, steps: int) -> Iterator[Row]:
    """The norms, leaf by leaf, of both vectors, the continuation and the agent."""
    drift = task_vector(update.base, update.same)
    vectors = {**update.vectors, CONTINUATION: drift, BASE: update.base}
    for name, tree in vectors.items():
        for path, leaf in tree.items():
            norm = float(trees.norm({path: leaf}))
            yield Row("norm", path, norm, trial=steps, condition=name)


def _entries(update: Update) -> Iterator[Row]:
    """The entries of the actor's reward-specific part; a trial is a leaf's shape."""
    vector = trees.at(update.vectors[SPECIFIC], update.base.actor)
    for path, leaf in vector.items():
        for at, value in enumerate(np.asarray(leaf).ravel().tolist()):
            drawn = float(f"{value:.6g}")  # enough for a picture
            yield Row("update", path, drawn, trial=leaf.shape, at=at)


def _films(update: Update, world: Drawable) -> Iterator[Row]:
    """The actions of one episode before, after, and after each subtraction."""
    agents = {
        UNEDITED: update.base,
        DONOR: update.after,
        **{
            name: Add(vector, strength=-1.0)(update.base)
            for name, vector in update.vectors.items()
        },
    }
    for name, agent in agents.items():
        actions = greedy_actions(agent, world, seed=FILMED)
        for at, action in enumerate(actions):
            yield Row("film", "action", float(action), condition=name, at=at)
