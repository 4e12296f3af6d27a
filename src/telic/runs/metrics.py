"""Metrics: one JSON object a line, one line a rollout, readable by anything.

`metrics.jsonl` holds only what the seed decides, so that two runs of one plan and seed
have equal files; seconds are in `timing.jsonl`. A rollout is counted from 1. A torn
last line, as a kill may leave it, is dropped by readers and mended by `rewind`.
"""

import os
from pathlib import Path
from typing import Any

import numpy as np

from telic.core.errors import DamagedError
from telic.objectives.schedule import locate
from telic.runs import disk
from telic.training.plan import Plan
from telic.training.train import Metrics

Row = dict[str, Any]


def row(plan: Plan, metrics: Metrics, *, rollout: int) -> Row:
    """One rollout as a flat dict of numbers.

    Keys: `rollout`, `phase` (from 0), `objective` (the one trained), `steps` (of the
    world, so far), `episodes` (completed in this rollout), `length` (mean, in steps),
    `return_O` for every objective O (mean over the completed episodes), `rate_E` for
    every event E (mean per completed episode), then the losses. A mean over no
    episodes is None.
    """
    phase, _ = locate(plan.schedule, rollout - 1)
    return {
        "rollout": rollout,
        "phase": phase,
        "objective": plan.schedule[phase].objective,
        "steps": rollout * plan.sizes.batch,
        **measures(plan, metrics),
    }


def measures(plan: Plan, metrics: Metrics) -> Row:
    """What a rollout brought: `row` without its place in a schedule."""
    count = int(metrics.episodes.completed)
    events = np.asarray(metrics.episodes.events, np.float64)
    mean = events / count if count else np.full(len(events), np.nan)
    returns = plan.weights.astype(np.float64) @ mean
    names = [objective.name for objective in plan.objectives]
    return {
        "episodes": count,
        "length": _number(int(metrics.episodes.steps) / count if count else np.nan),
        **{f"return_{n}": _number(x) for n, x in zip(names, returns, strict=True)},
        **{
            f"rate_{event}": _number(x)
            for event, x in zip(plan.world.events, mean, strict=True)
        },
        **{name: _number(x) for name, x in metrics.losses._asdict().items()},
    }


def append(path: Path, rows: list[Row]) -> None:
    """Add rows at the end of a file and wait until the disk has them."""
    with disk.writing(path), open(path, "ab") as file:
        for one in rows:
            file.write(disk.to_json(one, indent=None))
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> list[Row]:
    """All whole rows of a file; a torn last line is left out.

    Raises:
        DamagedError: If a line before the last is not a JSON object.
    """
    lines = disk.read_file(path).split(b"\n")
    rows = []
    for number, line in enumerate(lines[:-1], start=1):
        try:
            rows.append(disk.parse_json(line, path))
        except DamagedError as error:
            raise DamagedError(f"{path}, line {number}: not a row") from error
    return rows


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


def _number(value: Any) -> float | None:
    """A float of 8 digits, all that a float32 has; None where it is not finite."""
    number = float(value)
    return float(f"{number:.8g}") if np.isfinite(number) else None
