"""Faithfulness curves: the donor's behaviour recovered by a locus, by size."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from telic.render.style import INK, PAPER, QUIET, label, looks
from telic.stats import bootstrap_curve

TERMS = (
    (
        "CPR, CMD",
        "After MIB: area under the share of the donor’s behaviour (more is better), "
        "and between it and 1 (less is better), over the logarithm of the share of "
        "weights taken, from 0.1 % to all; 1 and 0 if 0.1 % brings all of it.",
    ),
    (
        "Size for 90 %",
        "The share of the actor’s weights, from the top, that brings 90 % of the "
        "donor’s behaviour; geometric mean, interpolated between sizes; 0.1 % is the "
        "smallest.",
    ),
    (
        "Left when taken away",
        "Area under the donor’s behaviour when all but the top is taken, likewise: 0 "
        "if the top was all that there was.",
    ),
)
"""The glossary of these curves, for both pages that have them."""

COLUMNS = {
    "cpr": "CPR",
    "cmd": "CMD",
    "size": "size for 90 % (% of weights)",
    "rest": "left when taken away",
}
"""The headings of the scores of a method's curves."""

PANEL = 5
"""The number of methods in a panel, beside the references."""

REFERENCES = {"random": (0, (1, 2)), "oracle": (0, (6, 2))}
"""The line styles of the references, which are in every panel."""


def faithful(
    curves: Mapping[str, Float[np.ndarray, "seeds sizes"]],
    sizes: Float[np.ndarray, " sizes"],
    *,
    of: str = "the donor’s behaviour",
) -> Figure:
    """A figure with a panel for every few methods: mean over seeds, 95 % band.

    Args:
        curves: By method, the fraction of the donor's behaviour of each seed.
        sizes: The fractions of the weights that are grafted.
        of: The caption of the behaviour.

    Example:
        >>> rises = np.linspace(0, 1, 3)[None].repeat(4, axis=0)
        >>> figure = faithful({"magnitude": rises}, np.array([0.01, 0.1, 1.0]))
        >>> len(figure.axes)
        1
    """
    names = [name for name in curves if name not in REFERENCES]
    groups = [names[i : i + PANEL] for i in range(0, len(names), PANEL)]
    rows = (len(groups) + 1) // 2
    columns = min(2, len(groups))
    figure = Figure(figsize=(9.0, 2.9 * rows), facecolor=PAPER, layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes in panels.ravel()[len(groups) :]:
        axes.set_visible(False)
    for axes, group in zip(panels.ravel(), groups, strict=False):
        _panel(axes, {name: curves[name] for name in group}, sizes)
        for name, dashes in REFERENCES.items():
            if name in curves:
                line = {"color": INK, "lw": 1.0, "ls": dashes, "label": name}
                axes.plot(100 * sizes, curves[name].mean(axis=0), **line)
        axes.legend(fontsize=7, frameon=False, labelcolor=INK)
    for axes in panels[-1]:
        axes.set_xlabel("weights taken (%)", fontsize=9, color=INK)
    for axes in panels[:, 0]:
        axes.set_ylabel(f"share of {of}", fontsize=9, color=INK)
    return figure


def _panel(
    axes: Axes, curves: Mapping[str, np.ndarray], sizes: Float[np.ndarray, " sizes"]
) -> None:
    """Draw the curves of some methods."""
    axes.set_xscale("log")
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, color=QUIET, labelsize=8)
    axes.axhline(0.9, color=QUIET, lw=0.6)
    for name, look in looks(curves).items():
        band = bootstrap_curve(curves[name], np.mean)
        style = {"color": look.colour, "marker": look.marker, "ms": 4, "lw": 1.2}
        axes.plot(100 * sizes, band.estimate, label=label(name), **style)
        if np.isfinite(band.low).all():
            axes.fill_between(
                100 * sizes, band.low, band.high, color=look.colour, alpha=0.12, lw=0
            )
