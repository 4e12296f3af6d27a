"""What is judged, in the first and in the last rollout of each phase."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from telic.render.style import (
    INK,
    PAPER,
    bands,
    handles,
    label,
    legend,
    looks,
    panels,
)
from telic.studies.alternation.figures.phases import (
    around_phases,
    marks,
    phase_axis,
    phase_bands,
    share_axis,
)
from telic.studies.alternation.figures.returns import (
    enough_handle,
    enough_line,
    return_axis,
)
from telic.studies.alternation.summary import Summary
from telic.studies.learning import RETURN


def switches(summary: Summary) -> Figure:
    """From hollow (first rollout) to solid (last), under each phase's own objective.

    One panel for all objectives that share a scale.
    """
    runs, yardstick = summary.runs, summary.yardstick
    look, groups = looks(runs.objectives), yardstick.groups(runs.objectives)
    figure, axes = panels(len(groups), height=0.6 + 2.5 * len(groups))
    for panel, group in zip(axes, groups, strict=True):
        only = group[0] if yardstick.apart else None
        edges, first = phase_bands(summary), panel is axes[0]
        bands(panel, edges, runs.wanted, look, only=only, letters=first)
        _ends(panel, summary, group)
    phase_axis(axes[-1], summary)
    when = [_dot(PAPER, "first rollout"), _dot(INK, "last rollout")]
    enough = enough_handle(yardstick, yardstick.measure)
    surrounds = around_phases(summary.last[yardstick.measure], len(runs.seeds))
    legend(figure, [*handles(look), *when, *enough], words=surrounds)
    return figure


def _ends(axes: Axes, summary: Summary, objectives: tuple[str, ...]) -> None:
    """The first and last rollouts of the phases of some objectives."""
    runs, yardstick = summary.runs, summary.yardstick
    every, measure = looks(runs.objectives), yardstick.measure
    look = {name: every[name] for name in objectives}
    first, last = summary.first[measure], summary.last[measure]
    for at, wanted in enumerate(runs.wanted):
        if wanted in look:
            ends = (first.estimate[at], last.estimate[at])
            axes.plot((at, at), ends, color=look[wanted].colour, lw=0.8, alpha=0.5)
    marks(axes, summary, first, look, hollow=True)
    marks(axes, summary, last, look)
    if measure == RETURN:
        of = f" for {label(objectives[0])}" if yardstick.apart else ""
        return_axis(axes, f"Return{of}", first, yardstick)
        return
    axes.set_ylabel("Wanted goal")
    share_axis(axes)
    if yardstick.enough is not None:
        enough_line(axes, yardstick.enough)


def _dot(face: str, text: str) -> Line2D:
    return Line2D([], [], color=INK, mfc=face, marker="o", ms=5, lw=0, label=text)
