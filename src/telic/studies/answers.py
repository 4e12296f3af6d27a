"""Answers: what a study found out about one run, kept in the run's own folder.

A study that edits agents works run by run; each run's answer is one JSON file beside
its checkpoints, named by the study and a hash of its settings. So the work resumes run
by run, does not depend on the number of workers, and can be read by any program.
"""

import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from telic.core.errors import DamagedError, InputError
from telic.core.typed import fits
from telic.runs import disk, inside
from telic.runs.folder import Run, versions
from telic.trials import Result

SCHEMA = 2
"""1: without the hash of the answer, and the mark of its run."""

FORM = {"study": str, "settings": dict[str, Any], "seed": int, "answer": dict[str, Any]}
"""What an answer holds, whatever its schema."""

Settings = TypeVar("Settings")


def path_of(run: Run, study: str, settings: Mapping[str, Any]) -> Path:
    """The file of a study's answer on a run.

    Raises:
        DamagedError: If the run is not one that telic opens.
    """
    inside.check(run.path)
    mark = disk.sha256(disk.to_json(dict(settings)))[:8]
    return run.path / "studies" / f"{study}-{mark}.json"


def once(
    run: Run,
    options: Mapping[str, Any],
    *,
    study: str,
    kind: Callable[..., Settings],
    find: Callable[..., dict[str, Any] | None],
    tell: Callable[[str, Any], None],
    stop: Callable[[], bool],
) -> None:
    """Find a study's answer on a run and keep it, unless a good one is there already.

    A damaged one is put aside, as NAME.json.damaged, and found again.

    With `study`, `kind` and `find` filled in it is the job of a study, as workers call
    it.

    Args:
        run: The run.
        options: The study's settings as `settings_of` gives them.
        study: The study's name.
        kind: The class of the settings.
        find: Called with the run and the settings, and with `tell` and `stop`; it
            gives the answer, or None if it was stopped.
        tell: Called with `share` and how much is done, 0 to 1, and what it is at.
        stop: Whether to stop.
    """
    if is_done(run, study, options):
        return
    answer = find(run, restored(kind, options), tell=tell, stop=stop)
    if answer is not None:
        write(run, study, options, answer)


def write(
    run: Run, study: str, settings: Mapping[str, Any], answer: Mapping[str, Any]
) -> Path:
    """Keep an answer; it appears whole or not at all.

    A damaged one that stands there is put aside, as NAME.json.damaged.
    """
    path = path_of(run, study, settings)
    if os.path.lexists(path) and not is_done(run, study, settings):
        disk.aside(path)
    record = {
        "schema": SCHEMA,
        "study": study,
        "settings": dict(settings),
        "run": run.name,
        "seed": run.seed(),
        "mark": run.mark(),
        "versions": versions(),
        "answer": dict(answer),
    }
    record["sha256"] = _mark(record)
    disk.write_file(path, disk.to_json(record, indent=None))
    return path


def read(run: Run, study: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The answer on a run.

    Raises:
        InputError: If the study has not been done on this run.
        DamagedError: If the file is not what `write` writes.
    """
    path = path_of(run, study, settings)
    if not os.path.lexists(path):
        raise InputError(
            f"{run.name} has no answer of {study} with these settings",
            fix=f"telic study {study} {run.path.parent.name}",
        )
    return checked(run, path)["answer"]


def is_done(run: Run, study: str, settings: Mapping[str, Any]) -> bool:
    """Whether a good answer is there; a damaged one is none.

    Raises:
        DamagedError: If the run is not one that telic opens.
    """
    path = path_of(run, study, settings)
    if not os.path.lexists(path):
        return False
    try:
        checked(run, path)
    except DamagedError:
        return False
    return True


def kept(run: Run) -> list[Path]:
    """The files of all answers on a run, by name."""
    inside.check(run.path)
    return sorted((run.path / "studies").glob("*.json"))


def checked(run: Run, path: Path) -> dict[str, Any]:
    """The record in the file of an answer on a run.

    Raises:
        DamagedError: If it is not what `write` writes, or of another run or settings
            than its name says.
    """
    found = disk.read_json(path)
    if found.get("schema") not in (1, SCHEMA) or isinstance(found["schema"], bool):
        raise DamagedError(f"{path} is not an answer of schema {SCHEMA}")
    for name, kind in FORM.items():
        if not fits(found.get(name), kind):
            raise DamagedError(f"{path} is no answer", why=f"its {name} is missing")
    if found["schema"] > 1 and found.get("sha256") != _mark(found):
        raise DamagedError(f"{path} was altered", why="it has not the hash in it")
    due = path_of(run, found["study"], found["settings"])
    if path.name != due.name or found["seed"] != run.seed():
        raise DamagedError(
            f"{path} is of another run or study",
            why=f"it is of {found['study'][:40]}, seed {found['seed']}",
        )
    if found["schema"] > 1 and found.get("mark") != run.mark():
        raise DamagedError(f"{path} is of another plan")
    return found


def plain(results: Sequence[Result]) -> list[dict[str, Any]]:
    """The rows of a trial as JSON objects; `rows` gives them back.

    Example:
        >>> one = Result("add", "", {"x": 1.0}, 1, 1.0, True)
        >>> rows(plain([one])) == [one]
        True
    """
    return [result._asdict() for result in results]


def rows(objects: Sequence[Mapping[str, Any]]) -> list[Result]:
    """The rows of a trial from JSON objects.

    Raises:
        DamagedError: If one is not such a row.
    """
    try:
        return [Result(**row) for row in objects]
    except TypeError as error:
        raise DamagedError("a row of an answer is damaged", why=str(error)) from error


def settings_of(settings: Any) -> dict[str, Any]:
    """Settings as plain JSON data, tuples as lists.

    Example:
        >>> @dataclasses.dataclass
        ... class S:
        ...     doses: tuple[float, ...] = (1.0,)
        >>> settings_of(S())
        {'doses': [1.0]}
    """
    return disk.parse_json(disk.to_json(dataclasses.asdict(settings)), Path("settings"))


def restored(kind: Callable[..., Settings], options: Mapping[str, Any]) -> Settings:
    """Settings from their plain form: what `settings_of` was given, if it was flat.

    Example:
        >>> @dataclasses.dataclass
        ... class S:
        ...     doses: tuple[float, ...] = (1.0,)
        >>> restored(S, settings_of(S()))
        S(doses=(1.0,))
    """
    # JSON has no tuples, and frozen settings hold no lists: every list was a tuple.
    return kind(
        **{k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
    )


def _mark(record: Mapping[str, Any]) -> str:
    """The hash of an answer and all that is said about it."""
    said = {name: value for name, value in record.items() if name != "sha256"}
    return disk.sha256(disk.to_json(said))
