"""Curves of faithfulness and the plane of sites, as ink."""

import numpy as np

from telic.render.faithful import faithful
from telic.render.plane import draw_plane


def test_references_are_in_every_panel_of_the_curves():
    rows = np.linspace(0, 1, 3)[None].repeat(4, axis=0)
    names = [f"method {i}" for i in range(7)]
    figure = faithful(dict.fromkeys([*names, "random"], rows), np.array([0.01, 0.1, 1]))
    legends = [
        [text.get_text() for text in axes.get_legend().get_texts()]
        for axes in figure.axes
        if axes.get_visible()
    ]
    assert len(legends) == 2 and all("random" in legend for legend in legends)
    assert (
        sorted(name for legend in legends for name in legend if "method" in name)
        == names
    )


def test_a_site_is_drawn_filled_and_steered():
    names = ("accuracy", "same goal", "patch", "steer")
    (axes,) = draw_plane({"a": dict.fromkeys(names, np.ones(3))}).axes
    faces = [
        line.get_markerfacecolor() for line in axes.lines if len(line.get_xdata()) == 1
    ]
    assert faces[1] == "none" != faces[0]
