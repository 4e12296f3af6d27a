"""Metrics: one JSON object per line, one line per rollout.

`metrics.jsonl` is fully determined by plan and seed, so that two runs of the same have
equal files; seconds are in `timing.jsonl`. Rollouts are counted from 1. An incomplete
last line, as a kill may leave it, is ignored by readers and removed by `rewind`.
"""

import itertools
from bisect import bisect
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from telic.core.errors import DamagedError
from telic.core.typed import short
from telic.runs import disk, record
from telic.runs.record import File
from telic.training.measures import rollout_measures
from telic.training.plan import ExperimentConfig
from telic.training.state import RolloutMetrics
from telic.worlds.schedule import phase_at

Row = dict[str, Any]

BLOCK = 1 << 16
"""The size of the blocks in which a file is read from its end, in bytes."""

LONGEST = 1 << 20
"""The longest line of a file, in bytes."""

ROOM = 4096
"""The bytes allowed for a row without its returns and rates; it needs about 300."""


def metrics_row(
    plan: ExperimentConfig, metrics: RolloutMetrics, *, rollout: int
) -> Row:
    """One rollout as a flat dict of numbers.

    Keys: `rollout`, `phase` (from 0), `objective` (the one trained), `steps` (of the
    world, so far), `episodes` (completed in this rollout), `length` (mean, in steps),
    `return_O` for every objective O (mean over the completed episodes), `rate_E` for
    every event E (mean per completed episode), then the losses. A mean over no
    episodes is None.
    """
    phase, _ = phase_at(plan.schedule, rollout - 1)
    return {
        "rollout": rollout,
        "phase": phase,
        "objective": plan.schedule[phase].objective,
        "steps": rollout * plan.rollout.batch,
        **rounded_measures(plan, metrics),
    }


def rounded_measures(plan: ExperimentConfig, metrics: RolloutMetrics) -> Row:
    """The measures of a rollout: `metrics_row` without its place in a schedule."""
    found = rollout_measures(plan, metrics)
    return {
        name: value if isinstance(value, int) else _number(value)
        for name, value in found.items()
    }


def append_rows(path: Path, rows: list[Row]) -> None:
    """Append rows to a file and sync it.

    Raises:
        StorageError: If the file cannot be written.
    """
    disk.append_file(path, b"".join(disk.to_json(one, indent=None) for one in rows))


def read(path: Path) -> list[Row]:
    """All complete rows of a file; an incomplete last line is left out.

    Raises:
        DamagedError: If a line before the last is not a row, or not the next one.
    """
    if b"\n" not in disk.read_part(path, 0, LONGEST) and disk.size(path) >= LONGEST:
        raise DamagedError(f"{path} has a line of more than {LONGEST} bytes")
    rows: list[Row] = []
    for number, line in enumerate(BytesIO(disk.read_file(path)), start=1):
        if not line.endswith(b"\n"):
            break
        where = f"{path}, line {number}"
        one = record.checked_row(_parsed(line, where), where)
        if rows and one["rollout"] != rows[-1]["rollout"] + 1:
            raise DamagedError(
                f"{where}: rollout {one['rollout']}",
                why=f"the line before it is of rollout {rows[-1]['rollout']}",
            )
        rows.append(one)
    return rows


def backwards(path: Path) -> Iterator[Row]:
    """The complete rows of a file from last to first, read lazily.

    The cost depends on the rows that are consumed, not on the length of the file.

    Raises:
        DamagedError: If a line that is read is not a row, or not the one before.
    """
    after = None
    for line in _lines_backwards(path):
        one = record.checked_row(_parsed(line, str(path)), str(path))
        if after is not None and one["rollout"] != after - 1:
            raise DamagedError(
                f"{path}: rollout {one['rollout']}",
                why=f"the line after it is of rollout {after}",
            )
        after = one["rollout"]
        yield one


def follow_plan(
    plan: ExperimentConfig, rows: Iterable[Row], path: Path
) -> Iterator[Row]:
    """The rows, each checked to be one of a run of the plan.

    Raises:
        DamagedError: If a row has a phase, objective or number of steps that the plan
            does not have there, or lacks the plan's returns and rates.
    """
    ends = list(itertools.accumulate(phase.rollouts for phase in plan.schedule))
    columns = _columns(plan)
    for one in rows:
        number = one["rollout"]
        if number > ends[-1]:
            raise DamagedError(
                f"{path} has a row of rollout {number}", why=f"the plan has {ends[-1]}"
            )
        phase = bisect(ends, number - 1)
        due = {
            "phase": phase,
            "objective": plan.schedule[phase].objective,
            "steps": number * plan.rollout.batch,
        }
        _compare(one, due, columns, path)
        yield one


