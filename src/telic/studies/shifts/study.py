"""The shifts study: edited agents on boards that none of them was trained on.

Does an edited goal carry over to boards of another kind? What fits the trained boards
alone fails there. (A rule as simple as *approach this colour in view* would carry over
as well: boards cannot tell it from a goal.) At the last switches a few edits are made,
always with the same nulls as in the splice study, and tried on every board that the
world offers beside its own. Unedited agents and donors, which were trained for their
goals, are the measure: what they lose on a board is the board's. Where optimal play is
known, every row has its regret: the expected return of optimal play on the same boards,
less the return.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.render.page import Page
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.goal_metrics import METRICS, by_goal
from telic.studies.hard_nulls import continued, directions, nulls_of
from telic.studies.keys import key_of
from telic.studies.kinds import KindsEffects, summarise
from telic.studies.late import late_switches, needed_vectors
from telic.studies.other_seed import other_seed
from telic.studies.shifts import page
from telic.studies.shifts.edits import edits_between
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import Result, trial
from telic.vectors import mean
from telic.worlds import World
from telic.worlds.optimal import optimal_returns
from telic.worlds.shifts import shifts_of

REGRET = "regret"
"""The expected return of optimal play that knows the whole board, less the return; on
boards whose optimal play is known."""

TRAINING = 0.2
"""The part of a switch's work that is the further training of its null."""

TRAINED, GREEDY = "as trained", "greedy"
"""The boards that agents were trained on, and the same without chance in actions."""


@dataclasses.dataclass(frozen=True)
class Shifts:
    """Try edits on boards that no agent has seen."""

    switches: int = 2
    """The number of last switches; with two objectives, half in each direction."""
    episodes: int = 512
    """Episodes of each agent on each kind of boards."""
    only: tuple[str, ...] = ()
    """Only these kinds of boards, for example `doorway`; all of them if empty."""

    revision: ClassVar[int] = 1
    question: ClassVar[str] = "does an edit give a goal, or a reflex of trained boards?"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"switches": 1, "episodes": 16, "only": (TRAINED, "doorway")},
    }

    def __post_init__(self) -> None:
        """Check the number of episodes."""
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    def check(self, run: Run) -> None:
        """Raise unless the run has enough switches, and its world other boards.

        Raises:
            InputError: If it has not.
        """
        plan = run.plan()
        late = late_switches(plan, self.switches)[-1]
        self._boards(plan.world, late.aim)

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The trials of one run: at every switch, on all kinds of boards."""
        source, other = RunSource(run), other_seed(run)
        plan, switches = source.plan, late_switches(source.plan, self.switches)
        for number, late in enumerate(switches):
            vector = mean(needed_vectors(source, late))
            agent, donor = source.agent(late.phase), source.agent(late.phase - 1)
            made = edits_between(agent, donor, vector)
            mine = work.part(number, len(switches), "switch, edit")
            rollouts = plan.schedule[late.phase].rollouts
            watch = mine.stretch(0.0, TRAINING, "rollout").counting(rollouts)
            ways = directions(
                source,
                late,
                key=key_of(run, "labels", late.phase),
                other=other,
                went_on=continued(source, late, watch=watch),
            )
            nulls = nulls_of(made, agent, ways)
            boards = self._boards(plan.world, late.aim)
            mine = mine.stretch(TRAINING, 1.0, mine.text)
            for place, (name, (world, greedy)) in enumerate(boards.items()):
                low, high = ((place + i) / len(boards) for i in (0, 1))
                seeds = episode_seeds(
                    world, self.episodes, key=key_of(run, "boards", late.phase)
                )
                results = trial(
                    agent,
                    made,
                    seeds,
                    key=key_of(run, "nulls", late.phase),
                    world=world,
                    objectives=plan.objectives,
                    donor=donor,
                    extra=nulls,
                    greedy=greedy,
                    watch=mine.stretch(low, high, f"{name}, edit"),
                )
                scored = by_goal(results, world, aim=late.aim, old=late.wants)
                aim = next(o for o in plan.objectives if o.name == late.aim)
                best = optimal_returns(world, aim, seeds.noise)
                if best is not None:
                    scored = _with_regret(scored, float(best.mean()))
                yield from rows_of_trial(scored, (name, *late))

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> KindsEffects:
        """The effects over seeds."""
        return summarise(rows, (*METRICS, REGRET))

    def page(self, effects: KindsEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _boards(self, world: World, aim: str) -> dict[str, tuple[World, bool]]:
        """The kinds of boards, each with whether agents act greedily on it."""
        boards = {
            TRAINED: (world, False),
            GREEDY: (world, True),
            **{name: (each, False) for name, each in shifts_of(world, aim).items()},
        }
        for name in self.only:
            check_name(name, boards, kind="kind of boards")
        return {
            k: each for k, each in boards.items() if k in self.only or not self.only
        }


def _with_regret(results: Sequence[Result], best: float) -> list[Result]:
    """The rows of a trial with their regret, given the return of optimal play."""
    return [
        row._replace(rates={**row.rates, REGRET: best - row.rates["return_aim"]})
        for row in results
    ]
