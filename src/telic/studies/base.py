"""The protocols of a study: a question, settings, and three steps to a page.

`measure` yields the numbers of one run as rows, `summarise` computes the effects over
all seeds (every verdict once), and `page` selects and draws. The settings are the
fields of the study's class, so `telic study NAME --help` lists them. To add a study:
a folder here with such a class, and one line in `STUDIES`.
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
"""The fields that each preset changes, by the preset's name; `full` changes none."""


@runtime_checkable
class Experiment(Protocol):
    """A study that trains: `telic train NAME`. Its fields are its settings."""

    question: ClassVar[str]
    presets: ClassVar[Presets]

    def plan(self) -> ExperimentConfig:
        """The plan of a run."""
        ...


@runtime_checkable
class Study(Protocol):
    """A study of trained agents: `telic study NAME EXPERIMENT`.

    Attributes:
        question: The question of the study, in one sentence.
        presets: Its presets by name, the default first.
    """

    question: ClassVar[str]
    presets: ClassVar[Presets]

    def check(self, run: Run) -> None:
        """Raise unless the study can be done on a run; nothing is computed.

        Raises:
            InputError: If the run does not qualify; the message says what it lacks.
        """
        ...

    def measure(self, run: Run, work: Work) -> Iterator[Row]:
        """The numbers of one run, which depend on no other run's results."""
        ...

    def summarise(self, rows: Rows, plan: ExperimentConfig) -> Any:
        """The effects over seeds: every interval and verdict that the page shows.

        Args:
            rows: The rows of all seeds.
            plan: The plan that the runs followed.
        """
        ...

    def page(self, effects: Any, *, command: str = "") -> Page:
        """The page, drawn from the effects; nothing is computed here.

        Args:
            effects: The return value of `summarise`.
            command: The command that makes the page again.
        """
        ...


@runtime_checkable
class Variants(Protocol):
    """A study whose runs are trained in several ways: `telic study NAME`.

    It wraps other studies: they are done on the runs of every variant, and the variants
    are compared by their results.

    Attributes:
        question: The question of the study, in one sentence.
        presets: Its presets by name, the default first.
        seeds: The default seeds of each variant: `0:5`.
    """

    question: ClassVar[str]
    presets: ClassVar[Presets]
    seeds: ClassVar[str]

    def plans(self) -> dict[str, ExperimentConfig]:
        """The plan of the runs of each variant, by the variant's name."""
        ...

    def experiment(self, variant: str) -> str:
        """The name of the folder that holds a variant's runs."""
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
        """The page, drawn from the effects; nothing is computed here."""
        ...


def preset(kind: type[Settings], name: str) -> Settings:
    """A study with the settings of one of its presets.

    Raises:
        InputError: If it has no such preset; the message holds the nearest name.
    """
    presets: Presets = kind.presets  # type: ignore[attr-defined]
    return kind(**lookup(name, presets, kind="preset"))


def settings_of(study: Any) -> dict[str, Any]:
    """The settings of a study as plain JSON data, with its revision if it has one.

    A study whose numbers change while its settings do not raises its `revision`, so
    that rows of before are neither taken for those of now nor put beside them.
    """
    revision = getattr(study, "revision", 0)
    return {**codec.encode(study), **({"revision": revision} if revision else {})}


def restored(kind: type[Settings], settings: Mapping[str, Any]) -> Settings:
    """A study from its settings as plain JSON data.

    Raises:
        DamagedError: If a setting is not of the type of its field.
        InputError: If a field is unknown, or a value is not allowed.
    """
    own = {name: value for name, value in settings.items() if name != "revision"}
    return codec.decode(own, kind)
