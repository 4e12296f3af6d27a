"""Dose curves: the effect of an edit over its dose, beside its nulls.

Line, circles and band are the edit; the grey square beside each circle is the strongest
null of the same dose. Where they differ, the effect is not due to the size alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation, Transform

from telic.core.errors import InputError
from telic.render.margin import Note, lines_across, notes_beside
from telic.render.marks import (
    EDIT,
    NULL,
    OTHER,
    REFERENCES,
    SEED,
    around,
    axis_limits,
    band,
    headline,
    rate_bands,
    references,
)
from telic.render.style import QUIET, panels
from telic.render.style import label as printable
from telic.stats import Band
from telic.trials import Effect, Effects
from telic.trials.conditions import place

HEIGHT = 3.9
"""The height of the figure, in inches."""

BESIDE = 5.0
"""The distance of a null to the right of its edit, and of seeds beside their mean
(those of an edit at its left), in points."""

CLOSE = 0.035
"""The least distance of two tick labels on a logarithmic axis, in its widths."""


def dose(
    effects: Effects,
    *,
    label: str,
    axis: str,
    curve: str = "edit",
    other: tuple[str, str] | None = None,
    log: bool = False,
) -> Figure:
    """A figure with the edits of one group as a curve, beside their strongest nulls.

    Args:
        effects: The effects of edits with a position on one axis.
        label: The caption of the measure.
        axis: The caption of the axis, with its unit.
        curve: The label at the curve's end.
        other: A second measure to draw thinly, and its caption.
        log: Whether the axis is logarithmic.

    Raises:
        InputError: If there is no edit, or one has no position on the axis.
    """
    if not effects.edits:
        raise InputError("no edit to draw", why="a curve needs at least one")
    found = sorted(effects.edits, key=lambda one: place(one.condition))
    places = np.array([place(one.condition) for one in found])
    if log and places.min() <= 0:
        raise InputError(
            f"the condition {found[0].condition!r} stands at {places.min()}",
            why="a logarithmic axis has no place for it",
            fix="log=False",
        )
    figure, (axes,) = panels(1, height=HEIGHT)
    _across(axes, places, axis, log=log)
    notes = [_edits(axes, places, found, curve), _nulls(axes, places, found)]
    if other is not None:
        notes.append(_other(axes, places, found, *other))
    lines = references(effects)
    notes += lines_across(axes, lines, [REFERENCES[name] for name in lines])
    axes.set_ylim(axis_limits(*_shown(found, other), [note.at for note in notes]))
    notes_beside(axes, notes, height=HEIGHT)
    headline(figure, label, around(found, shape="bands, bars"))
    return figure


def _across(axes: Axes, places: np.ndarray, name: str, *, log: bool) -> None:
    """Set up the axis of doses; a logarithmic one labels the doses that were tried."""
    axes.set_xlabel(printable(name, longest=80))
    if log:
        axes.set_xscale("log")
        ticks = _ticks(places)
        axes.set_xticks(ticks, [f"{x:g}" for x in ticks], minor=False)
        axes.set_xticks([], minor=True)
    elif places.min() < 0 < places.max():
        axes.axvline(0, color=QUIET, lw=0.6, alpha=0.6, zorder=0)


def _ticks(places: np.ndarray) -> list[float]:
    """The positions, except those too close to the one before."""
    ticks: list[float] = []
    least = CLOSE * np.log(places.max() / places.min())
    for x in places.tolist():
        if not ticks or np.log(x / ticks[-1]) > least:
            ticks.append(x)
    return ticks


def _edits(axes: Axes, places: np.ndarray, found: Sequence[Effect], name: str) -> Note:
    """Draw the curve of the edits, with its band and every seed."""
    rates, _ = rate_bands(found)
    look = {**EDIT, "lw": 1.8}
    _shade(axes, places, rates, EDIT["color"], alpha=0.2)
    _seeds(axes, places, [one.values for one in found], EDIT, beside=-BESIDE)
    axes.plot(places, rates.estimate, **look, zorder=4, clip_on=False)
    return Note(rates.estimate[-1], name, look)


def _nulls(axes: Axes, places: np.ndarray, found: Sequence[Effect]) -> Note:
    """Draw the strongest null of each edit, which may differ between doses."""
    _, nulls = rate_bands(found)
    look, where = {**NULL, "lw": 0}, _moved(axes, BESIDE)
    if np.isfinite(nulls.low).any():
        ends = (nulls.low, nulls.high)
        axes.vlines(places, *ends, color=NULL["color"], lw=1.2, transform=where)
    else:
        seeds = [one.null_values for one in found]
        _seeds(axes, places, seeds, NULL, beside=2 * BESIDE)
    axes.plot(places, nulls.estimate, **look, transform=where, zorder=3)
    return Note(nulls.estimate[-1], "strongest null", look)


def _other(
    axes: Axes,
    places: np.ndarray,
    found: Sequence[Effect],
    measure: str,
    words: str,
) -> Note:
    """Draw another measure of the same edits."""
    curve = band(one.measured[measure].interval for one in found)
    _shade(axes, places, curve, OTHER["color"], alpha=0.1)
    axes.plot(places, curve.estimate, **OTHER, zorder=2.5, clip_on=False)
    return Note(curve.estimate[-1], words, OTHER)


def _shade(
    axes: Axes, places: np.ndarray, curve: Band, colour: str, *, alpha: float
) -> None:
    """Draw the band around a curve, if it has one."""
    if np.isfinite(curve.low).any():
        axes.fill_between(
            places, curve.low, curve.high, color=colour, alpha=alpha, lw=0
        )


def _seeds(
    axes: Axes,
    places: np.ndarray,
    values: Sequence[np.ndarray],
    look: Mapping[str, Any],
    *,
    beside: float,
) -> None:
    """Draw every seed as a faint dot, `beside` points from its mean."""
    dots, where = {**SEED, "color": look["color"]}, _moved(axes, beside)
    axes.plot(places, np.array(values), **dots, transform=where, zorder=2)


def _moved(axes: Axes, points: float) -> Transform:
    """The data coordinates shifted to the right by some points, on any scale."""
    inches = axes.figure.dpi_scale_trans
    return axes.transData + ScaledTranslation(points / 72, 0, inches)


def _shown(found: Sequence[Effect], other: tuple[str, str] | None) -> list[np.ndarray]:
    """All numbers that the y-axis must include."""
    numbers = [one for s in found for one in (s.values, s.null_values)]
    numbers += [end for side in rate_bands(found) for end in side]
    if other is not None:
        numbers += [one.measured[other[0]].values for one in found]
    return numbers
