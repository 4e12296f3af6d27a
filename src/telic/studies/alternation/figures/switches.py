"""The return in the first and in the last rollout of each phase."""

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from telic.render.style import (
    INK,
    PAPER,
    bands,
    handles,
    legend,
    looks,
    panels,
)
from telic.studies.alternation.figures.phases import (
    around_phases,
    marks,
    phase_axis,
    phase_bands,
)
from telic.studies.alternation.figures.returns import published_handle, return_axis
from telic.studies.alternation.summary import Summary


def switches(summary: Summary) -> Figure:
    """From hollow (first rollout) to solid (last), under each phase's own objective."""
    look = looks(summary.runs.objectives)
    figure, (axes,) = panels(1, height=3.1)
    bands(axes, phase_bands(summary), summary.runs.wanted, look)
    for at, wanted in enumerate(summary.runs.wanted):
        ends = (summary.first.estimate[at], summary.last.estimate[at])
        axes.plot((at, at), ends, color=look[wanted].colour, lw=0.8, alpha=0.5)
    marks(axes, summary, summary.first, look, hollow=True)
    marks(axes, summary, summary.last, look)
    return_axis(axes, "Return", summary.first)
    phase_axis(axes, summary)
    when = [_dot(PAPER, "first rollout"), _dot(INK, "last rollout")]
    entries = [*handles(look), *when, published_handle()]
    legend(figure, entries, words=around_phases(summary.last, len(summary.runs.seeds)))
    return figure


def _dot(face: str, text: str) -> Line2D:
    return Line2D([], [], color=INK, mfc=face, marker="o", ms=5, lw=0, label=text)
