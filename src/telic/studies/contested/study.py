"""The contested study: claims about training of recent papers, tried on these agents.

Four rows, each a small trial with nulls and an answer by a rule that was written before
the data (`verdicts`): is one trained constant as good as training (`shift`); do vectors
of one base and other data agree, and do they transfer (`branches`); do switches go off
the principal directions of the weights (`principal`); and does KL or norm predict the
collateral damage of an edit (`damage`)?
"""

import dataclasses
from collections.abc import Iterator
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.policies import remembers
from telic.render.page import Page
from telic.runs.folder import Run
from telic.runs.source import RunSource
from telic.stats.rows import Row, Rows
from telic.studies.base import Presets
from telic.studies.contested import page, summary
from telic.studies.contested.off_principal import off_principal
from telic.studies.contested.rows import LateSwitch, branch_rows, dose_rows, shift_rows
from telic.studies.contested.summary import ContestedEffects
from telic.studies.late import late_switches
from telic.studies.other_seed import other_seed
from telic.studies.work import Work
from telic.training import ExperimentConfig

SHIFTS, BRANCHES, OFF, DAMAGE = "shift", "branches", "principal", "damage"
ROWS = (SHIFTS, BRANCHES, OFF, DAMAGE)
"""The rows of the study, in the order in which they are measured."""


@dataclasses.dataclass(frozen=True)
class Contested:
    """Try what recent papers say of training on agents whose goal was switched."""

    switches: int = 2
    """The number of last switches; with two objectives, half in each direction."""
    branches: int = 4
    """The number of branches from the last one's recipient that learn the aim."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""
    steps: int = 600
    """The steps of imitation of each trained shift."""
    only: tuple[str, ...] = ()
    """Only these rows, for example `principal`; all of them if empty."""

    question: ClassVar[str] = "do recent claims about training hold for these agents?"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {"switches": 1, "branches": 2, "episodes": 16, "steps": 2},
    }

    def __post_init__(self) -> None:
        """Check the rows and the numbers."""
        for name in self.only:
            check_name(name, ROWS, kind="row")
        for name, least in (("branches", 2), ("episodes", 1), ("steps", 1)):
            if getattr(self, name) < least:
                raise InputError(
                    f"{name} = {getattr(self, name)}", why=f"allowed: {least} or more"
                )

    def check(self, run: Run) -> None:
        """Raise unless the run has enough switches, of agents without memory.

        Raises:
            InputError: If it does not qualify.
        """
        plan = run.plan()
        late_switches(plan, self.switches)
        if remembers(plan.policy.initial_carry(1)):
            raise InputError(
                f"agents with memory: {plan.policy}",
                why="a policy is imitated, and its KL taken, state by state",
                fix="runs of an agent without memory",
            )

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The rows of one run: those of every late switch, then those of branches."""
        source, other = RunSource(run), other_seed(run)
        switches = late_switches(source.plan, self.switches)
        places = [LateSwitch(source, late, self.episodes) for late in switches]
        for number, place in enumerate(places):
            low, high = (0.6 * (number + i) / len(places) for i in (0, 1))
            mine = work.stretch(low, high, "")
            if self._asks(OFF):
                yield from off_principal(source, place.late)
            if self._asks(SHIFTS):
                yield from shift_rows(place, self.steps, mine.stretch(0.0, 0.5, ""))
            if self._asks(DAMAGE):
                yield from dose_rows(place, other, mine.stretch(0.5, 1.0, ""))
        if self._asks(BRANCHES):
            rest = work.stretch(0.6, 1.0, "")
            yield from branch_rows(places[-1], other, self.branches, rest)

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> ContestedEffects:
        """The effects over seeds."""
        return summary.summarise(rows)

    def page(self, effects: ContestedEffects, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)

    def _asks(self, row: str) -> bool:
        """True if a row is asked for."""
        return row in self.only or not self.only
