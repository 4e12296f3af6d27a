"""The exam: planted pairs on which anybody's locator is tried, and ours beside it.

For every run of the study `calibrate` that takes part, the first pairs of each rung of
the ladder are kept as a paper, and our own locators are asked about them once. Keys and
pairs are those of the study, so that what one tells can be looked up in the other.
"""

import dataclasses
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from telic import locate
from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locate import LOCATORS
from telic.planted import Planted, ladder
from telic.runs import disk, folder
from telic.runs.folder import Run
from telic.studies import answers, marks, paper
from telic.studies.calibrate import Calibrate
from telic.studies.planting import Planting, base_of, key_of, pairs_of

Tell = Callable[[str, Any], None]
Stop = Callable[[], bool]

STUDY = "exam"
EXPERIMENTS = Calibrate().experiment("layer-")
"""How the names of the experiments begin whose runs take part."""

MAKING = 0.6
"""The share of the work, for progress, that making a paper is."""


@dataclasses.dataclass(frozen=True)
class Exam:
    """What is asked about every run, and which of our locators are asked as well."""

    each: int = 2
    """How many pairs of every rung."""
    rollouts: int = Planting.rollouts
    """For how many rollouts planted agents are trained on."""
    routing: int = Planting.routing
    """For how many rollouts chosen units learn a routed goal."""
    beside: tuple[str, ...] = ()
    """Only these of our locators; all of them if empty."""

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.beside:
            check_name(name, LOCATORS, kind="locator")
        if min(self.each, self.rollouts, self.routing) < 1:
            raise InputError(
                f"each = {self.each}, rollouts = {self.rollouts}, "
                f"routing = {self.routing}",
                why="allowed: 1 or more",
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Our locators that are asked."""
        return self.beside or tuple(LOCATORS)


def runs_of(root: Path, seeds: int) -> list[Run]:
    """The first complete runs of every experiment with planted goals.

    Args:
        root: The folder of experiments.
        seeds: How many runs of each.

    Raises:
        InputError: If there is none.
    """
    if seeds < 1:
        raise InputError(f"seeds = {seeds}", why="allowed: 1 or more")
    chosen: dict[str, list[Run]] = {}
    for run in folder.find(root):
        named = chosen.setdefault(run.path.parent.name, [])
        if not run.path.parent.name.startswith(EXPERIMENTS) or len(named) == seeds:
            continue
        if run.status() == "complete":
            named.append(run)
    found = [run for named in chosen.values() for run in named]
    if not found:
        raise InputError(
            f"no agents with planted goals in {root}",
            why="a locator is tried on runs of the study calibrate: half an hour or so",
            fix="telic study calibrate; to try things out, in minutes: "
            "telic study calibrate --preset small --seeds 0:1 --root try, "
            "then telic score FILE --root try",
        )
    return found


def folder_of(run: Run, exam: Exam) -> Path:
    """Where a run's paper is: named by its settings and the agent it is made of."""
    base = base_of(run, _planting(exam))
    mark = {
        "schema": paper.SCHEMA,
        "each": exam.each,
        "rollouts": exam.rollouts,
        "routing": exam.routing,
        "agent": trees.digest(base.agent),
    }
    return run.path / f"exam-{disk.sha256(disk.to_json(mark))[:8]}"


def is_done(run: Run, exam: Exam) -> bool:
    """Whether a run has its paper, and our locators were asked about it."""
    if not folder_of(run, exam).exists():
        return False
    return answers.is_done(run, STUDY, _settings(run, exam))


def ours(run: Run, exam: Exam) -> list[dict[str, Any]]:
    """By pair of a run's paper, the records of our locators by name.

    Raises:
        InputError: If the job was not done on this run, with the code as it is now.
    """
    if not is_done(run, exam):
        raise InputError(
            f"our locators were not asked about {run.name}",
            why="that was not done yet, or their code has changed since",
            fix="run telic score again: it asks them",
        )
    return answers.read(run, STUDY, _settings(run, exam))["pairs"]


def job(
    run: Run,
    options: Mapping[str, Any],
    *,
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> None:
    """Make a run's paper and ask our locators, unless that is done; a worker's job."""
    exam = answers.restored(Exam, options)
    path, settings = folder_of(run, exam), _settings(run, exam)
    if not path.exists() and not _make(path, run, exam, tell, stop):
        return
    if answers.is_done(run, STUDY, settings):
        return
    found = _ask(path, exam, tell, stop)
    if found is not None:
        answers.write(run, STUDY, settings, {"pairs": found})


def _make(path: Path, run: Run, exam: Exam, tell: Tell, stop: Stop) -> bool:
    """Make and keep a run's paper; False if it was stopped."""
    base, total = base_of(run, _planting(exam)), pairs_of(run.plan())
    chosen: dict[int, Planted] = {}
    tried: Counter[str] = Counter()
    tell("share", 0.0)
    for number, planted in enumerate(ladder(key_of(run.seed()), base)):
        if stop():
            return False
        tried[planted.rung] += 1
        if tried[planted.rung] <= exam.each:
            chosen[number] = planted
        tell("share", MAKING * min(1.0, number / total))
    paper.keep(path, run.seed(), chosen)
    return True


def _ask(path: Path, exam: Exam, tell: Tell, stop: Stop) -> list[dict[str, Any]] | None:
    """The records of our locators on every pair; None if it was stopped."""
    asked = list(zip(paper.questions(path), paper.solutions(path), strict=True))
    found = []
    for number, (question, planted) in enumerate(asked):
        if stop():
            return None
        tell("share", MAKING + (1 - MAKING) * number / len(asked))
        found.append(marks.beside(question, planted, exam.names))
    return found


def _planting(exam: Exam) -> Planting:
    """How pairs are made."""
    return Planting(rollouts=exam.rollouts, routing=exam.routing)


def _settings(run: Run, exam: Exam) -> dict[str, Any]:
    """What the records of our locators depend on: the paper, and how they are made."""
    sources = sorted(Path(locate.__file__).parent.glob("*.py"))
    code = b"".join(disk.read_file(source) for source in sources)
    return {
        "paper": folder_of(run, exam).name,
        "locators": list(exam.names),
        "code": disk.sha256(code)[:8],
    }
