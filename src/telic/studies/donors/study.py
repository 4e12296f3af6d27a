"""The donors study: do edits move a goal, or only undo the last phase of training?

At late switches the same edits are made with the weights of six donors, of which only
one is the recipient's own parent. Playing the donor itself is the plain alternative to
every edit: load a checkpoint that wants the aim.
"""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from telic.core.errors import InputError
from telic.render.page import Page
from telic.rollouts import episode_seeds
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.donors import page
from telic.studies.donors.edits import edits_from
from telic.studies.donors.pairs import DONORS, pairs
from telic.studies.goal_metrics import by_goal
from telic.studies.hard_nulls import nulls_of
from telic.studies.keys import key_of
from telic.studies.kinds import KindsEffects, summarise
from telic.studies.late import Switch, earlier_mean, late_switches
from telic.studies.other_seed import other_seed
from telic.studies.tables import rows_of_trial
from telic.studies.work import Work
from telic.training import ExperimentConfig
from telic.trials import trial


@dataclasses.dataclass(frozen=True)
class Donors:
    """Make the same edits with donors that are not the agent's own parent."""

    switches: int = 2
    """The number of last switches that have a phase after them; with two objectives,
    half in each direction."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""

    question: ClassVar[str] = (
        "does an edit need a donor that is the agent's own parent?"
    )
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"switches": 1, "episodes": 16},
    }

    def __post_init__(self) -> None:
        """Check the number of episodes."""
        if self.episodes < 1:
            raise InputError(f"episodes = {self.episodes}", why="allowed: 1 or more")

    def check(self, run: Run) -> None:
        """Raise unless the run has enough switches.

        Raises:
            InputError: If it does not.
        """
        self._switches(run.plan())

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The trials of one run: at every switch, with every donor."""
        source, other = RunSource(run), other_seed(run)
        plan, switches = source.plan, self._switches(run.plan())
        for number, late in enumerate(switches):
            mine = work.part(number, len(switches), "")
            boards = episode_seeds(
                plan.world, self.episodes, key=key_of(run, "boards", late.phase)
            )
            mean = earlier_mean(source, late)
            training = mine.stretch(0.0, 0.2, "branch, rollout")
            for place, (name, pair) in enumerate(pairs(source, other, late, training)):
                low, high = (0.2 + 0.8 * (place + i) / len(DONORS) for i in (0, 1))
                made = edits_from(pair, mean)
                results = trial(
                    pair.agent,
                    made,
                    boards,
                    key=key_of(run, "nulls", late.phase),
                    world=plan.world,
                    objectives=plan.objectives,
                    donor=pair.donor,
                    extra=nulls_of(made, pair.agent, pair.ways),
                    watch=mine.stretch(low, high, f"{name}, edit"),
                )
                scored = by_goal(results, plan.world, aim=late.aim, old=late.wants)
                yield from rows_of_trial(scored, (name, *late))

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> KindsEffects:
        """The effects over seeds."""
        return summarise(rows)

    def page(self, effects: KindsEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _switches(self, plan: ExperimentConfig) -> list[Switch]:
        """The last switches that have a switch back after them."""
        late = late_switches(plan, self.switches, phases=len(plan.schedule) - 1)
        wanted = [phase.objective for phase in plan.schedule]
        for switch in late:
            if wanted[switch.phase + 1] != switch.aim:
                raise InputError(
                    f"phase {switch.phase + 1} trains {wanted[switch.phase + 1]!r}",
                    why=f"its child must want {switch.aim!r}, as its parent does",
                    fix="use runs that alternate between two objectives",
                )
        return late