def check_metrics_size(plan: ExperimentConfig, path: Path) -> None:
    """Raise if a file is larger than a plan's metrics can be, unread.

    Raises:
        DamagedError: If it is, or is missing.
    """
    room = ROOM + sum(64 + 4 * len(name) for name in _columns(plan))
    found, most = disk.size(path), plan.total_rollouts * room
    if found > most:
        why = f"at most {most}, for {plan.total_rollouts} rollouts"
        raise DamagedError(f"{path} has {found} bytes", why=why)


def _compare(one: Row, due: Row, columns: Iterable[str], path: Path) -> None:
    """Raise unless a row has the expected place, returns and rates.

    Raises:
        DamagedError: If not; it names what is missing, wrong or superfluous.
    """
    where = f"in the row of rollout {one['rollout']}"
    if lacking := [name for name in (*due, *columns) if name not in one]:
        names = ", ".join(name[:40] for name in lacking[:5])
        raise DamagedError(f"{path}: its metrics lack {names}", why=where)
    told = {name for name in one if name.startswith(("return_", "rate_"))}
    if strange := sorted(told.difference(columns)):
        what = f"{path}: its metrics have {short(strange[0])}"
        raise DamagedError(what, why="its plan has no such objective or event")
    for name, value in due.items():
        if one[name] != value:
            what = f"{path}: {name} = {short(one[name])} {where}"
            raise DamagedError(what, why=f"by its plan it is {short(value)}")


def _columns(plan: ExperimentConfig) -> dict[str, None]:
    """The columns that every row of a plan has, beside its place in the schedule."""
    returns = [f"return_{objective.name}" for objective in plan.objectives]
    rates = [f"rate_{event}" for event in plan.world.events]
    return dict.fromkeys(("length", *returns, *rates))


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """The complete lines of a file from last to first."""
    end, rest, whole = disk.size(path), b"", False
    while end > 0 and len(rest) <= LONGEST:
        start = max(0, end - BLOCK)
        first, *lines = (disk.read_part(path, start, end - start) + rest).split(b"\n")
        if lines and not whole:  # after the last line break: incomplete
            lines, whole = lines[:-1], True
        yield from reversed(lines)
        end, rest = start, first
    if len(rest) > LONGEST:
        raise DamagedError(f"{path} has a line of more than {LONGEST} bytes")
    if whole:
        yield rest


def last_row(path: Path) -> Row | None:
    """The last complete row of a file, without reading the others; None if empty.

    Raises:
        DamagedError: If it is not a row.
    """
    return next(backwards(path), None)


def check_seen(path: Path, due: File) -> None:
    """Raise unless a file still begins with the bytes that a checkpoint recorded.

    Raises:
        DamagedError: If it does not, or is too short.
    """
    if disk.size_and_hash(path, due.bytes)[1] != due.sha256:
        raise DamagedError(
            f"{path} was altered",
            why="it does not begin as it did when the last checkpoint was taken",
            fix="put back what was changed; telic train --name makes the run anew",
        )


def truncate_rows(path: Path, due: File) -> None:
    """Truncate a file to the bytes that a checkpoint recorded.

    Raises:
        DamagedError: If the file does not begin with those bytes.
    """
    check_seen(path, due)
    disk.truncate_file(path, due.bytes)


def rewind(path: Path, rollouts: int) -> None:
    """Keep the rows of the first `rollouts` rollouts and drop all that follow.

    Raises:
        DamagedError: If a row of the first rollouts is missing.
    """
    rows = [one for one in read(path) if one["rollout"] <= rollouts]
    if len(rows) != rollouts:
        raise DamagedError(f"{path} has {len(rows)} of {rollouts} rows")
    data = b"".join(disk.to_json(one, indent=None) for one in rows)
    disk.write_file(path, data)


def _parsed(line: bytes, where: str) -> Row:
    """A line as a JSON object."""
    try:
        return disk.parse_json(line, Path(where))
    except DamagedError as error:
        raise DamagedError(f"{where}: not a row", why=error.why) from error


def _number(value: Any) -> float | None:
    """A float rounded to the 8 digits of a float32; None if it is not finite."""
    number = float(value)
    return float(f"{number:.8g}") if np.isfinite(number) else None
