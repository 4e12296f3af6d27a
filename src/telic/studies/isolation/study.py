"""The isolation study: subtract the vector of a second objective, measure the effect.

The first founding study trains an agent to land, trains it further on a reward that
also charges for fuel, and subtracts the difference of the weights: does the agent burn
fuel again, and still land? Here agents must pass a competence check first, the
reward-specific part is tried before the plain update and, where a world declares the
opposite of its second objective, beside the contrastive vector. All have nulls, among
them as much training under the *old* objective. The study takes agents of any world and
any two objectives.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar

import numpy as np

from telic.core import trees
from telic.core.errors import InputError
from telic.core.trees import Tree
from telic.edits import Add
from telic.policies import Agent
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
    OPPOSITE,
    SECOND,
    TRIAL,
    TWIN,
)
from telic.studies.isolation.edits import (
    CONTINUATION,
    SPECIFIC,
    VECTORS,
    Update,
    vectors_of,
)
from telic.studies.isolation.judged import COEFFICIENTS
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
from telic.vectors.nulls import gaussian


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
    main: int = 393_216
    """The length of the primary arm, at which all edits are tried: every strength,
    layers, ranks, recovery, greedy play. At the other lengths: -1 and 1 alone."""
    strengths: tuple[float, ...] = (-2.0, -1.5, -1.0, -0.5, 0.5, 1.0, 2.0)
    """The strengths at which each vector is added; negative ones subtract it."""
    episodes: int = 128
    """Episodes of each agent, from the same initial states for all."""
    draws: int = 3
    """Draws of each null that is drawn beside a whole vector, subtracted or added, at
    the main length; a seed's value is the mean over them. Elsewhere one draw."""
    recovery: int = 393_216
    """Steps of further training of edited agents on the first objective; 0: none."""
    keep_moments: bool = True
    """Whether the optimiser's moments are kept when an objective begins or an agent is
    edited, as in the founding study, or set to zero."""
    gate: bool = True
    """Whether an agent must be competent before it is edited."""

    revision: ClassVar[int] = 3
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
            "draws": 1,
            "recovery": 512,
            "gate": False,
        },
    }

    def __post_init__(self) -> None:
        """Check the numbers."""
        for field in ("episodes", "draws"):
            if (value := getattr(self, field)) < 1:
                raise InputError(f"{field} = {value}", why="allowed: 1 or more")
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
        on = work.stretch(0.0, 0.1, "training on, rollout")
        grown = self._branches(base, plan, ahead, on, (FIRST, SECOND, TWIN, OPPOSITE))
        for arm, each in grown.items():
            yield from each.rows("phase", arm)
        on = work.stretch(0.1, 0.15, "the next seed, rollout")
        foreign = self._foreign(run, base.agent, ahead, on)
        updates = {}
        for steps in self.lengths:
            now = {arm: b.agents[rollouts_of(steps, plan)] for arm, b in grown.items()}
            updates[steps] = Update(
                base=base.agent,
                after=now[SECOND],
                same=now[FIRST],
                twin=now[TWIN],
                opposite=now.get(OPPOSITE),
                foreign=foreign.get(steps, {}),
            )
        trials = [(steps, TRIAL) for steps in self.lengths] + [(self.main, GREEDY)]
        for number, (steps, part) in enumerate(trials):
            low, high = (0.15 + 0.65 * (number + i) / len(trials) for i in (0, 1))
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
            yield from self._recovery(run, base, plan, ahead, main, last)

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
        work: Work,
        arms: Sequence[str],
    ) -> dict[str, Branch]:
        """The arms of the second phase; the opposite one if the world declares it."""
        wanted = {
            FIRST: ahead.first,
            SECOND: ahead.second,
            TWIN: ahead.first,
            OPPOSITE: ahead.opposite,
        }
        trained = {arm: wanted[arm] for arm in arms if wanted[arm] is not None}
        at = [rollouts_of(steps, plan) for steps in self.lengths]
        watch = work.counting(len(trained) * max(at))
        return {
            arm: branch(
                base,
                plan,
                objective,
                at=at,
                repeat=int(arm == TWIN),
                keep_moments=self.keep_moments,
                watch=watch,
            )
            for arm, objective in trained.items()
        }

    def _foreign(
        self, run: Run, own: Agent, ahead: SecondPhase, work: Work
    ) -> dict[int, dict[str, Tree]]:
        """By length, every vector of the next seed's run; none if this one is alone.

        A run of the same weights, as of one file imported twice, is no other seed; one
        whose agent fails the gate is passed over.
        """

        def fit(other: RunSource) -> bool:
            base = other.state(ahead.phase).agent
            if trees.digest(base) == trees.digest(own):
                return False
            return not self.gate or ahead.metrics.is_competent(
                competence_check(base, other.plan, ahead)
            )

        other = other_seed(run, fit=fit)
        if other is None:
            return {}
        base, plan = other.state(ahead.phase), other.plan
        grown = self._branches(base, plan, ahead, work, (FIRST, SECOND, OPPOSITE))
        found = {}
        for steps in self.lengths:
            now = {arm: b.agents[rollouts_of(steps, plan)] for arm, b in grown.items()}
            found[steps] = vectors_of(
                base.agent, now[SECOND], now[FIRST], now.get(OPPOSITE)
            )
        return found

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
        whole = steps == self.main and part == TRIAL
        chosen = [s for s in self.strengths if whole or s in COEFFICIENTS]
        made = edits.update_doses(update, chosen)
        draws = {}
        if whole:
            draws = {edit: self.draws for edit in made if edit.value in COEFFICIENTS}
            made |= edits.parts(update, key_of(run, "nulls"))
        results = trial(
            update.base,
            made,
            episode_seeds(plan.world, self.episodes, key=key_of(run, "boards")),
            key=key_of(run, "nulls", steps),
            world=plan.world,
            objectives=ahead.objectives(plan),
            donor=update.after,
            extra=edits.nulls(update, made),
            draws=draws,
            greedy=part == GREEDY,
            also=ahead.metrics.also,
            watch=watch,
        )
        measured = [r._replace(rates=ahead.metrics.of(r.rates)) for r in results]
        yield from rows_of_trial(measured, steps, part=part)

    def _recovery(
        self,
        run: Run,
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
            NOISE: Add(gaussian(key_of(run, "recovery"), own))(base.agent),
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


def _norms(update: Update, steps: int) -> Iterator[Row]:
    """The norms, leaf by leaf, of all vectors, the continuation and the agent."""
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
