"""The held-out study: does a goal move further if more goals were trained?

Agents alternate over two, three or four colours. Yellow and grey are held out: they lie
on the boards as distractors, worth 0.1, and no objective ever wants them. Each agent is
then edited to fetch one of the two, by the retarget study with its defaults.

Four things to know when reading it. A run over three or four colours has several
(agent, trained neighbour) pairs, and a seed's number is the mean over them. The last
two agents want blue and purple, purple and green, or green and red: the old target
differs. A colour's input rows carry everything of that colour: grey's also the walls
and the ball, red's also empty cells; so exchanging ROWS is no pure exchange of key
colours there, nor the ceiling that it is elsewhere, while `transport` and the refits
exchange the keys alone. And all runs are equally long: more colours means fewer phases
for each, and more keys on the boards of training.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import ClassVar

from telic.core.errors import InputError
from telic.core.names import check_name
from telic.runs.folder import Run
from telic.studies import gather
from telic.studies.alternation import Alternation
from telic.studies.answers import settings_of
from telic.studies.base import preset
from telic.studies.colours import CONTRAST, GOAL
from telic.studies.families import across, averaged, chosen
from telic.studies.retarget import Retarget
from telic.training.plan import Plan
from telic.trials import Table
from telic.worlds import Keys

TRAINED: dict[str, tuple[str, ...]] = {
    "colours-2": ("blue", "purple"),
    "colours-3": ("blue", "purple", "green"),
    "colours-4": ("blue", "purple", "green", "red"),
}
"""The objectives of each variant, in turn. To add one: one line."""

HELD_OUT = ("yellow", "grey")
"""The colours that no variant trains: distractors on every board."""

EDITS = (
    "relabel",
    f"1.5 × {GOAL}",
    f"1 × {CONTRAST}",
    f"1.5 × {CONTRAST}",
    "transport at actor/0/pre, rank 3",
    "refit, then imitate",
)
"""The edits that are compared, of every track at least one; decided before looking."""

EARLIER = 4
"""How many phases must lie before an agent: then a switch between what it wants and
another colour was among them, even of four colours."""

BOTH = "both"
"""What stands for the mean over the held-out colours in the name of a row."""


def _keys(preset: str) -> Keys:
    """The world of a preset of the alternation study."""
    world = preset(Alternation, preset).world
    assert isinstance(world, Keys)  # as all presets have it
    return world


@dataclasses.dataclass(frozen=True)
class HeldOut:
    """Does a goal move further, to a colour never the target, if more were trained?"""

    phases: int = 24
    """Phases of each run, shared by its colours."""
    agents: int = 2
    """How many of each run's last agents, one a phase."""
    episodes: int = 512
    """Episodes of each agent, the same boards for all."""
    steps: int = 3000
    """Steps of imitation, for the edit that imitates."""
    base: str = "post"
    """The preset whose colours are changed."""
    only: tuple[str, ...] = ()
    """Only these variants, `colours-2 colours-4` say; all of them if empty."""

    SEEDS: ClassVar[str] = "0:5"

    PRESETS: ClassVar[tuple[str, ...]] = ("full", "small")
    """The presets' names, the usual one first."""

    @classmethod
    def preset(cls, name: str) -> "HeldOut":
        """`full`, or `small` for tests."""
        check_name(name, cls.PRESETS, kind="preset")
        if name == "small":
            return cls(phases=5, agents=1, episodes=16, steps=20, base="small")
        return cls()

    def __post_init__(self) -> None:
        """Refuse now what would fail after hours of training."""
        chosen(self.only, TRAINED)
        if self.agents not in range(1, self.phases - EARLIER + 1):
            raise InputError(
                f"{self.agents} agents of {self.phases} phases",
                why=f"{EARLIER} phases must lie before each, for a goal vector of them",
                fix="at least one agent, and runs of more phases",
            )
        _keys(self.base).channels(HELD_OUT[0])
        self.inner()

    def plans(self) -> dict[str, Plan]:
        """What a run of each variant does."""
        base = dataclasses.replace(preset(Alternation, self.base), phases=self.phases)
        found = {}
        for variant, objectives in chosen(self.only, TRAINED).items():
            # The default pair in the world's own order (purple, blue), then the rest:
            # the order decides which cell holds which key, and so every bit of a run.
            keys = _keys(self.base)
            colours = (*keys.colours, *objectives[2:])
            world = dataclasses.replace(keys, colours=colours, others=HELD_OUT)
            study = dataclasses.replace(base, objectives=objectives, world=world)
            found[variant] = study.plan()
        return found

    def experiment(self, variant: str) -> str:
        """The variant's own name: `colours-3`."""
        return variant

    def inner(self) -> tuple[tuple[str, Retarget], ...]:
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

    def compare(self, runs: Mapping[str, Sequence[Run]]) -> dict[str, Table]:
        """For each edit a table: how many colours were trained, and which is new.

        The old target lies on the board beside the new colour.

        Args:
            runs: By variant, its runs; the same seeds of each.

        Raises:
            InputError: If a run has no answer, or the seeds differ.
        """
        tables: dict[str, Table] = {}
        for variant, each in runs.items():
            found = {
                settings.new: gather.retarget(each, settings_of(settings)).tables
                for _, settings in self.inner()
            }
            beside = {colour: by_board["beside"] for colour, by_board in found.items()}
            beside[BOTH] = averaged(list(beside.values()))
            tables |= {row(variant, new): table for new, table in beside.items()}
        return {edit: across(tables, edit) for edit in EDITS}


def row(variant: str, new: str) -> str:
    """What the row of a variant and a new colour is called.

    Example:
        >>> row("colours-3", "yellow")
        '3 trained, yellow'
    """
    return f"{len(TRAINED[variant])} trained, {new}"
