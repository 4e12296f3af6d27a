"""Curves of several agents over an axis, such as further training after an edit.

`over` draws any curves; `recovery` draws the return over steps of further training. The
controls are a null of the same size and the unedited agent, trained further in the same
worlds. The first point of such a curve is before any update.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.margin import Note, lines_across, notes_beside
from telic.render.marks import axis_limits, headline, seeds_in_words
from telic.render.style import INK, Look, looks, panels
from telic.stats.curves import RATES, Curve, Support, over_seeds

LINES = ("-", (0, (5, 2)), (0, (6, 2, 1, 2)), (0, (2, 1.5)))
"""The line styles of curves, in order."""

MARKS = tuple(
    {"color": INK, "lw": 0.9, "ls": (0, dashes)} for dashes in ((1, 2), (8, 3), (3, 3))
)
"""The line styles of marks, in order."""

HEIGHT = 3.9
"""The height of the figure, in inches."""

MARKERS = 8
"""The approximate number of markers on a curve."""

REALS: Support = (-np.inf, np.inf)


def recovery(
    curves: Mapping[str, Float[np.ndarray, "_ _"]],
    *,
    label: str,
    steps_per_rollout: int,
    marks: Mapping[str, float] | None = None,
    axis: str = "Steps of further training",
    each: bool = False,
) -> Figure:
    """A figure with one curve per agent: the interquartile mean and its interval.

    With fewer than four seeds, every seed is shown instead of an interval.

    Args:
        curves: (seeds, rollouts) by the agent's name; NaN where no episode ended.
        label: The caption of the measure.
        steps_per_rollout: Steps of the world in a rollout.
        marks: Values to compare with, by name: a horizontal line for each.
        axis: The caption of the axis.
        each: Whether every seed is drawn as well, as a thin line.

    Raises:
        InputError: If there is no curve, or one has no number.
    """
    most = (max((c.shape[1] for c in curves.values()), default=2) - 1 or 1) * (
        steps_per_rollout
    )
    unit, words = (1e6, "millions") if most >= 2e6 else (1e3, "thousands")
    step = steps_per_rollout / unit
    return over(
        curves,
        {name: step * np.arange(c.shape[1]) for name, c in curves.items()},
        label=label,
        axis=f"{axis} ({words})",
        marks=marks,
        each=each,
    )


def over(
    curves: Mapping[str, Float[np.ndarray, "_ _"]],
    places: Mapping[str, Float[np.ndarray, " _"]],
    *,
    label: str,
    axis: str,
    marks: Mapping[str, float] | None = None,
    log: bool = False,
    each: bool = False,
) -> Figure:
    """A figure with one curve per name: the interquartile mean and its interval.

    Args:
        curves: (seeds, points) by name; NaN where there is no number.
        places: (points,) by name: the position of each point on the axis.
        label: The caption of the measure.
        axis: The caption of the axis, with its unit.
        marks: Values to compare with, by name: a horizontal line for each.
        log: Whether the axis is logarithmic.
        each: Whether every seed is drawn as well, as a thin line.

    Raises:
        InputError: If there is no curve, or one has no number.
    """
    _check(curves)
    found = {name: over_seeds(v, _support(curves)) for name, v in curves.items()}
    figure, (axes,) = panels(1, height=HEIGHT)
    axes.set_xlabel(axis)
    look = looks(found)
    notes = [
        _curve(axes, number, name, curve, look[name], places[name])
        for number, (name, curve) in enumerate(found.items())
    ] + lines_across(axes, marks or {}, MARKS)
    shown = [part for c in found.values() for part in (c.values, c.low, c.high)]
    axes.set_ylim(axis_limits(*map(np.ravel, shown), [note.at for note in notes]))
    if each:
        for name, curve in found.items():
            thin = {"color": look[name].colour, "lw": 0.6, "alpha": 0.6}
            axes.plot(places[name], curve.values.T, **thin)
    ends = [place for each in places.values() for place in (each[0], each[-1])]
    if log:
        axes.set_xscale("log")
    axes.set_xlim(min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1)
    notes_beside(axes, notes, height=HEIGHT)
    headline(figure, label, _around(found))
    return figure


def _support(curves: Mapping[str, Float[np.ndarray, "_ _"]]) -> Support:
    """The range of the numbers: that of a rate if all are in it."""
    every = np.concatenate([np.ravel(values) for values in curves.values()])
    there = every[np.isfinite(every)]
    return RATES if there.min() >= 0 and there.max() <= 1 else REALS


def _check(curves: Mapping[str, Float[np.ndarray, "_ _"]]) -> None:
    """Raise unless every curve has a number."""
    if not curves:
        raise InputError("no curve to draw", why="recovery needs at least one agent")
    for name, values in curves.items():
        if not np.isfinite(values).any():
            raise InputError(
                f"the curve {name!r} has no number",
                why="no seed completed an episode",
                fix="leave it out",
            )


def _curve(
    axes: Axes,
    number: int,
    name: str,
    curve: Curve,
    look: Look,
    steps: Float[np.ndarray, " _"],
) -> Note:
    """Draw the line of one agent, with its band or its seeds."""
    colour, markers = look.colour, max(1, len(steps) // MARKERS)
    if np.isfinite(curve.low).any():
        axes.fill_between(steps, curve.low, curve.high, color=colour, alpha=0.18, lw=0)
    else:
        dots = {"marker": ".", "ms": 2.2, "alpha": 0.4, "lw": 0}
        axes.plot(steps, curve.values.T, color=colour, **dots)
    shown = {
        "color": colour,
        "ls": LINES[number % len(LINES)],
        "lw": 1.6,
        "marker": look.marker,
        "ms": 5,
    }
    # Markers of different curves are at different steps, so that none hides another.
    every = (number * markers // 4 % len(steps), markers)
    axes.plot(steps, curve.estimate, **shown, markevery=every, zorder=3)
    return Note(float(curve.estimate[np.isfinite(curve.estimate)][-1]), name, shown)


def _around(found: Mapping[str, Curve]) -> str:
    """The legend of lines and bands, and the number of seeds."""
    counts = seeds_in_words(len(curve.values) for curve in found.values())
    if any(np.isfinite(curve.low).any() for curve in found.values()):
        return f"line: interquartile mean; band: 95 % interval, {counts}"
    return f"line: mean; dots: each seed, {counts}"
