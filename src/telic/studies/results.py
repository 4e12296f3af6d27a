"""Results: the rows that a study measured on one run, kept in the run's folder.

The rows of a run are one file beside its checkpoints, named by the study and a hash of
its settings, so that work resumes run by run, whatever the number of workers. Files
are not trusted: any fault in their form is a DamagedError that names the file.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from telic.core.errors import DamagedError, InputError, TelicError
from telic.core.typed import fits, short
from telic.runs import artifact, disk, inside
from telic.runs.folder import Run
from telic.stats.rows import COLUMNS, Row, Rows, join, rows_of
from telic.studies.base import Study, settings_of
from telic.studies.work import StoppedError, Work

KIND = "rows"
FORM = {
    "study": str,
    "settings": dict[str, Any],
    "mark": str,
    "levels": dict[str, list],
}
"""The entries of a file's header and their types."""

UNFORMED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""The exceptions that summarising rows of another form may raise."""


def rows_path(run: Run, name: str, settings: Mapping[str, Any]) -> Path:
    """The file of a study's rows on a run.

    Raises:
        DamagedError: If the run's folder is not one that telic opens.
    """
    inside.check_inside(run.path)
    mark = disk.sha256(disk.to_json(dict(settings)))[:8]
    return run.path / "studies" / f"{name}-{mark}.safetensors"


def measure_if_missing(
    run: Run,
    name: str,
    study: Study,
    *,
    report: Callable[[str, Any], None],
    should_stop: Callable[[], bool],
) -> None:
    """Measure a run and keep its rows, unless good ones exist already.

    A damaged file is renamed to NAME.damaged, and the run is measured again.

    Args:
        run: The run.
        name: The study's name.
        study: The study with its settings.
        report: As for `Work`; also called with `stopped` if the user asked to stop,
            as then there are no rows.
        should_stop: As for `Work`.
    """
    settings = settings_of(study)
    if not is_done(run, name, settings):
        try:
            rows = list(study.measure(run, Work(report, should_stop)))
        except StoppedError:
            report("stopped", None)
        else:
            write(run, name, settings, rows)


def write(
    run: Run, name: str, settings: Mapping[str, Any], rows: Sequence[Row]
) -> Path:
    """Write the rows of a run, atomically; return the path of the file.

    A damaged file at that path is renamed first.
    """
    path = rows_path(run, name, settings)
    if os.path.lexists(path) and not is_done(run, name, settings):
        disk.aside(path)
    columns = rows_of(rows, run.seed())
    payload = {
        "study": name,
        "settings": dict(settings),
        "mark": run.mark(),
        "levels": {column: list(columns.levels[column]) for column in COLUMNS},
    }
    codes = {
        column: numbers.astype(np.min_scalar_type(len(columns.levels[column])))
        for column, numbers in columns.codes.items()
    }
    artifact.write(path, KIND, payload, {**codes, "value": columns.values})
    return path


def read(run: Run, name: str, settings: Mapping[str, Any]) -> Rows:
    """The rows of a run.

    Raises:
        InputError: If the study has not been done on this run.
        DamagedError: If the file is not what `write` writes.
    """
    path = rows_path(run, name, settings)
    if not os.path.lexists(path):
        raise InputError(
            f"{run.name} has no results of {name} with these settings",
            fix=f"telic study {name} {run.path.parent.name}",
        )
    return checked_rows(run, path)


def is_done(run: Run, name: str, settings: Mapping[str, Any]) -> bool:
    """True if the results of a study on a run exist and are undamaged.

    Raises:
        DamagedError: If the run's folder is not one that telic opens.
    """
    path = rows_path(run, name, settings)
    if not os.path.lexists(path):
        return False
    try:
        checked_rows(run, path)
    except TelicError:
        return False
    return True


def kept(run: Run) -> list[Path]:
    """The files of all results on a run, sorted by name."""
    inside.check_inside(run.path)
    return sorted((run.path / "studies").glob("*.safetensors"))


def checked_rows(run: Run, path: Path) -> Rows:
    """The rows in a file, checked to be results of the run.

    Raises:
        DamagedError: If `write` did not write it, or it is of another run, or of other
            settings than its name says.
        InputError: If it is a whole file of another kind.
    """
    found = artifact.read(path, KIND)
    for part, kind in FORM.items():
        if not fits(found.payload.get(part), kind):
            raise DamagedError(f"{path} is no result", why=f"its {part} is missing")
    said = found.payload
    if path.name != rows_path(run, said["study"], said["settings"]).name:
        raise DamagedError(
            f"{path} is of another study", why=f"it is of {said['study'][:40]}"
        )
    levels = {c: tuple(map(_identity, each)) for c, each in said["levels"].items()}
    _check_form(levels, found.arrays, path)
    codes = {column: found.arrays[column].astype(np.int32) for column in COLUMNS}
    rows = Rows(levels, codes, found.arrays["value"])
    if said["mark"] != run.mark() or rows.levels["seed"] not in ((run.seed(),), ()):
        raise DamagedError(f"{path} is of another run or plan")
    return rows


def together(runs: Sequence[Run], name: str, settings: Mapping[str, Any]) -> Rows:
    """The rows of several runs of one experiment, by ascending seed.

    Raises:
        InputError: If a run has no results, or the runs are of several experiments.
        DamagedError: If a file is not what `write` writes.
    """
    check_together(runs)
    ordered = sorted(runs, key=lambda run: run.seed())
    return join([read(run, name, settings) for run in ordered])


@contextlib.contextmanager
def reading(
    runs: Sequence[Run], name: str, settings: Mapping[str, Any]
) -> Iterator[None]:
    """A block in which any failure to summarise rows becomes one DamagedError.

    The hash of a file shows that nobody altered it, not that it holds the rows which
    its study needs.

    Raises:
        DamagedError: If the rows do not have the study's form; it names the files.
    """
    try:
        yield
    except TelicError:  # an InputError is a ValueError as well
        raise
    except UNFORMED as error:
        paths = ", ".join(str(rows_path(run, name, settings)) for run in runs[:3])
        raise DamagedError(
            f"results of {name} are not of the right form",
            why=f"{type(error).__name__}: {short(str(error))}",
            fix=f"remove them, and the study measures again: {paths}",
        ) from error


def check_together(runs: Sequence[Run]) -> None:
    """Raise unless runs are of one experiment.

    Raises:
        InputError: If they are not.
    """
    experiments = {run.path.parent.name for run in runs}
    if len(experiments) != 1:
        raise InputError(
            f"runs of {len(experiments)} experiments in one study",
            why="seeds are compared within one experiment",
        )


def _identity(value: Any) -> Any:
    """An identity from JSON, where a tuple is a list; `_fit` checks the result."""
    return tuple(value) if isinstance(value, list) else value


def _check_form(
    levels: Mapping[str, Sequence[Any]], arrays: Mapping[str, np.ndarray], path: Path
) -> None:
    """Raise unless all columns exist, have one length, and hold valid codes.

    Raises:
        DamagedError: If they do not; it names the file.
    """
    values = arrays.get("value", np.empty(()))
    whole = (
        set(levels) == set(COLUMNS)
        and set(arrays) == {*COLUMNS, "value"}
        and values.dtype == np.float64
        and values.ndim == 1
        and all(_fit(arrays[c], levels[c], len(values)) for c in COLUMNS)
    )
    if not whole:
        raise DamagedError(f"{path} is no result", why="its columns do not fit")


def _fit(codes: np.ndarray, levels: Sequence[Any], rows: int) -> bool:
    """True if the codes of a column are valid indices into its identities."""
    tuples = [each if isinstance(each, tuple) else (each,) for each in levels]
    atoms = [atom for each in tuples for atom in each]
    return (
        codes.dtype.kind == "u"
        and codes.shape == (rows,)
        and all(a is None or type(a) in (str, int, float) for a in atoms)
        and (not rows or int(codes.max()) < len(levels))
    )
