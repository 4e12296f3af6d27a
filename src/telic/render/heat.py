"""Heat maps of a vector: each kernel as a picture, one colour scale for all."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import INK, PAPER

HEIGHT = 3.4
"""The height of the figure, in inches."""


def heat(vector: Mapping[str, Float[np.ndarray, "..."]], *, label: str) -> Figure:
    """A figure with one panel per kernel, inputs down, units across.

    Red is positive, blue negative, white no change; the scale is the same in all panels
    and clips the largest entries, one in two hundred.

    Args:
        vector: Leaves by path; those with two axes are drawn.
        label: The caption of the numbers.

    Raises:
        InputError: If no leaf has two axes.

    Example:
        >>> figure = heat({"actor/0/kernel": np.ones((2, 3))}, label="change")
        >>> figure.axes[0].get_title()
        'actor/0/kernel, 2 × 3'
    """
    kernels = {path: leaf for path, leaf in vector.items() if leaf.ndim == 2}
    if not kernels:
        raise InputError("no kernel to draw", why=f"leaves: {', '.join(vector)}")
    figure = Figure(figsize=(9.0, HEIGHT), facecolor=PAPER, layout="constrained")
    panels = figure.subplots(1, len(kernels), squeeze=False)[0]
    every = np.abs(np.concatenate([leaf.ravel() for leaf in kernels.values()]))
    end = float(np.quantile(every, 0.995)) or 1.0
    for axes, (path, leaf) in zip(panels, kernels.items(), strict=True):
        axes.imshow(leaf, cmap="RdBu_r", vmin=-end, vmax=end, aspect="auto")
        rows, columns = leaf.shape
        axes.set_title(f"{path}, {rows} × {columns}", fontsize=9, color=INK)
        axes.set_xlabel("unit", fontsize=8, color=INK)
        axes.tick_params(labelsize=7)
    panels[0].set_ylabel("input", fontsize=8, color=INK)
    bar = figure.colorbar(panels[0].images[0], ax=list(panels), fraction=0.03)
    bar.set_label(label, fontsize=8)
    bar.ax.tick_params(labelsize=7)
    return figure
