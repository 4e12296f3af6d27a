"""`telic compare --where …`: choose runs by a condition, print them side by side."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from telic.cli.terminal import (
    clean,
    parse_options,
    remark,
    root_folder,
    say,
    say_json,
    shortened,
    text_table,
)
from telic.core.errors import InputError
from telic.core.names import check_name

ALWAYS = ("run", "seed", "status")
PER_EPISODE = ("final_return_", "final_rate_")
"""The prefixes of the columns that are per episode."""


@dataclasses.dataclass(frozen=True)
class Compare:
    """Choose runs by a condition and print them side by side."""

    where: str = "1"
    """A condition as in SQL's WHERE: `seed < 5 and final_return_blue > 0.9`."""
    columns: tuple[str, ...] = ()
    """The columns to show, as `a b` or `a,b`; default: final returns, and every setting
    that differs."""
    order: str = "run"
    """The column to sort by, followed by `desc` for the largest first."""
    per: str = "episode"
    """Returns and rates of events per `episode`, or per `step` of an episode."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print JSON, one object a line, with all columns."""


def run(argv: Sequence[str]) -> int:
    """Select and print; with four or more seeds of a plan, intervals over them."""
    given = parse_options(Compare, argv, prog="telic compare")
    check_name(given.per, ("episode", "step"), kind="unit")
    from telic.runs import index, query

    root = root_folder(given.root)
    found = index.refresh(root)
    remark(found.notes)
    rows = query.choose(found.rows, given.where, order=given.order)
    if given.per == "step":
        rows = [_per_step(row) for row in rows]
    if given.json:
        for row in rows:
            say_json(row)
        return 0
    if not rows:
        asked = f" with {clean(given.where)}" if found.rows else ""
        say(f"no runs in {clean(root)}{asked}")
        return 0
    chosen = [name for text in given.columns for name in text.split(",") if name]
    for name in chosen:
        check_name(name, rows[0], kind="column")
    columns = list(dict.fromkeys([*ALWAYS, *(chosen or _telling(rows))]))
    say(
        text_table(
            [{k: shortened(row.get(k)) for k in columns} for row in rows], columns
        )
    )
    say()
    _intervals(rows, [name for name in columns if name.startswith(PER_EPISODE)])
    return 0


def _telling(rows: list[dict]) -> list[str]:
    """The columns of final returns, and of every setting in which the runs differ."""
    dull = {"run", "seed", "status", "created", "experiment", "plan", "rollouts"}
    dull |= {"phases", "steps"}
    finals = [
        name
        for name in rows[0]
        if name.startswith("final_return_")
        and any(row[name] is not None for row in rows)
    ]
    differing = [
        name
        for name in rows[0]
        if name not in dull
        and not name.startswith("final_")
        and len({row[name] for row in rows}) > 1
    ]
    return finals + differing


def _per_step(row: dict) -> dict:
    """A run's returns and rates, divided by the mean length of its episodes.

    Long episodes weigh more in such numbers; the first founding study reported them.

    Example:
        >>> _per_step({"final_rate_main": 50.0, "final_length": 100.0, "seed": 1})
        {'final_rate_main': 0.5, 'final_length': 100.0, 'seed': 1}
    """
    length = row.get("final_length")
    return {
        name: value / length
        if length and value is not None and name.startswith(PER_EPISODE)
        else value
        for name, value in row.items()
    }


def _intervals(rows: list[dict], names: Sequence[str]) -> None:
    """Print every measure over the seeds of each plan, and count the runs left out."""
    plans, twice = _by_plan(rows)
    for runs in plans.values():
        said = ", ".join(dict.fromkeys(clean(row["experiment"]) for row in runs))
        for name in names:
            if all(row[name] is None for row in runs):
                continue  # an objective of other runs
            say(f"{said}: {name}: {_over(runs, name)}")
    partial = sum(row["status"] != "complete" for row in rows)
    if partial:
        say(f"left out: {partial} of {len(rows)} runs, not complete")
    if twice:
        say(f"left out: {twice} of {len(rows)} runs, a plan and seed a second time")


def _by_plan(rows: list[dict]) -> tuple[dict[str, list[dict]], int]:
    """Complete runs by plan, one per seed, and the number of repeated seeds.

    Seeds of one plan are a sample; runs of different plans are not, and a repeated seed
    adds no evidence.

    Example:
        >>> done = {"plan": "a", "seed": 0, "status": "complete"}
        >>> _by_plan([done, done, done | {"seed": 1, "status": "partial"}])
        ({'a': [{'plan': 'a', 'seed': 0, 'status': 'complete'}]}, 1)
    """
    found: dict[str, dict] = {}
    complete = [row for row in rows if row["status"] == "complete"]
    for row in complete:
        found.setdefault(row["plan"], {}).setdefault(row.get("seed"), row)
    plans = {plan: list(seeds.values()) for plan, seeds in found.items()}
    return plans, len(complete) - sum(map(len, plans.values()))


def _over(rows: list[dict], name: str) -> str:
    """The interquartile mean over seeds, with its interval and n.

    Raises:
        InputError: If a value is not a number, which telic never writes.
    """
    import numpy as np

    from telic.stats import bootstrap

    values = [row[name] for row in rows if row[name] is not None]
    try:
        return f"IQM over seeds {bootstrap(np.array(values, float))}"
    except ValueError as error:
        raise InputError(f"{name} is not a number in every run") from error
