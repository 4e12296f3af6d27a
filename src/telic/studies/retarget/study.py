"""The retarget study: give agents a goal that was never their target.

The agents are those of an alternation run. The new goal was present in some of their
episodes, or never, depending on the run's world. Every edit is tried on boards with
both the old target and the new goal, and on boards without the old target.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.edits import Edit
from telic.policies import Agent
from telic.render.page import Page
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.goal_metrics import by_goal
from telic.studies.hard_nulls import continued, directions
from telic.studies.keys import key_of
from telic.studies.late import Switch, earlier_mean
from telic.studies.other_seed import other_seed
from telic.studies.retarget import page, summary
from telic.studies.retarget.case import Case, Edits, sites_of
from telic.studies.retarget.edits import input_norms, retarget_edits
from telic.studies.retarget.nulls import retarget_nulls
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import Condition, trial
from telic.worlds import Symmetric, goals_of, objective_of
from telic.worlds.goals import is_alone

BESIDE, WITHOUT = "beside", "without"
BOARDS = (BESIDE, WITHOUT)
"""The kinds of boards: with the old target beside the new goal, and without it."""


@dataclasses.dataclass(frozen=True)
class Retarget:
    """Give agents a goal that was never their target, on four tracks."""

    new: str | None = None
    """The new goal, not an objective of the runs. None: the world's last goal whose
    input channels carry nothing else."""
    agents: int = 2
    """The number of last agents of each run, one per phase."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""
    strengths: tuple[float, ...] = (1.0, 1.25, 1.5, 1.75, 2.0)
    """Strengths of the vectors on the `weights` track."""
    steps: int = 3000
    """Gradient steps of the edit that imitates."""

    revision: ClassVar[int] = 2
    question: ClassVar[str] = "give agents a goal that was never their target"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"agents": 1, "episodes": 16, "strengths": (1.0,), "steps": 20},
    }

    def __post_init__(self) -> None:
        """Check the number of episodes."""
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    def check(self, run: Run) -> None:
        """Raise unless the world can exchange goals and the new goal is untrained.

        Raises:
            InputError: If it cannot, or the run was trained on the goal.
        """
        self.goal(run.plan())

    def goal(self, plan: ExperimentConfig) -> str:
        """The new goal for the runs of a plan.

        Raises:
            InputError: If the world has no such goal, or the run was trained on it.
        """
        world = _symmetric(plan)
        wanted = sorted({phase.objective for phase in plan.schedule})
        others = [goal for goal in goals_of(world) if goal not in wanted]
        if self.new is None:
            alone = [goal for goal in others if is_alone(world, goal)]
            if not others:
                raise InputError(
                    f"{type(world).__name__} has no goal that is new to these agents",
                    why=f"their objectives are {', '.join(wanted)}",
                )
            return (alone or others)[-1]
        check_name(self.new, goals_of(world), kind=f"goal of {type(world).__name__}")
        if self.new in wanted:
            raise InputError(
                f"{self.new!r} is a goal that these agents were trained to want",
                why=f"their objectives are {', '.join(wanted)}",
                fix=f"choose another: --new {others[-1]}" if others else "",
            )
        world.channels(self.new)
        return self.new

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The trials of one run's agents, and the norms of their input weights."""
        source, new = RunSource(run), self.goal(run.plan())
        found = [(late, earlier_mean(source, late)) for late in self._cases(source)]
        # With three objectives or more, not every pair of them has had a switch.
        cases = [(late, vector) for late, vector in found if vector is not None]
        if not cases:
            raise InputError(
                f"{run.name}: no earlier switch to make a goal vector of",
                why=f"{self.agents} agents of {len(source.schedule)} phases",
                fix="at least one agent, and runs of at least four phases",
            )
        world, other = _symmetric(source.plan), other_seed(run)
        went_on: dict[int, Agent] = {}
        for number, (late, vector) in enumerate(cases):
            first, *pieces = [
                work.part(3 * number + k, 3 * len(cases), "part, step")
                for k in range(3)
            ]
            rollouts = source.plan.schedule[late.phase].rollouts
            first(0, rollouts)
            if late.phase not in went_on:
                watch = first.counting(rollouts)
                went_on[late.phase] = continued(source, late, watch=watch)
            ways = directions(
                source,
                late,
                key=key_of(run, "labels", late.phase),
                other=other,
                went_on=went_on[late.phase],
            )
            case = Case(
                agent=source.agent(late.phase),
                vector=vector,
                old=late.wants,
                trained=late.aim,
                new=new,
                world=world.with_goals((late.wants, new)),
                strengths=self.strengths,
                steps=self.steps,
            )
            made = retarget_edits(case, key_of(run, "fits", late.phase))
            nulls = retarget_nulls(case, made, ways)
            for board, piece in zip(BOARDS, pieces, strict=True):
                where = case.world if board == BESIDE else world.with_goals((new,))
                yield from self._try(run, case, made, nulls, late, where, board, piece)
        agent = source.agent(len(source.schedule) - 1)
        for place, site in sites_of(agent).items():
            yield Row("sites", site, 0.0, condition=place)
        for goal, norm in input_norms(agent, world).items():
            yield Row("norms", goal, norm)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> summary.RetargetEffects:
        """The effects over seeds."""
        return summary.summarise(rows, self.goal(plan), plan)

    def page(self, effects: summary.RetargetEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _cases(self, source: RunSource) -> list[Switch]:
        """The last agents of a run, each with every other goal it was trained on."""
        wanted = source.schedule
        return [
            Switch(phase, wanted[phase], trained)
            for phase in range(len(wanted) - self.agents, len(wanted))
            for trained in sorted(set(wanted) - {wanted[phase]})
        ]

    def _try(
        self,
        run: Run,
        case: Case,
        made: Edits,
        nulls: Mapping[Condition, dict[str, Edit]],
        late: Switch,
        world: Symmetric,
        board: str,
        work: Work,
    ) -> Iterator[Row]:
        """The trial of one agent with one goal vector, on one kind of boards."""
        results = trial(
            case.agent,
            made,
            episode_seeds(world, self.episodes, key=key_of(run, "boards", late.phase)),
            key=key_of(run, "nulls", late.phase),
            world=world,
            objectives=tuple(objective_of(world, g) for g in (case.new, case.old)),
            extra=nulls,
            watch=work,
        )
        scored = by_goal(results, world, aim=case.new, old=case.old)
        yield from rows_of_trial(scored, (*late, board))


def _symmetric(plan: ExperimentConfig) -> Symmetric:
    """The world of a plan, checked to be one whose goals can be exchanged.

    Raises:
        InputError: If it is not.
    """
    if not isinstance(plan.world, Symmetric):
        raise InputError(
            f"the goals of {type(plan.world).__name__} cannot be exchanged",
            why="this study asks what an agent does with two of them exchanged",
            fix="a world that declares `exchanged`, `channels` and `with_goals`",
        )
    return plan.world
