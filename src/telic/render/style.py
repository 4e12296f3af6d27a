"""The style of figures: ink, colours, shapes, letters; and figures as SVG text.

Nothing here changes Matplotlib's global state. For readers who cannot tell colours
apart, every name also has a shape and a letter. Ink is written as `currentColor` and
paper as `var(--paper)`, so that an SVG inside a page follows its light or dark mode;
the other colours are legible in both.
"""

import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

INK, PAPER = "#1f2329", "#fffffe"
QUIET = "#868c95"
SHADE = 0.10
"""The opacity of the bands behind phases."""

COLOURS = {
    "red": "#d9485f",
    "green": "#2f9e5b",
    "blue": "#3b82e0",
    "purple": "#a45bd6",
    "yellow": "#c39a12",
    "grey": "#8b929b",
}
SPARE = ("#0f9d9d", "#d9772b", "#5b6ee0", "#b8569b", "#7a9a2e", "#a0764f")
"""Colours for names that are not colours."""

SHAPES = {"red": "s", "green": "D", "blue": "o", "purple": "^", "yellow": "P"}
SPARE_SHAPES = ("v", "X", "p", "h", "<", ">")


class Look(NamedTuple):
    """The look of one name: a Matplotlib colour and marker, and a letter."""

    colour: str
    marker: str
    letter: str


def looks(names: Iterable[str]) -> dict[str, Look]:
    """A different look for each name; the name of a colour gets that colour.

    Example:
        >>> looks(["green", "grey", "fuel"])["grey"]
        Look(colour='#8b929b', marker='X', letter='R')
    """
    found: dict[str, Look] = {}
    for i, name in enumerate(dict.fromkeys(names)):
        taken = {look.letter for look in found.values()}
        found[name] = Look(
            colour=COLOURS.get(name, SPARE[i % len(SPARE)]),
            marker=SHAPES.get(name, SPARE_SHAPES[i % len(SPARE_SHAPES)]),
            letter=_letter(name, taken, i),
        )
    return found


def label(text: str, *, longest: int = 28) -> str:
    r"""Text escaped for a figure: short, printable, and without mathematics.

    Example:
        >>> print(label("a$b$" + chr(7)))
        a\$b\$
    """
    plain = visible(text)
    short = plain if len(plain) <= longest else plain[: longest - 1] + "…"
    return short.replace("\\", "/").replace("$", r"\$")


def visible(text: str) -> str:
    """Text without control and direction characters, which can disguise text.

    Example:
        >>> visible("a" + chr(27) + "b" + chr(0x202E) + chr(0xA0) + "c")
        'ab c'
    """
    return "".join(
        c if c.isprintable() or c in "\n\t" else " " if c.isspace() else ""
        for c in str(text)
    )


def panels(rows: int, *, height: float) -> tuple[Figure, list[Axes]]:
    """A full-width figure with `rows` plain panels that share their x-axis.

    Args:
        rows: The number of panels.
        height: The height of the whole figure, in inches.
    """
    figure = Figure(figsize=(9.0, height), facecolor="none", layout="constrained")
    grid = figure.subplots(rows, 1, sharex=True, squeeze=False)
    for axes in (chosen := grid[:, 0].tolist()):
        _plain(axes)
    return figure, chosen


def bands(
    axes: Axes,
    edges: Sequence[tuple[float, float]],
    names: Sequence[str],
    look: dict[str, Look],
    *,
    only: str | None = None,
    letters: bool = True,
) -> None:
    """Shade each phase in the colour of its objective, with its letter above.

    Args:
        axes: The axes.
        edges: The left and right end of each phase, in data units.
        names: The objective of each phase.
        look: The look of each objective.
        only: Shade the phases of this objective alone.
        letters: Whether to write the letters.
    """
    above = axes.get_xaxis_transform()
    # Beyond this many phases, letters would touch.
    every = 1 + len(edges) // 60
    for i, ((left, right), name) in enumerate(zip(edges, names, strict=True)):
        shown = look[name]
        if only in (None, name):
            axes.axvspan(left, right, color=shown.colour, alpha=SHADE, lw=0, zorder=0)
        if letters and i % every == 0:
            axes.text(
                (left + right) / 2,
                1.02,
                shown.letter,
                transform=above,
                ha="center",
                va="bottom",
                fontsize=7.5,
                fontweight="bold",
                color=shown.colour,
            )


def handles(look: dict[str, Look], *, line: float = 0.0) -> list[Line2D]:
    """The legend entries of all names: the marker, on a line of width `line`."""
    shared = {"ms": 5, "lw": line}
    return [
        Line2D([], [], color=s.colour, marker=s.marker, label=label(name), **shared)
        for name, s in look.items()
    ]


def legend(figure: Figure, entries: Sequence[Line2D], *, words: str) -> None:
    """Draw one line above all panels: the legend left, words right."""
    figure.legend(
        handles=list(entries),
        loc="outside upper left",
        ncols=len(entries),
        frameon=False,
        fontsize=9,
        labelcolor=INK,
        handlelength=1.6,
        columnspacing=1.6,
    )
    # The layout leaves room for the legend, and the words go there too: 0.11 inch below
    # the top is the height of the legend's text.
    top = 1 - 0.11 / figure.get_figheight()
    figure.text(0.993, top, words, ha="right", va="top", fontsize=9, color=INK)


def svg(figure: Figure, *, salt: str = "telic") -> str:
    """A figure as the text of one `<svg>` element, the same bytes every time.

    Args:
        figure: The figure.
        salt: Part of the ids in the SVG; figures of one page need different ones.
    """
    # Once, and no drawing for it: computing the layout again would shift it slightly.
    layout = figure.get_layout_engine()
    if layout is not None and figure.axes:
        layout.execute(figure)
    figure.set_layout_engine("none")
    # `savefig` draws twice, to lay out what is laid out already.
    # For equal bytes: ids are random without a salt, and metadata has a date.
    fixed: Any = {"svg.hashsalt": salt, "svg.fonttype": "path", "path.simplify": False}
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context(fixed), io.StringIO() as file:
        FigureCanvasSVG(figure).print_svg(file, metadata=nothing)
        text = file.getvalue()
    text = text[text.index("<svg") :].replace(INK, "currentColor")
    return text.replace(PAPER, "var(--paper, white)")


def _letter(name: str, taken: set[str], number: int) -> str:
    """The first letter of a name that is not taken; else a number."""
    letters = [c.upper() for c in name if c.isascii() and c.isalnum()]
    return next((c for c in letters if c not in taken), str(number + 1))


def _plain(axes: Axes) -> None:
    """Style axes: no frame but the two axes, faint grid lines, ink."""
    axes.set_facecolor("none")
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(QUIET)
    axes.tick_params(colors=INK, color=QUIET, labelsize=8.5, length=3)
    axes.grid(axis="y", color=QUIET, alpha=0.25, lw=0.6)
    axes.set_axisbelow(True)
    for axis in (axes.xaxis, axes.yaxis):
        axis.label.set(color=INK, fontsize=9)
