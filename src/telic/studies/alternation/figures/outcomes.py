"""How episodes end at the end of each phase, or what happens in them: a panel each."""

from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import bands, handles, label, legend, looks, panels
from telic.studies.alternation.figures.phases import (
    around_phases,
    marks,
    phase_axis,
    phase_bands,
    share_axis,
)
from telic.studies.alternation.summary import Summary

TITLES = {
    "wanted": "Wanted goal",
    "other": "Goal of another\nphase’s objective",
    "third": "Goal that no\nphase wants",
    "fatal": "Failed",
    "timeout": "Time ran out",
}


def outcomes(summary: Summary) -> Figure:
    """How episodes end in the last rollout of a phase, as shares.

    Where the goals have no events of success, the events per episode instead.

    Raises:
        InputError: If nothing happened either.
    """
    curves = summary.outcomes or summary.events
    if not curves:
        raise InputError(
            "these runs have no outcomes to draw",
            why="their goals have no events of success, and no event happened",
        )
    look = looks(summary.runs.objectives)
    figure, axes = panels(len(curves), height=0.6 + len(curves))
    for panel, (name, curve) in zip(axes, curves.items(), strict=True):
        edges, first = phase_bands(summary), panel is axes[0]
        bands(panel, edges, summary.runs.wanted, look, letters=first)
        marks(panel, summary, curve, look)
        title = TITLES[name] if summary.outcomes else label(name)
        panel.set_ylabel(title, rotation=0, ha="right", va="center")
        if summary.outcomes:
            share_axis(panel)
    phase_axis(axes[-1], summary)
    surrounds = around_phases(next(iter(curves.values())), len(summary.runs.seeds))
    legend(figure, handles(look), words=surrounds)
    return figure
