"""What a study is: a question, settings, and three steps from a run to a page.

`measure` gives the numbers of one run as rows, `summarise` what all seeds together say
(every verdict once), `page` picks and draws. The settings are the fields of the study's
own class, so `telic study NAME --help` lists them. To add a study: a folder here with
such a class, and one line in `STUDIES`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from telic.core import codec
from telic.core.names import lookup
from telic.render.page import Page
from telic.runs.folder import Run
from telic.stats.rows import Row, Rows
from telic.studies.work import Work
from telic.training.plan import ExperimentConfig

Settings = TypeVar("Settings")

Presets = Mapping[str, Mapping[str, Any]]
"""By name, the fields that a preset changes; `full` changes none."""


@runtime_checkable
class Experiment(Protocol):
    """A study that trains: `telic train NAME`. Its fields are what can be chosen."""

    question: ClassVar[str]
    presets: ClassVar[Presets]

    def plan(self) -> ExperimentConfig:
        """What a run does."""
        ...


@runtime_checkable
class Study(Protocol):
    """A study of trained agents: `telic study NAME EXPERIMENT`.

    Attributes:
        question: What it asks, in a sentence.
        presets: Its presets by name, the usual one first.
    """

    question: ClassVar[str]
    presets: ClassVar[Presets]

    def check(self, run: Run) -> None:
        """Raise unless the study can be done on a run; nothing is computed.

        Raises:
            InputError: It says what the run lacks.
        """
        ...

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The numbers of one run; they do not depend on other runs' results."""
        ...

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> Any:
        """The effects over seeds: every interval and verdict that the page shows.

        Args:
            rows: The rows of all seeds.
            plan: The plan that the runs followed.
        """
        ...

    def page(self, effects: Any, *, command: str = "") -> Page:
        """The page: it picks and draws, and computes nothing.

        Args:
            effects: What `summarise` gave.
            command: How to make it again.
        """
        ...


@runtime_checkable
class Variants(Protocol):
    """A study whose runs are trained in several ways: `telic study NAME`.

    It wraps other studies: they are done on the runs of every variant, which are then
    set side by side.

    Attributes:
        question: What it asks, in a sentence.
        presets: Its presets by name, the usual one first.
        seeds: The seeds of each variant if none are named: `0:5`.
    """

    question: ClassVar[str]
    presets: ClassVar[Presets]
    seeds: ClassVar[str]

    def plans(self) -> dict[str, ExperimentConfig]:
        """What a run of each variant does, by the variant's name."""
        ...

    def experiment(self, variant: str) -> str:
        """The name of the folder in which a variant's runs are."""
        ...

    def substudies(self) -> tuple[tuple[str, Study], ...]:
        """The studies that are done on every run, with their names in `STUDIES`."""
        ...

    def summarise(self, rows: Mapping[str, Sequence[Rows]], plans: Any) -> Any:
        """The effects over seeds, side by side.

        Args:
            rows: By variant, the rows of all seeds for each substudy in turn.
            plans: By variant, the plan that its runs followed.
        """
        ...

    def page(self, effects: Any, *, command: str = "") -> Page:
        """The page: it picks and draws, and computes nothing."""
        ...


def preset(kind: type[Settings], name: str) -> Settings:
    """A study with the settings of one of its presets.

    Raises:
        InputError: If it has no such preset; the message holds the nearest name.
    """
    presets: Presets = kind.presets  # type: ignore[attr-defined]
    return kind(**lookup(name, presets, kind="preset"))


def settings_of(study: Any) -> dict[str, Any]:
    """The settings of a study as plain JSON data."""
    return codec.encode(study)


def restored(kind: type[Settings], settings: Mapping[str, Any]) -> Settings:
    """A study from its plain settings.

    Raises:
        DamagedError: If they are not of the types of its fields.
        InputError: If a field is unknown, or a value is not allowed.
    """
    return codec.decode(settings, kind)
