"""The founding post's figure: one seed, one dot a rollout, only of what was trained."""

from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import bands, handles, legend, looks, panels
from telic.studies.alternation.figures.returns import (
    enough_handle,
    phase_edges,
    return_axis,
    steps_axis,
)
from telic.studies.alternation.summary import Summary


def seed(summary: Summary, *, number: int | None = None) -> Figure:
    """The returns of one seed, each objective only in the rollouts that trained it.

    Both stand against the same steps, and only one of them is trained at any step.
    Bands and letters mark the phases.

    Args:
        summary: The study.
        number: The seed; None for the first.

    Raises:
        InputError: If the study has no such seed.
    """
    runs = summary.runs
    number = runs.seeds[0] if number is None else number
    if number not in runs.seeds:
        known = ", ".join(map(str, runs.seeds))
        raise InputError(f"there is no seed {number}", why=f"known: {known}")
    look = looks(runs.objectives)
    figure, (axes,) = panels(1, height=2.9)
    bands(axes, phase_edges(runs), runs.wanted, look)
    for objective in runs.objectives:
        trained = runs.objective == objective
        values = summary.returns[objective].values[runs.seeds.index(number)]
        steps, shown = runs.steps[trained] / 1e6, look[objective]
        axes.plot(steps, values[trained], color=shown.colour, lw=0.8, alpha=0.5)
        axes.plot(
            steps,
            values[trained],
            color=shown.colour,
            marker=shown.marker,
            ms=3.2,
            mew=0,
            lw=0,
        )
        return_axis(axes, "Return", summary.returns[objective], summary.yardstick)
    steps_axis(axes, runs)
    entries = [*handles(look, line=0.8), *enough_handle(summary.yardstick)]
    legend(figure, entries, words=f"seed {number}; each mark is one rollout")
    return figure
