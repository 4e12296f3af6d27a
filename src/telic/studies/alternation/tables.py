"""The tables of the alternation study: numbers that were computed, as text."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from telic.render.page import PageTable
from telic.stats import Interval
from telic.stats.curves import Curve
from telic.studies.alternation.findings import SHORT
from telic.studies.alternation.summary import Summary
from telic.studies.alternation.switches import SETTLED
from telic.studies.alternation.yardsticks import SUCCESS, Yardstick
from telic.studies.learning import RETURN

NAMES = {RETURN: ("Return", ""), SUCCESS: ("Wanted goal", " (share of episodes)")}
"""What each measure is called, before and after which rollout it is of."""

OUTCOMES = {
    "wanted": "the wanted goal",
    "other": "one that another phase wants",
    "third": "one that none wants",
    "fatal": "failure",
    "timeout": "time-out",
}
"""The ways in which an episode may end, in words."""

MEDIANS = {
    "first": "First",
    "last": "Last",
    "worst": "Worst",
    "success_first": "Wanted first",
    "success_last": "Wanted last",
}
"""The medians of a seed, as headings."""

LONGEST = 160
"""Characters of a setting that are shown."""


def study_table(summary: Summary) -> PageTable:
    """Each finding over seeds: estimate, interval, n."""
    yardstick, rows = summary.yardstick, []
    for judged in summary.judged:
        names = measures(yardstick, judged.objectives)
        rows += [
            (names[name], *_three(found))
            for name, found in judged.findings.items()
            if found is not None
        ]
        if judged.met is not None:
            enough = f"Seeds whose median is {yardstick.enough} or more"
            rows.append((enough, *_three(judged.met)))
    shares = "; for the share of seeds, the Wilson interval" if yardstick.enough else ""
    caption = (
        "Over seeds: the interquartile mean of one number per seed with its 95 % "
        f"bootstrap interval (none below four seeds){shares}."
    )
    return PageTable(
        caption, ("Measure", "Estimate", "95 % interval", "n"), tuple(rows)
    )


def measures(yardstick: Yardstick, objectives: Sequence[str]) -> dict[str, str]:
    """What each finding about some objectives measures, one number per seed."""
    of = f" under {' and '.join(objectives)}" if yardstick.apart else ""
    (own, unit), (success, share) = NAMES[yardstick.measure], NAMES[SUCCESS]
    short, marks = SHORT[yardstick.measure], yardstick.marks
    return {
        "first": f"{own}{of}, first rollout of a phase{unit}",
        "last": f"{own}{of}, last rollout of a phase{unit}",
        "worst": f"{own}{of}, worst last rollout{unit}",
        "success_first": f"{success}{of}, first rollout{share}",
        "success_last": f"{success}{of}, last rollout{share}",
        **{f"needed_{m}": f"Updates until the {short} reaches {m}" for m in marks},
        **{f"reached_{m}": f"Phases that reach {m} (share)" for m in marks},
    }


def seeds_table(summary: Summary) -> PageTable:
    """One row for each seed, and group of objectives: its medians."""
    yardstick = summary.yardstick
    shown = {name: title for name, title in MEDIANS.items() if _has(summary, name)}
    apart = ("Objective",) if yardstick.apart else ()
    marks = [f"Updates to {mark}" for mark in yardstick.marks]
    met = () if yardstick.enough is None else (f"Last ≥ {yardstick.enough}",)
    rows = [
        (
            str(seed),
            *([" and ".join(judged.objectives)] if apart else []),
            *(_number(getattr(judged.settled, name)[i], 3) for name in shown),
            *(_number(each[i], 1) for each in judged.settled.needed.values()),
            *(["yes" if judged.settled.met[i] else "no"] if met else []),
        )
        for judged in summary.judged
        for i, seed in enumerate(summary.runs.seeds)
    ]
    caption = (
        f"Each seed: medians over its phases from {SETTLED} (from 0) on. First, last: "
        f"{SHORT[yardstick.measure]} in the first and last rollout of a phase."
    )
    if "success_last" in shown:
        caption += " Wanted: share of episodes that reach the wanted goal."
    if marks:
        caption += (
            f" Updates: mean until the {SHORT[yardstick.measure]} reaches the mark; a "
            "phase in which it never does counts as its whole length."
        )
    return PageTable(
        caption, ("Seed", *apart, *shown.values(), *marks, *met), tuple(rows)
    )


def phases_table(summary: Summary) -> PageTable:
    """One row for each phase, over seeds."""
    curves = {
        "First return": summary.first[RETURN],
        "Last return": summary.last[RETURN],
        **{name.capitalize(): curve for name, curve in summary.outcomes.items()},
        **summary.events,
    }
    rows = tuple(
        (
            str(at),
            wanted,
            *(_cell(curve, at) for curve in curves.values()),
            str(summary.last[RETURN].n[at]),
        )
        for at, wanted in enumerate(summary.runs.wanted)
    )
    caption = (
        "Each phase over seeds: interquartile mean and 95 % interval, or with fewer "
        "than four seeds every seed."
    )
    if summary.outcomes:
        ways = ", ".join(OUTCOMES[name] for name in summary.outcomes)
        caption += (
            " Wanted and later columns: how the episodes of the phase’s last rollout "
            f"end ({ways}), as shares."
        )
    elif summary.events:
        caption += (
            " Later columns: events per episode, the mean over those of the phase’s "
            "last rollout."
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


def _has(summary: Summary, median: str) -> bool:
    """Whether a median is shown: those of successes where they are known, and once."""
    if not median.startswith("success"):
        return True
    known = np.isfinite(summary.switches.ends[SUCCESS]).any()
    return summary.yardstick.measure != SUCCESS and bool(known)


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
