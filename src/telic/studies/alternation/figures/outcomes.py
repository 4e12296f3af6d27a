"""How episodes end at the end of each phase: one panel for each of the five ways."""

from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import bands, handles, legend, looks, panels
from telic.studies.alternation.figures.phases import (
    around_phases,
    marks,
    phase_axis,
    phase_bands,
)
from telic.studies.alternation.summary import Summary

TITLES = {
    "wanted": "Wanted key",
    "other": "Key of another\nphase’s objective",
    "third": "Key that no\nphase wants",
    "fatal": "Died",
    "timeout": "Time ran out",
}


def outcomes(summary: Summary) -> Figure:
    """The share of episodes that end in each way, in the last rollout of a phase.

    Raises:
        InputError: If the trained goals have no events of success of their own.
    """
    if not summary.outcomes:
        raise InputError(
            "these runs have no outcomes to draw",
            why="their goals have no events of success of their own",
        )
    look = looks(summary.runs.objectives)
    figure, axes = panels(len(summary.outcomes), height=0.6 + len(summary.outcomes))
    for panel, (outcome, curve) in zip(axes, summary.outcomes.items(), strict=True):
        edges, first = phase_bands(summary), panel is axes[0]
        bands(panel, edges, summary.runs.wanted, look, letters=first)
        marks(panel, summary, curve, look)
        panel.set_ylabel(TITLES[outcome], rotation=0, ha="right", va="center")
        panel.set_ylim(-0.06, 1.06)
        panel.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    phase_axis(axes[-1], summary)
    surrounds = around_phases(summary.outcomes["wanted"], len(summary.runs.seeds))
    legend(figure, handles(look), words=surrounds)
    return figure
