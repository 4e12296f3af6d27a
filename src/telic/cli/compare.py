"""`telic compare --where …`: choose runs by a condition, print them side by side."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from telic.cli.terminal import clean, parse, root_folder, say, say_json, table
from telic.core.errors import InputError
from telic.core.names import check_name

ALWAYS = ("run", "seed", "status")
PER_EPISODE = ("final_return_", "final_rate_")
"""What the columns that count by episode begin with."""


@dataclasses.dataclass(frozen=True)
class Compare:
    """Choose runs by a condition and print them side by side."""

    where: str = "1"
    """A condition as in SQL's WHERE: `seed < 5 and final_return_blue > 0.9`."""
    columns: tuple[str, ...] = ()
    """What to show; default: final returns, and every setting that differs."""
    order: str = "run"
    """What to sort by: a column, with `desc` behind it for the largest first."""
    per: str = "episode"
    """Returns and rates of events per `episode`, or per `step` of an episode."""
    root: Path | None = None
    """The folder of experiments; default: $TELIC_ROOT, or telic_runs."""
    json: bool = False
    """Print JSON, one object a line, with all columns."""


def run(argv: Sequence[str]) -> int:
    """Select and print; with four or more runs, intervals over them as well."""
    given = parse(Compare, argv, prog="telic compare")
    check_name(given.per, ("episode", "step"), kind="unit")
    from telic.runs import query

    root = root_folder(given.root)
    rows = query.select(root, given.where, order=given.order)
    if given.per == "step":
        rows = [_per_step(row) for row in rows]
    if given.json:
        for row in rows:
            say_json(row)
        return 0
    if not rows:
        say(f"no run in {clean(root)} has: {clean(given.where)}")
        return 0
    for name in given.columns:
        check_name(name, rows[0], kind="column")
    columns = [*ALWAYS, *(given.columns or _telling(rows))]
    say(table(rows, list(dict.fromkeys(columns))))
    say()
    for name in columns:
        if name.startswith(PER_EPISODE):
            say(f"{name}: {_over(rows, name)}")
    return 0


def _telling(rows: list[dict]) -> list[str]:
    """The final returns, and every setting in which the runs differ."""
    dull = {"run", "seed", "status", "created", "experiment", "rollouts", "phases"}
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
    """A run's returns and rates, over the mean length of its episodes.

    Long episodes weigh more in such numbers; the first founding study told them so.

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


def _over(rows: list[dict], name: str) -> str:
    """The interquartile mean over runs, with its interval and n.

    Raises:
        InputError: If a value is not a number, as only a foreign file can bring.
    """
    import numpy as np

    from telic.stats import bootstrap

    values = [row[name] for row in rows if row[name] is not None]
    if not values:
        return "no values"
    try:
        return f"IQM over runs {bootstrap(np.array(values, float))}"
    except ValueError as error:
        raise InputError(f"{name} is not a number in every run") from error
