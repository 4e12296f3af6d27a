"""The leaderboard: a row for every locator, over seeds, from records on planted pairs.

A run is the unit of evidence: numbers are means over the pairs of a rung in each run,
then over seeds. A locator that failed on a pair gets a row with the outcome and without
numbers: a mean over the remaining pairs would be biased in its favour.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from telic.planted import DECOYS, RUNGS
from telic.stats import Interval, bootstrap

SCORED = "scored"
NO_LOCUS = "no locus"

Records = Sequence[Mapping[str, Any]]
Row = dict[str, Any]


def leaderboard(
    name: str,
    records: Records,
    ours: Iterable[tuple[int, Sequence[Mapping[str, Mapping[str, Any]]]]],
    outcome: str = SCORED,
) -> list[Row]:
    """A candidate's row and those of our locators, on the same pairs.

    Args:
        name: The candidate's name.
        records: The records of its answers, as many as there are, in order.
        ours: For each run its seed and, by pair, the records of our locators by name.
        outcome: The outcome of the candidate's session.

    Returns:
        The candidate's row first and the others by rank; last if it was not scored.
    """
    given, mine = iter(records), defaultdict(list)
    others: dict[str, dict[int, list]] = defaultdict(lambda: defaultdict(list))
    for seed, pairs in ours:
        for known in pairs:
            mine[seed].extend(itertools.islice(given, 1))
            for other, record in known.items():
                others[other][seed].append(record)
    first = board_row(name, mine, outcome)
    rows = ranked([first, *(board_row(other, each) for other, each in others.items())])
    own = [row for row in rows if row["locator"] == name]
    rest = [row for row in rows if row["locator"] != name]
    return [*own, *rest] if own[0]["rank"] else [*rest, *own]


def board_row(name: str, records: Mapping[int, Records], outcome: str = SCORED) -> Row:
    """The row of one locator.

    Args:
        name: Its name.
        records: By seed, the records of its answers.
        outcome: The outcome of its session; a fault in a record overrules it.

    Returns:
        `locator`, `outcome`, `rank` (None, set later), `mean` (AUROC over weights, mean
        over rungs), `rungs` (the same for each rung), `units` (AUROC over units),
        `decoys` (fraction of the top) and `seconds` (median of a pair). Numbers are
        dictionaries of `estimate`, `low`, `high` and `n` seeds, or None.

    Example:
        >>> records = {0: [{"rung": "folded", "weights": 0.75, "seconds": 1.0}]}
        >>> board_row("mine", records)["mean"]["estimate"]
        0.75
    """
    every = [record for each in records.values() for record in each]
    fault = next((r["fault"] for r in every if "fault" in r), None)
    outcome = outcome if fault is None else f"{NO_LOCUS}: {fault}"
    told = records if outcome == SCORED else {}
    rungs = {rung: _over(told, "weights", (rung,)) for rung in RUNGS}
    return {
        "locator": name,
        "outcome": outcome,
        "rank": None,
        "mean": _over(told, "weights", RUNGS),
        "rungs": rungs,
        "units": _over(told, "units", RUNGS),
        "decoys": _over(told, "decoys", DECOYS),
        "seconds": float(np.median([r["seconds"] for r in every])) if told else None,
    }


def ranked(rows: Sequence[Row]) -> list[Row]:
    """The rows, best first, with their ranks; rows without numbers come last.

    Ties share the best of their ranks.

    Example:
        >>> good, bad = ({"mean": {"estimate": x}, "rank": None} for x in (0.9, 0.1))
        >>> [row["rank"] for row in ranked([bad, {"mean": None}, good])]
        [1, 2, None]
    """
    scored = [row for row in rows if row["mean"]]
    means = [row["mean"]["estimate"] for row in scored]
    placed = [
        {**row, "rank": 1 + sum(other > mean for other in means)}
        for row, mean in zip(scored, means, strict=True)
    ]
    rest = [{**row, "rank": None} for row in rows if not row["mean"]]
    return [*sorted(placed, key=lambda board_row: board_row["rank"]), *rest]


def _over(
    records: Mapping[int, Records], name: str, rungs: Sequence[str]
) -> dict[str, Any] | None:
    """The mean of a score over rungs and seeds; None if no seed has it."""
    seeds = [_of_seed(each, name, rungs) for each in records.values()]
    known = np.array([value for value in seeds if value is not None])
    if not len(known):
        return None
    return _plain(bootstrap(known, np.mean, support=(0.0, 1.0)))


def _of_seed(records: Records, name: str, rungs: Sequence[str]) -> float | None:
    """The mean of a score over the rungs of one seed, each the mean of its pairs."""
    found = defaultdict(list)
    for record in records:
        if record["rung"] in rungs and name in record:
            found[record["rung"]].append(record[name])
    means = [float(np.mean(values)) for values in found.values()]
    return float(np.mean(means)) if means else None


def _plain(interval: Interval) -> dict[str, Any]:
    """An interval as plain JSON data."""
    names = ("estimate", "low", "high", "n")
    return {name: getattr(interval, name) for name in names}
