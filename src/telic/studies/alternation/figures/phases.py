"""A number at each phase, over seeds: the mark that several figures share."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from telic.render.style import PAPER, Look
from telic.stats.curves import Curve
from telic.studies.alternation.summary import Summary

BESIDE = 0.28
"""How far beside a mark its seeds stand, in phases."""


def marks(
    axes: Axes,
    summary: Summary,
    curve: Curve,
    look: dict[str, Look],
    *,
    hollow: bool = False,
) -> None:
    """One mark a phase in its objective's colour and shape, with its interval.

    Of fewer than four seeds there is no interval: each seed is a dot.
    """
    wanted = np.array(summary.runs.wanted)
    for objective, shown in look.items():
        at = np.flatnonzero(wanted == objective)
        colour = shown.colour
        face = PAPER if hollow else colour
        axes.vlines(at, curve.low[at], curve.high[at], color=colour, lw=1.4)
        if not np.isfinite(curve.low).any():
            seeds = curve.values[:, at].T
            axes.plot(
                at + BESIDE, seeds, color=colour, marker=".", ms=3, lw=0, alpha=0.7
            )
        axes.plot(
            at,
            curve.estimate[at],
            marker=shown.marker,
            ms=5,
            lw=0,
            mec=colour,
            mfc=face,
            zorder=3,
        )


def phase_axis(axes: Axes, summary: Summary) -> None:
    """Name and range of an axis of phases."""
    axes.set_xlim(-0.5, len(summary.runs.ends) - 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=24, integer=True, min_n_ticks=1))
    axes.set_xlabel("Phase")


def share_axis(axes: Axes) -> None:
    """Range and ticks of an axis of shares of episodes."""
    axes.set_ylim(-0.06, 1.06)
    axes.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])


def phase_bands(summary: Summary) -> list[tuple[float, float]]:
    """The ends of each phase's band on an axis of phases."""
    return [(i - 0.5, i + 0.5) for i in range(len(summary.runs.ends))]


def around_phases(curve: Curve, n: int) -> str:
    """What surrounds a mark, in words, and the number of seeds."""
    interval = np.isfinite(curve.low).any()
    return f"{'bars: 95 % interval' if interval else 'dots: each seed'}, n = {n} seeds"
