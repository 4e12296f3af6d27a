"""The return under each objective over all seeds, also where it was not trained."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from telic.render.style import (
    INK,
    QUIET,
    Look,
    bands,
    handles,
    label,
    legend,
    looks,
    panels,
)
from telic.stats.curves import Curve
from telic.studies.alternation.columns import Runs
from telic.studies.alternation.summary import Summary
from telic.studies.alternation.yardsticks import Yardstick
from telic.studies.learning import RETURN


def returns(summary: Summary) -> Figure:
    """One panel for each trained objective: estimate and interval over seeds.

    The line is strong where the objective was trained and faint where another was. Of
    fewer than four seeds the panel shows every seed instead of an interval.
    """
    runs = summary.runs
    look = looks(runs.objectives)
    rows = len(runs.objectives)
    figure, axes = panels(rows, height=0.6 + 2.1 * rows)
    for panel, objective in zip(axes, runs.objectives, strict=True):
        bands(
            panel,
            phase_edges(runs),
            runs.wanted,
            look,
            only=objective,
            letters=panel is axes[0],
        )
        _curve(panel, runs, summary.returns[objective], objective, look[objective])
        curve = summary.returns[objective]
        return_axis(panel, f"Return for {label(objective)}", curve, summary.yardstick)
    steps_axis(axes[-1], runs)
    interval = np.isfinite(summary.returns[runs.objectives[0]].low).any()
    around = "band: 95 % interval" if interval else "dots: each seed"
    thin = Line2D([], [], color=INK, lw=0.9, alpha=0.55, label="not trained")
    entries = [*handles(look, line=2.0), thin, *enough_handle(summary.yardstick)]
    legend(figure, entries, words=f"{around}, n = {len(runs.seeds)} seeds")
    return figure


def phase_edges(runs: Runs) -> list[tuple[float, float]]:
    """The steps, in millions, at which each phase begins and ends."""
    ends = (runs.steps[runs.ends] / 1e6).tolist()
    return list(zip([0.0, *ends[:-1]], ends, strict=True))


def return_axis(axes: Axes, title: str, curve: Curve, yardstick: Yardstick) -> None:
    """Name and range of an axis of returns, with a line at what is enough."""
    axes.set_ylabel(title)
    if not np.isfinite(yardstick.support).all():
        return
    finite = curve.values[np.isfinite(curve.values)]
    least = float(finite.min()) if len(finite) else 0.0
    axes.set_ylim(min(-0.05, least - 0.05), max(1.02, float(np.max(finite, initial=0))))
    if yardstick.measure == RETURN and yardstick.enough is not None:
        enough_line(axes, yardstick.enough)


def steps_axis(axes: Axes, runs: Runs) -> None:
    """Name and range of an axis of steps: the phases fill it."""
    axes.set_xlim(0, runs.steps[-1] / 1e6)
    axes.set_xlabel("Steps of the world (millions)")


def enough_handle(yardstick: Yardstick, measure: str = RETURN) -> list[Line2D]:
    """The legend's entry for the line of `enough_line`, on axes of a measure."""
    if yardstick.enough is None or yardstick.measure != measure:
        return []
    text = f"{yardstick.enough:.2f}, {yardstick.called}"
    return [Line2D([], [], color=QUIET, lw=0.9, ls=(0, (1, 2)), label=text)]


def enough_line(axes: Axes, enough: float) -> None:
    """A line across, at the number that is enough."""
    axes.axhline(enough, color=QUIET, lw=0.9, ls=(0, (1, 2)), zorder=1)


def _curve(axes: Axes, runs: Runs, curve: Curve, objective: str, look: Look) -> None:
    """The line, strong where trained, with its band or its seeds, and the peaks."""
    steps = runs.steps / 1e6
    trained = runs.objective == objective
    if np.isfinite(curve.low).any():
        axes.fill_between(
            steps, curve.low, curve.high, color=look.colour, alpha=0.28, lw=0
        )
    else:
        axes.plot(steps, curve.values.T, color=look.colour, lw=0, marker=".", ms=1.8)
    axes.plot(steps, curve.estimate, color=look.colour, lw=0.9, alpha=0.55)
    strong = np.where(trained, curve.estimate, np.nan)
    axes.plot(steps, strong, color=look.colour, lw=2.0)
    peaks = runs.ends[trained[runs.ends]]
    axes.plot(
        steps[peaks],
        curve.estimate[peaks],
        color=look.colour,
        marker=look.marker,
        ms=4.5,
        lw=0,
        clip_on=False,
    )
