"""The tables of the alternation study: numbers that were computed, as text."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from telic.render.page import PageTable
from telic.stats import Interval
from telic.stats.curves import Curve
from telic.studies.alternation.summary import Summary
from telic.studies.alternation.switches import MARKS, PUBLISHED, SETTLED

MEASURES = {
    "first": "Return, first rollout of a phase",
    "last": "Return, last rollout of a phase",
    "worst": "Return, worst last rollout",
    "picked_first": "Wanted key, first rollout (share of episodes)",
    "picked_last": "Wanted key, last rollout (share of episodes)",
    **{f"needed_{m}": f"Updates until the return reaches {m}" for m in MARKS},
    **{f"reached_{m}": f"Phases that reach {m} (share)" for m in MARKS},
}
"""What each finding measures; each is one number per seed."""

LONGEST = 160
"""Characters of a setting that are shown."""


def study_table(summary: Summary) -> PageTable:
    """Each finding over seeds: estimate, interval, n."""
    rows = [
        (MEASURES[name], *_three(found))
        for name, found in summary.findings.items()
        if found is not None
    ]
    if summary.met is not None:
        rows.append(
            (f"Seeds whose median is {PUBLISHED} or more", *_three(summary.met))
        )
    caption = (
        "Over seeds: the interquartile mean of one number per seed with its 95 % "
        "bootstrap interval (none below four seeds); for the share of seeds, the "
        "Wilson interval."
    )
    return PageTable(
        caption, ("Measure", "Estimate", "95 % interval", "n"), tuple(rows)
    )


def seeds_table(summary: Summary) -> PageTable:
    """One row for each seed: its medians over the settled phases."""
    own = summary.settled
    marks = [f"Updates to {mark}" for mark in MARKS]
    header = ("Seed", "First", "Last", "Worst", "Wanted first", "Wanted last", *marks)
    rows = []
    for i, seed in enumerate(summary.runs.seeds):
        medians = (own.first, own.last, own.worst, own.picked_first, own.picked_last)
        numbers = [_number(column[i], 3) for column in medians]
        needed = [_number(own.needed[mark][i], 1) for mark in MARKS]
        met = "yes" if own.met[i] else "no"
        rows.append((str(seed), *numbers, *needed, met))
    caption = (
        f"Each seed: medians over its phases from {SETTLED} (from 0) on. First, last: "
        "return in the first and last rollout of a phase. Wanted: share of episodes "
        "that end with the wanted key. Updates: mean until the return reaches the "
        "mark; a phase in which it never does counts as its whole length."
    )
    return PageTable(caption, (*header, f"Last ≥ {PUBLISHED}"), tuple(rows))


def phases_table(summary: Summary) -> PageTable:
    """One row for each phase, over seeds."""
    curves = {"First return": summary.first, "Last return": summary.last}
    curves |= {name.capitalize(): c for name, c in summary.outcomes.items()}
    rows = tuple(
        (
            str(at),
            wanted,
            *(_cell(curve, at) for curve in curves.values()),
            str(summary.last.n[at]),
        )
        for at, wanted in enumerate(summary.runs.wanted)
    )
    caption = (
        "Each phase over seeds: interquartile mean and 95 % interval, or with fewer "
        "than four seeds every seed. Wanted and later columns: how the episodes of the "
        "phase’s last rollout end (the wanted key, one that another phase wants, one "
        "that none wants, death, time-out), as shares."
    )
    return PageTable(caption, ("Phase", "Objective", *curves, "n"), rows)


def settings_table(records: Mapping[int, Mapping[str, Any]], part: str) -> PageTable:
    """One part of the runs' records, such as `plan` or `versions`, flattened.

    Args:
        records: By seed, what its `run.json` holds.
        part: The part to show. Where seeds differ, all values are listed.
    """
    settings: dict[str, list[str]] = {}
    for record in records.values():
        for name, value in _flat(record.get(part, {})).items():
            settings.setdefault(name, []).append(value)
    rows = tuple(
        (name, _short(" or ".join(dict.fromkeys(values))))
        for name, values in settings.items()
    )
    return PageTable(f"The {part} of every run.", ("Setting", "Value"), rows)


def _flat(value: Any) -> dict[str, str]:
    """A mapping of mappings under dotted names; what lies deeper becomes text."""
    if not isinstance(value, Mapping):
        return {"": _text(value)}
    flat = {}
    for name, inner in value.items():
        if isinstance(inner, Mapping):
            flat |= {f"{name}.{key}": _text(deep) for key, deep in inner.items()}
        else:
            flat[str(name)] = _text(inner)
    return flat


def _text(value: Any) -> str:
    """A value in words: lists by commas, mappings as name and value."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        between = "; " if any(isinstance(one, list | tuple) for one in value) else " "
        return between.join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _three(found: Interval) -> tuple[str, str, str]:
    """Estimate, interval and n, in the digits that the interval calls for."""
    estimate, *interval = str(found).split(" [")
    n = str(found.n)
    if not interval:
        return estimate.split(" (")[0], "–", n
    return estimate, "[" + interval[0].split(" (")[0], n


def _cell(curve: Curve, at: int) -> str:
    """A point of a curve with its interval; with too few seeds, every seed."""
    if np.isfinite(curve.low[at]):
        low, high = _number(curve.low[at]), _number(curve.high[at])
        return f"{_number(curve.estimate[at])} [{low}, {high}]"
    present = curve.values[:, at][np.isfinite(curve.values[:, at])]
    return " / ".join(map(_number, present)) or "–"


def _number(value: float, digits: int = 2) -> str:
    """A number in so many digits, never a negative zero; a dash if there is none."""
    return f"{value:z.{digits}f}" if math.isfinite(value) else "–"
