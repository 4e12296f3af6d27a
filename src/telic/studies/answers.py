"""Answers: what a study found out about one run, kept in the run's own folder.

A study that edits agents works run by run; each run's answer is one JSON file beside
its checkpoints, named by the study and a hash of its settings. So the work resumes run
by run, does not depend on the number of workers, and can be read by any program.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from telic.core.errors import DamagedError, InputError
from telic.runs import disk
from telic.runs.folder import Run, versions
from telic.trials import Result

SCHEMA = 1

Settings = TypeVar("Settings")


def path_of(run: Run, study: str, settings: Mapping[str, Any]) -> Path:
    """The file of a study's answer on a run."""
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
    """Find a study's answer on a run and keep it, unless it is there already.

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
    if path_of(run, study, options).exists():
        return
    answer = find(run, restored(kind, options), tell=tell, stop=stop)
    if answer is not None:
        write(run, study, options, answer)


def write(
    run: Run, study: str, settings: Mapping[str, Any], answer: Mapping[str, Any]
) -> Path:
    """Keep an answer; it appears whole or not at all."""
    path = path_of(run, study, settings)
    record = {
        "schema": SCHEMA,
        "study": study,
        "settings": dict(settings),
        "run": run.name,
        "seed": run.seed(),
        "versions": versions(),
        "answer": dict(answer),
    }
    disk.write_file(path, disk.to_json(record, indent=None))
    return path


def read(run: Run, study: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The answer on a run.

    Raises:
        InputError: If the study has not been done on this run.
        DamagedError: If the file is not what `write` writes.
    """
    path = path_of(run, study, settings)
    if not path.exists():
        raise InputError(
            f"{run.name} has no answer of {study} with these settings",
            fix=f"telic study {study} {run.path.parent.name}",
        )
    record = disk.read_json(path)
    if record.get("schema") != SCHEMA or not isinstance(record.get("answer"), dict):
        raise DamagedError(f"{path} is not an answer of schema {SCHEMA}")
    return record["answer"]


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
