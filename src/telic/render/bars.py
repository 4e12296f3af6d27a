"""Bars: one row for each edit of a group, beside its strongest null.

Filled circles are edits, open grey squares the strongest null of each, named at the
right. An edit has a specific effect where the two differ.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from telic.core.errors import InputError
from telic.render.margin import spread_apart, wrapped
from telic.render.marks import (
    EDIT,
    NULL,
    REFERENCES,
    SEED,
    around,
    axis_limits,
    headline,
    name,
    rate_bands,
    references,
)
from telic.render.style import INK, QUIET, panels
from telic.stats import Band
from telic.trials import Effect, Effects

ROW, AROUND = 0.34, 1.5
"""The height of a row, and of the margins around all rows, in inches."""

SEEDS, ABOVE, BELOW = -0.3, -0.12, 0.2
"""The offsets of an edit's seeds, the edit and its null from the middle of a row."""

NAME = 0.16
"""The approximate width of the name of a reference, in widths of the axes."""


def bars(
    effects: Effects, *, label: str, caption: Callable[[Hashable], str] = str
) -> Figure:
    """A figure with edits as rows, each with the strongest of its nulls.

    Args:
        effects: The effects of the edits, in the order of the rows.
        label: The caption of the measure.
        caption: The function from a condition to its caption.

    Raises:
        InputError: If there is no edit.
    """
    found = effects.edits
    if not found:
        raise InputError("no edit to draw", why="bars need at least one")
    lines = references(effects)
    figure, (axes,) = panels(1, height=AROUND + ROW * len(found))
    rates, nulls = rate_bands(found)
    shown = [one for s in found for one in (s.values, s.null_values)]
    axes.set_xlim(axis_limits(*shown, *rates, *nulls, list(lines.values())))
    _rows(axes, found, [caption(one.condition) for one in found])
    _references(axes, lines)
    _points(axes, rates, EDIT, at=ABOVE)
    _points(axes, nulls, NULL, at=BELOW)
    _seeds(axes, [one.values for one in found], EDIT, at=SEEDS)
    if not np.isfinite(nulls.low).any():
        _seeds(axes, [one.null_values for one in found], NULL, at=BELOW)
    _legend(figure)
    headline(figure, label, around(found))
    return figure


def _rows(axes: Axes, found: Sequence[Effect], names: Sequence[str]) -> None:
    """Draw a stripe for every other row, with edits named left and nulls right."""
    axes.set_ylim(len(found) - 0.5, -0.5)
    shown = [wrapped(each, width=32, lines=2) for each in names]
    axes.set_yticks(range(len(found)), shown)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x", color=QUIET, alpha=0.25, lw=0.6)
    for row in range(0, len(found), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=QUIET, alpha=0.07, lw=0, zorder=0)
    words: dict[str, Any] = {"transform": axes.get_yaxis_transform(), "fontsize": 8}
    for row, one in enumerate(found):
        null = name(one.null.null)
        axes.text(1.012, row + BELOW, null, va="center", color=QUIET, **words)


def _references(axes: Axes, found: Mapping[str, float]) -> None:
    """Draw a vertical line at each reference, its name above."""
    left, right = axes.get_xlim()
    wide = NAME * (right - left)
    places = spread_apart(list(found.values()), [wide] * len(found))
    for (which, value), place in zip(found.items(), places, strict=True):
        axes.axvline(value, **REFERENCES[which], zorder=1)
        axes.text(
            place,
            1.01,
            f"{which}, {value:z.2f}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=8.5,
            color=INK,
        )


def _points(axes: Axes, rates: Band, look: Mapping[str, Any], *, at: float) -> None:
    """Draw means with their intervals."""
    rows = np.arange(len(rates.estimate)) + at
    axes.hlines(rows, rates.low, rates.high, color=look["color"], lw=1.6, zorder=3)
    axes.plot(rates.estimate, rows, **look, lw=0, zorder=4, clip_on=False)


def _seeds(
    axes: Axes, values: Sequence[np.ndarray], look: Mapping[str, Any], *, at: float
) -> None:
    """Draw every seed as a faint dot."""
    rows = np.arange(len(values)) + at
    axes.plot(np.array(values), rows, **SEED, color=look["color"], zorder=2)


def _legend(figure: Figure) -> None:
    """Draw the legend, below the axis."""
    null = "its strongest null (mean), named at the right"
    entries = [
        Line2D([], [], **EDIT, lw=0, label="edit (mean)"),
        Line2D([], [], **NULL, lw=0, label=null),
    ]
    place: dict[str, Any] = {"loc": "outside lower center", "ncols": 2}
    figure.legend(handles=entries, frameon=False, fontsize=8.5, labelcolor=INK, **place)
