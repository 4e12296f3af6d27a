"""The tables of a trial: every edit in numbers, beside its nulls.

Each row is an edit, with the strongest of its nulls, the paired difference from that
null, and the verdict over all nulls; `nulls_table` has every null.
"""

import dataclasses
import re
from collections.abc import Callable, Hashable, Mapping, Sequence

import numpy as np

from telic.render.cells import p_value
from telic.render.marks import seeds_in_words
from telic.render.page import PageTable as Shown
from telic.stats import Interval
from telic.stats.resampling import FEWEST_SEEDS
from telic.trials.effects import Effects, Measured, Size, Worst

NONE = "–"
"""The text of a missing number."""

BESIDE = ("Worst seed", "Strongest null", "Null’s value", "Edit − null", "p")
"""The headings of the columns beside an edit's value."""

STRONGEST = (
    "Strongest null: the one that comes closest to its edit. p: the largest over all "
    "nulls of the edit, corrected by Holm’s method over them. To beat a null, p must "
    "be at most .05 and the interval of edit − null must leave 0 out; where all seeds "
    "agree, p is as small as their number allows. Worst seed: the lowest value; where "
    "a seed in ten fails, intervals are too narrow."
)
EVERY = "p: corrected by Holm’s method over the nulls of the edit."
HOW = (
    "Edit − null is paired by seed, and its p two-sided, from flipping signs. Weights "
    "touched and norm of the change: median over seeds, without an interval."
)

Cell = str | Interval | None


def trial_table(
    effects: Effects,
    *,
    columns: Mapping[str, str],
    caption: str,
    name: Callable[[Hashable], str] = str,
) -> Shown:
    """The table of `no edit`, `donor` and every edit, with null and verdict.

    Args:
        effects: The effects, in the order of the rows.
        columns: The headings by measure; the measure of the effects may be included.
        caption: The description of the numbers; the methods are appended.
        name: The function from a condition to its caption.
    """
    measure = effects.measure
    extra = [each for each in columns if each != measure]
    header = (
        "Edit",
        columns.get(measure, measure),
        *BESIDE,
        *(columns[each] for each in extra),
        "Weights touched",
        "Norm",
        "Verdict",
    )
    rows = [
        [
            each.name,
            each.measured[measure].interval,
            *[None] * len(BESIDE),
            *_rest(each.measured, each.size, extra),
            None,
        ]
        for each in effects.references
    ]
    for one in effects.edits:
        p = max(null.corrected for null in one.verdict.against)
        null = one.null
        rows.append(
            [
                name(one.condition),
                one.measured[measure].interval,
                _worst(one.worst),
                *(_plain(null.null), null.rate, null.difference, p_value(p)),
                *_rest(one.measured, one.size, extra),
                _plain(one.verdict.summary),
            ]
        )
    return _shown(f"{caption} {STRONGEST}", header, rows)


def nulls_table(
    effects: Effects, *, caption: str, name: Callable[[Hashable], str] = str
) -> Shown:
    """The table of every null of every edit: value, size, and difference.

    Args:
        effects: The effects, in the order of the rows.
        caption: The description of the numbers; the methods are appended.
        name: The function from a condition to its caption.
    """
    header = (
        "Edit",
        "Edit’s value",
        "Null",
        "Null’s value",
        "Weights touched",
        "Norm",
        "Edit − null",
        "p, uncorrected",
        "p",
    )
    rows = [
        [
            *(name(one.condition), one.verdict.rate, _plain(null.null), null.rate),
            *_touched(one.null_sizes[null.null]),
            *(null.difference, p_value(null.p), p_value(null.corrected)),
        ]
        for one in effects.edits
        for null in one.verdict.against
    ]
    return _shown(f"{caption} {EVERY}", header, rows)


def _rest(
    measured: Mapping[str, Measured], size: Size, measures: Sequence[str]
) -> list[Cell]:
    """The cells of further measures and of the size of the edit."""
    return [*(measured[each].interval for each in measures), *_touched(size)]


def _worst(worst: Worst) -> str:
    """A value and its seed."""
    return f"{round(worst.value, 2) + 0:.2f} (seed {worst.seed})"


def _touched(size: Size) -> list[Cell]:
    """The number of weights changed, and the norm of the change."""
    return [
        None if np.isnan(size.parameters) else f"{size.parameters:,.0f}",
        None if np.isnan(size.norm) else f"{size.norm:#.3g}",
    ]


def _shown(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Shown:
    """The table with cells as text; n is in the caption if it is the same for all."""
    counts = {c.n for row in rows for c in row if isinstance(c, Interval)}
    if len(counts) == 1:
        few = max(counts) < FEWEST_SEEDS
        how = "too few for intervals" if few else "with 95 % bootstrap intervals"
        what = f"Means over {seeds_in_words(counts)}, {how}."
    else:
        what = "Means over n seeds, with 95 % bootstrap intervals from n = 4 on."
    text = [[_text(cell, n=len(counts) > 1) for cell in row] for row in rows]
    whole = f"{caption} {what} {HOW}"
    return Shown(whole, tuple(header), tuple(map(tuple, text)))


def _text(cell: Cell, *, n: bool) -> str:
    """The text of a cell, with its n if that differs between cells."""
    if cell is None:
        return NONE
    if isinstance(cell, str):
        return cell
    # A small negative number is rounded to -0.00: drop the sign.
    words = re.sub(r"-(0\.0+)(?!\d)", r"\1", str(_rounded(cell)))
    return words if n else words.split(" (n=")[0]


def _rounded(cell: Interval) -> Interval:
    """An interval without rounding errors, such as a width of 1e-17."""
    numbers = {"estimate": cell.estimate, "low": cell.low, "high": cell.high}
    found = {name: x if x is None else round(x, 9) for name, x in numbers.items()}
    return dataclasses.replace(cell, **found)


def _plain(names: str) -> str:
    """The names of nulls without underscores."""
    return names.replace("_", " ")
