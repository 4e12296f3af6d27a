"""The benchmark: planted pairs for any user's locator, with ours beside it.

For every chosen run of the study `calibrate`, the first pairs of each rung of the
ladder are kept as a benchmark set, and our own locators are scored on them once. Keys
and pairs are the same as in the study, so that the results can be compared.
"""

import dataclasses
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from telic import locators
from telic.core import trees
from telic.core.errors import InputError
from telic.core.names import check_name
from telic.locators import LOCATORS
from telic.planted import Base, Planted, ladder
from telic.runs import disk, folder
from telic.runs.folder import Run
from telic.stats.rows import Row
from telic.studies import results
from telic.studies.base import restored
from telic.studies.calibrate import Calibrate
from telic.studies.planting import Planting
from telic.studies.planting.study import base_of, pairs_of, planting_key
from telic.studies.score import benchmark_set, grading

Tell = Callable[[str, Any], None]
Stop = Callable[[], bool]

JOB = "telic.studies.score.benchmark:job"
"""The worker's job, by the name under which `telic.scale.local` imports it."""

NAME = "exam"
"""The prefix of the benchmark's files in a run's folder."""

Records = Mapping[str, Mapping[str, Any]]
"""The record of each locator's answer on one pair, by locator."""

EXPERIMENTS = Calibrate().experiment("layer-")
"""The prefix of the names of the experiments whose runs take part."""

MAKING = 0.6
"""The fraction of the work, for progress reports, that goes into making a set."""


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """The settings of a benchmark set, and the locators that are scored beside it."""

    each: int = 2
    """Pairs of every rung."""
    rollouts: int = Planting.rollouts
    """Rollouts of further training of planted agents."""
    routing: int = Planting.routing
    """Rollouts for which chosen weights learn a goal."""
    apart: int = Planting.apart
    """Rollouts for which branches are trained apart on what serves no goal."""
    beside: tuple[str, ...] = ()
    """Only these of our locators; all of them if empty."""

    def __post_init__(self) -> None:
        """Check the fields."""
        for name in self.beside:
            check_name(name, LOCATORS, kind="locator")
        for name in ("each", "rollouts", "routing", "apart"):
            if getattr(self, name) < 1:
                raise InputError(
                    f"{name} = {getattr(self, name)}", why="allowed: 1 or more"
                )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of our locators that are scored."""
        return self.beside or tuple(LOCATORS)


def runs_of(root: Path, seeds: int) -> list[Run]:
    """The first complete runs of every experiment with planted goals.

    Args:
        root: The folder of experiments.
        seeds: The number of runs of each.

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


def folder_of(run: Run, settings: Benchmark) -> Path:
    """The folder of a run's set, named by a hash of its settings and its agent."""
    mark = {
        "schema": benchmark_set.SCHEMA,
        "each": settings.each,
        "rollouts": settings.rollouts,
        "routing": settings.routing,
        "apart": settings.apart,
        "agent": trees.digest(_base(run, settings).agent),
    }
    return run.path / f"{NAME}-{disk.sha256(disk.to_json(mark))[:8]}"


def is_answered(run: Run, settings: Benchmark) -> bool:
    """True if a run has its set and the results of our locators on it."""
    if not folder_of(run, settings).exists():
        return False
    return results.is_done(run, NAME, _mark(run, settings))


def ours(run: Run, settings: Benchmark) -> list[Records]:
    """The records of our locators by name, for each pair of a run's set.

    Raises:
        InputError: If the job was not done on this run with the current code.
    """
    if not is_answered(run, settings):
        raise InputError(
            f"our locators were not asked about {run.name}",
            why="that was not done yet, or their code has changed since",
            fix="run telic score again: it asks them",
        )
    rows = results.read(run, NAME, _mark(run, settings))
    found: list[dict[str, Any]] = [{} for _ in rows.where(part="pair").values]
    table = rows.where(null="").among("part", ("record", "fault")).table()
    columns = (
        table[name] for name in ("part", "metric", "value", "trial", "condition")
    )
    for part, metric, value, (number, rung), name in zip(*columns, strict=True):
        record = found[number].setdefault(name, {"rung": rung})
        record |= {"fault": metric} if part == "fault" else {metric: value}
    return list(found)


def job(run: Run, options: Mapping[str, Any], *, tell: Tell, stop: Stop) -> None:
    """Make a run's set and score our locators, unless that is done; a worker's job."""
    settings = restored(Benchmark, options)
    path, mark = folder_of(run, settings), _mark(run, settings)
    if not path.exists() and not _make(path, run, settings, tell, stop):
        return
    if results.is_done(run, NAME, mark):
        return
    found = _ask(path, settings, tell, stop)
    if found is not None:
        results.write(run, NAME, mark, list(_rows(found)))


def _make(path: Path, run: Run, settings: Benchmark, tell: Tell, stop: Stop) -> bool:
    """Make and keep a run's set; return False if it was stopped."""
    base, total = _base(run, settings), pairs_of(run.plan())
    chosen: dict[int, Planted] = {}
    tried: Counter[str] = Counter()
    tell("share", 0.0)
    for number, planted in enumerate(ladder(planting_key(run.seed()), base)):
        if stop():
            return False
        tried[planted.rung] += 1
        if tried[planted.rung] <= settings.each:
            chosen[number] = planted
        tell("share", MAKING * min(1.0, number / total))
    benchmark_set.keep(path, run.seed(), chosen)
    return True


def _ask(
    path: Path, settings: Benchmark, tell: Tell, stop: Stop
) -> list[Records] | None:
    """The records of our locators on every pair; None if the user asked to stop."""
    questions, solutions = benchmark_set.questions(path), benchmark_set.solutions(path)
    found: list[Records] = []
    for question, planted in zip(questions, solutions, strict=True):
        if stop():
            return None
        tell("share", MAKING + (1 - MAKING) * len(found) / len(questions))
        found.append(grading.reference_marks(question, planted, settings.names))
    return found


def _rows(pairs: Sequence[Records]) -> Iterator[Row]:
    """The rows of the records of all pairs."""
    for number, records in enumerate(pairs):
        yield Row("pair", "asked", float(len(records)), number)
        for name, record in records.items():
            trial = (number, record["rung"])
            for metric, value in record.items():
                if metric == "fault":
                    yield Row("fault", value, math.nan, trial, name)
                elif metric != "rung":
                    yield Row("record", metric, float(value), trial, name)


def _base(run: Run, settings: Benchmark) -> Base:
    """The agent that a run's pairs are made from."""
    return base_of(
        run,
        rollouts=settings.rollouts,
        routing=settings.routing,
        apart=settings.apart,
    )


def _mark(run: Run, settings: Benchmark) -> dict[str, Any]:
    """The identity of our locators' records: the set, the locators and their code."""
    sources = sorted(Path(locators.__file__).parent.glob("*.py"))
    code = b"".join(disk.read_file(source) for source in sources)
    return {
        "paper": folder_of(run, settings).name,
        "locators": list(settings.names),
        "code": disk.sha256(code)[:8],
    }
