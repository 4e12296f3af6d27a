"""The plane of decodability and controllability: every site as a point, twice."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from telic.render.style import INK, PAPER, QUIET, label, looks

ACROSS = ("accuracy", "same goal")
"""The measures whose difference is the decodability."""

WAYS = {"patch": ("filled as the donor’s", True), "steer": ("along the probe", False)}
"""The edits at a site, by measure: the caption, and whether the marker is filled."""


def draw_plane(
    sites: Mapping[str, Mapping[str, Float[np.ndarray, " seeds"]]],
) -> Figure:
    """A figure of decodability (across) and controllability (up) of every site.

    Decodability is a probe's accuracy on two agents of different goals less that on
    two of the same goal. Full markers: the site patched from the donor. Open ones:
    steered along the probe's direction. Small dots are seeds; one without a number is
    left out.

    Example:
        >>> names = ("accuracy", "same goal", "patch", "steer")
        >>> figure = draw_plane({"actor/0/post": dict.fromkeys(names, np.ones(3))})
        >>> figure.axes[0].get_ylabel()
        'controllability: share of the donor’s behaviour'
    """
    figure = Figure(figsize=(6.5, 4.2), facecolor=PAPER, layout="constrained")
    axes = figure.subplots()
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(colors=INK, color=QUIET, labelsize=8.5)
    for site, look in looks(sites).items():
        found = sites[site]
        gap = found[ACROSS[0]] - found[ACROSS[1]]
        there = np.isfinite(gap)
        if not there.any():
            continue
        x = gap[there]
        for way, (words, full) in WAYS.items():
            y = found[way][there]
            face = look.colour if full else "none"
            axes.plot(x, y, ".", color=look.colour, ms=3, alpha=0.5)
            axes.plot(
                x.mean(),
                y.mean(),
                look.marker,
                color=look.colour,
                mfc=face,
                ms=8,
                label=f"{label(site)}, {words}",
            )
    axes.set_xlabel(
        "decodability − identity: accuracy on two goals − on one", fontsize=9, color=INK
    )
    axes.set_ylabel(
        "controllability: share of the donor’s behaviour", fontsize=9, color=INK
    )
    if axes.lines:
        axes.legend(fontsize=7, frameon=False, labelcolor=INK, loc="center left")
    return figure
