"""The splice study: where in an agent is its goal, and can an edit move it?

At every late switch of an alternation run, the agents before and after it have the same
competence and different goals. The later agent is edited towards the earlier one: by
layers, by ever larger grafts, by rank, along the straight line, and along the mean
vector of *earlier* switches, which is independent of both agents. At the last switch of
each direction the edited agent is trained further, beside the unedited one.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.core.trees import at
from telic.edits import Add
from telic.render.page import Page
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.goal_metrics import by_goal
from telic.studies.hard_nulls import directions, nulls_of
from telic.studies.keys import key_of
from telic.studies.late import Switch, earlier_mean, late_switches, needed_vectors
from telic.studies.other_seed import other_seed
from telic.studies.splice import page, summary
from telic.studies.splice.anatomy import anatomy
from telic.studies.splice.arms import ARMS, EDITED, NOISE, OLD, UNEDITED
from telic.studies.splice.edits import (
    GROUPS,
    LAYERS,
    MEAN,
    SwitchPair,
    layers_of,
    splice_edits,
)
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import train_on, trial
from telic.trials.recovery import TrainedOn
from telic.vectors import match_weights, matched, mean
from telic.vectors.relabel import hidden, permuted

RECOVERY_DOSE = 1.5
"""The dose of the mean vector in further training, chosen on one seed before this study
was run (its rate there was 0.97)."""

Curves = dict[tuple[str, str], TrainedOn]


@dataclasses.dataclass(frozen=True)
class SpliceStudy:
    """Move the goal of an agent at its late switches; every edit beside its nulls."""

    switches: int = 8
    """The number of last switches; with two objectives, half in each direction."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""
    groups: tuple[str, ...] = ()
    """Only these groups of edits; all of them if empty."""
    recovery: bool = True
    """Whether to train further after the edit of the last switch in each direction;
    without it there is no null of further training (`continuation`) either."""
    phases: int | None = None
    """Use only this many first phases of each run; None: all."""

    revision: ClassVar[int] = 1
    question: ClassVar[str] = "move the goal at every late switch: layers, grafts, …"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {
            "switches": 2,
            "episodes": 16,
            "groups": (LAYERS, MEAN),
        },
    }

    def __post_init__(self) -> None:
        """Check the groups and the number of episodes."""
        for group in self.groups:
            check_name(group, GROUPS, kind="group of edits")
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    def check(self, run: Run) -> None:
        """Raise unless the run has enough switches.

        Raises:
            InputError: If it does not.
        """
        late_switches(run.plan(), self.switches, phases=self.phases)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The trials of one run, its recoveries, and the anatomy of its switches."""
        source, other = RunSource(run), other_seed(run)
        switches = late_switches(source.plan, self.switches, phases=self.phases)
        count = 1
        for number, late in enumerate(switches):
            watch = work.part(number, len(switches), "switch, edit")
            watch(0, count)
            pair = _pair(source, other, late)
            went_on = None
            if self.recovery:
                following = [switch[1:] for switch in switches[number + 1 :]]
                arms = ARMS[:1] if late[1:] in following else ARMS
                curves = _train_on(source, late, pair, arms)
                went_on = curves[UNEDITED, OLD].agent
                if arms == ARMS:
                    yield from _recovery(source.plan, late, curves)
            ways = directions(
                source,
                late,
                key=key_of(run, "labels", late.phase),
                other=other,
                went_on=went_on,
            )
            made = splice_edits(pair, groups=self.groups)
            count = len(made)
            results = trial(
                pair.agent,
                made,
                episode_seeds(
                    source.plan.world,
                    self.episodes,
                    key=key_of(run, "boards", late.phase),
                ),
                key=key_of(run, "nulls", late.phase),
                world=source.plan.world,
                objectives=source.plan.objectives,
                donor=pair.donor,
                extra=nulls_of(made, pair.agent, ways),
                watch=watch,
            )
            scored = by_goal(results, source.plan.world, aim=late.aim, old=late.wants)
            yield from rows_of_trial(scored, tuple(late))
            if number == 0:
                for layer, name in enumerate(layers_of(pair.agent)):
                    yield Row("layers", name, float(layer))
        yield from anatomy(source)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.SpliceEffects:
        """The effects over seeds."""
        return summary.summarise(rows, plan)

    def page(self, effects: summary.SpliceEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)


def _pair(source: RunSource, other: RunSource | None, late: Switch) -> SwitchPair:
    """The agents and vectors of a late switch."""
    vectors = needed_vectors(source, late)
    agent, together = source.agent(late.phase), mean(vectors)
    foreign = ordered = None
    if other is not None and (foreign := earlier_mean(other, late)) is not None:
        orders = match_weights(other.agent(late.phase).actor, agent.actor)
        ordered = permuted(foreign, hidden(agent), orders)
    return SwitchPair(
        agent=agent,
        donor=source.agent(late.phase - 1),
        mean=together,
        one=matched(vectors[-1], together),
        other=foreign,
        ordered=ordered,
    )


def _train_on(
    source: RunSource, late: Switch, pair: SwitchPair, arms: Sequence[tuple[str, str]]
) -> Curves:
    """Further training of the edited, the noised and the unedited agent."""
    plan, state = source.plan, source.state(late.phase)
    edit = Add(at(pair.mean, pair.agent.actor), strength=RECOVERY_DOSE)
    key = key_of(source.run, "recovery", late.phase)
    noise = edit.nulls(key, pair.agent)["gaussian"]
    started = {
        UNEDITED: lambda: pair.agent,
        EDITED: lambda: edit(pair.agent),
        NOISE: lambda: noise(pair.agent),
    }
    return {
        (name, which): train_on(
            state,
            started[name](),
            plan.vector(late.wants if which == OLD else late.aim),
            plan.weights,
            rollouts=plan.schedule[late.phase].rollouts,
            ppo=plan.ppo,
            world=plan.world,
            rollout=plan.rollout,
        )
        for name, which in arms
    }


def _recovery(plan: ExperimentConfig, late: Switch, curves: Curves) -> Iterator[Row]:
    """The returns of training on, under every objective of the plan."""
    for arm, curve in curves.items():
        for objective, values in zip(plan.objectives, curve.returns.T, strict=True):
            for rollout, value in enumerate(values.tolist()):
                trial = (late.wants, late.aim)
                yield Row("recovery", objective.name, value, trial, arm, at=rollout)
