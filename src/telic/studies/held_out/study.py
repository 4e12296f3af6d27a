"""The held-out study: do goal edits generalise better if more goals were trained?

Agents alternate over two, three or four colours. Yellow and grey are held out: they lie
on the boards as distractors, worth 0.1, and are never an objective. Each agent is then
edited to fetch one of the two, by the retarget study with its defaults.

Four caveats. First, a run over three or four colours has several (agent, trained
neighbour) pairs, and the value of a seed is the mean over them. Second, the old target
differs: the goals of the last two agents are blue and purple, purple and green, or
green and red. Third, the input rows of a colour carry everything of that colour: those
of grey also the walls and the ball, those of red also empty cells. Exchanging ROWS is
therefore not a pure exchange of keys for these colours, nor the ceiling that it is
elsewhere; `transport` and the refits exchange the keys alone. Fourth, all runs are
equally long: more colours means fewer phases for each, and more keys on the boards of
training.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.render.page import Page
from telic.stats.rows import Rows
from telic.studies.alternation import Alternation
from telic.studies.base import Presets, preset
from telic.studies.held_out import page, summary
from telic.studies.held_out.summary import HELD_OUT, TRAINED
from telic.studies.retarget import Retarget
from telic.studies.variants import Comparison, chosen
from telic.training.plan import ExperimentConfig
from telic.worlds import Symmetric, goals_of

EARLIER = 4
"""The number of phases before an agent; even with four colours they include a switch
between the agent's goal and another colour."""


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Test whether edits to a new colour work better if more colours were trained."""

    phases: int = 24
    """Phases of each run, shared by its colours."""
    agents: int = 2
    """The number of last agents of each run, one per phase."""
    episodes: int = 512
    """Episodes of each agent, on the same boards for all."""
    steps: int = 3000
    """Gradient steps of the edit that imitates."""
    base: str = "post"
    """The preset whose colours are changed."""
    only: tuple[str, ...] = ()
    """Only these variants, for example `colours-2 colours-4`; all of them if empty."""

    question: ClassVar[str] = (
        "does a goal move further, to a new colour, if more colours were trained?"
    )
    seeds: ClassVar[str] = "0:5"
    presets: ClassVar[Presets] = {
        "full": {},
        "small": {
            "phases": 5,
            "agents": 1,
            "episodes": 16,
            "steps": 20,
            "base": "small",
        },
    }

    def __post_init__(self) -> None:
        """Check the settings now rather than after hours of training."""
        chosen(self.only, TRAINED)
        if self.agents not in range(1, self.phases - EARLIER + 1):
            raise InputError(
                f"{self.agents} agents of {self.phases} phases",
                why=f"{EARLIER} phases must lie before each, for a goal vector of them",
                fix="at least one agent, and runs of more phases",
            )
        inner = self.substudies()
        for plan in self.plans().values():
            for _, retarget in inner:
                retarget.goal(plan)

    def plans(self) -> dict[str, ExperimentConfig]:
        """The plan of each variant, by name."""
        base = dataclasses.replace(preset(Alternation, self.base), phases=self.phases)
        assert isinstance(base.world, Symmetric)  # as all presets have it
        never = [goal for goal in goals_of(base.world) if goal not in HELD_OUT]
        found = {}
        for variant, objectives in chosen(self.only, TRAINED).items():
            # The default pair in the world's own order (purple, blue), then the rest:
            # the order decides which cell holds which key, and so every bit of a run.
            goals = (*base.world.present, *objectives[2:])
            world = base.world.with_goals(goals, without=never)
            study = dataclasses.replace(base, objectives=objectives, world=world)
            found[variant] = study.plan()
        return found

    def experiment(self, variant: str) -> str:
        """The name of a variant's folder, the same as the variant: `colours-3`."""
        return variant

    def substudies(self) -> tuple[tuple[str, Retarget], ...]:
        """The retarget study, once for each colour that was held out."""
        return tuple(
            (
                "retarget",
                Retarget(
                    new=colour,
                    agents=self.agents,
                    episodes=self.episodes,
                    steps=self.steps,
                ),
            )
            for colour in HELD_OUT
        )

    def summarise(
        self, rows: Mapping[str, Sequence[Rows]], plans: Mapping[str, ExperimentConfig]
    ) -> Comparison:
        """The effects of the compared edits, by trained colours and new colour."""
        return summary.summarise(rows)

    def page(self, effects: Comparison, *, command: str = "") -> Page:
        """The page."""
        return page.page(effects, command=command)
