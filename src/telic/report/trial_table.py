"""The tables of a trial: every edit in numbers, beside its nulls.

One row for each edit holds the strongest of its nulls, the paired difference from that
null, and the verdict over all of them; `nulls_table` holds every null.
"""

import dataclasses
import re
from collections.abc import Mapping, Sequence

import numpy as np

from telic.report.arms import seeds
from telic.report.page import Table as Shown
from telic.stats import Interval
from telic.stats.resampling import FEWEST_SEEDS
from telic.studies.arms import Arm, Standing, standings
from telic.trials import Table
from telic.trials.trial import DONOR, UNEDITED

NONE = "–"
"""In the place of a number that there is not."""

BESIDE = ("Strongest null", "Null’s value", "Edit − null", "p")
"""The headings of what stands beside an edit's value."""

STRONGEST = (
    "Strongest null: the one that comes closest to its edit. p: the largest over all "
    "nulls of the edit, corrected by Holm’s method over them. The verdict is the "
    "test’s alone: the interval of edit − null may hold 0 beside it."
)
EVERY = "p: corrected by Holm’s method over the nulls of the edit."
HOW = (
    "Edit − null is paired by seed, and its p two-sided, from flipping signs. Weights "
    "touched and norm of the change: median over seeds, without an interval."
)

Cell = str | Interval | None


def trial_table(
    table: Table,
    arms: Sequence[Arm],
    *,
    measure: str,
    columns: Mapping[str, str],
    caption: str,
) -> Shown:
    """`no edit`, `donor` and every arm, with the strongest null and the verdict.

    Args:
        table: The trial over seeds, with `parameters` and `norm` among its measures.
        arms: The arms, in the order of the rows.
        measure: What the edits are to raise.
        columns: By measure, the headings; that of `measure` itself may be among them.
        caption: What the numbers are; how they were made is added.

    Raises:
        InputError: As for `standings`.
    """
    extra = [name for name in columns if name != measure]
    header = (
        "Edit",
        columns.get(measure, measure),
        *BESIDE,
        *(columns[name] for name in extra),
        "Weights touched",
        "Norm",
        "Verdict",
    )
    rows = [
        [*_edit(table, name, measure), *[None] * 4, *_rest(table, name, extra), None]
        for name in (UNEDITED, DONOR)
        if (name, "") in table.rows
    ]
    for one in standings(table, arms, measure):
        edit, words = one.arm.edit, _plain(one.verdict.words)
        mine = [*_edit(table, edit, measure), *_against(one)]
        rows.append([*mine, *_rest(table, edit, extra), words])
    return _shown(f"{caption} {STRONGEST}", header, rows)


def nulls_table(
    table: Table, arms: Sequence[Arm], *, measure: str, caption: str
) -> Shown:
    """Every null of every arm: its value, what it touched, and the edit's lead.

    Args:
        table: As for `trial_table`.
        arms: The arms, in the order of the rows.
        measure: What the edits are to raise.
        caption: What the numbers are; how they were made is added.

    Raises:
        InputError: As for `standings`.
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
    rows = []
    for one in standings(table, arms, measure):
        for null in one.verdict.against:
            touched = _touched(table, one.arm.edit, null.null)
            numbers = [null.difference, _chance(null.p), _chance(null.corrected)]
            named = [one.arm.edit, one.verdict.rate, _plain(null.null), null.rate]
            rows.append([*named, *touched, *numbers])
    return _shown(f"{caption} {EVERY}", header, rows)


def _edit(table: Table, edit: str, measure: str) -> list[Cell]:
    """The name of an edit and its value."""
    return [edit, _interval(table, measure, edit)]


def _against(one: Standing) -> list[Cell]:
    """The strongest null of an arm, and the largest p over all of them."""
    p = max(null.corrected for null in one.verdict.against)
    return [_plain(one.null.null), one.null.rate, one.null.difference, _chance(p)]


def _rest(table: Table, edit: str, measures: Sequence[str]) -> list[Cell]:
    """Further measures of an edit, and what it touched."""
    found = [_interval(table, measure, edit) for measure in measures]
    return [*found, *_touched(table, edit)]


def _interval(table: Table, measure: str, edit: str) -> Interval | None:
    """A measure of an edit over seeds; None if no seed has it."""
    present = np.isfinite(table.values_of(measure, edit)).any()
    return table.interval(measure, edit) if present else None


def _touched(table: Table, edit: str, null: str = "") -> list[Cell]:
    """How many weights were touched and how far they moved: medians over seeds."""
    found = []
    for measure, digits in (("parameters", ",.0f"), ("norm", "#.3g")):
        values = table.values_of(measure, edit, null)
        present = values[np.isfinite(values)]
        found.append(f"{np.median(present):{digits}}" if len(present) else None)
    return found


def _shown(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]
) -> Shown:
    """Cells as text; n stands in the caption if all numbers have the same."""
    counts = {c.n for row in rows for c in row if isinstance(c, Interval)}
    if len(counts) == 1:
        few = max(counts) < FEWEST_SEEDS
        how = "too few for intervals" if few else "with 95 % bootstrap intervals"
        what = f"Means over {seeds(counts)}, {how}."
    else:
        what = "Means over n seeds, with 95 % bootstrap intervals from n = 4 on."
    text = [[_text(cell, n=len(counts) > 1) for cell in row] for row in rows]
    whole = f"{caption} {what} {HOW}"
    return Shown(whole, tuple(header), tuple(map(tuple, text)))


def _text(cell: Cell, *, n: bool) -> str:
    """A cell in short; with its n if that is not the same everywhere."""
    if cell is None:
        return NONE
    if isinstance(cell, str):
        return cell
    # -0.00 is a zero that came from below.
    words = re.sub(r"-(0\.0+)(?!\d)", r"\1", str(_rounded(cell)))
    return words if n else words.split(" (n=")[0]


def _rounded(cell: Interval) -> Interval:
    """An interval without rounding errors, which seeds that agree have for a width."""
    numbers = {"estimate": cell.estimate, "low": cell.low, "high": cell.high}
    found = {name: x if x is None else round(x, 9) for name, x in numbers.items()}
    return dataclasses.replace(cell, **found)


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def _plain(names: str) -> str:
    """Names of nulls in words."""
    return names.replace("_", " ")
