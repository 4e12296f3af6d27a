"""Labels in the right margin of a figure, beside the lines that they name.

Instead of a legend, each label is at the height of its line, with a sample of that
line. Labels that would overlap are moved apart, with a thin line to their true height.
"""

import itertools
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from telic.render.style import INK, QUIET, label, visible

LINE = 0.165
"""The height of a line of text, in inches."""

AROUND = 0.85
"""The margins of a one-panel figure above and below its axes, in inches."""

SAMPLE, WORDS = (0.022, 0.057), 0.066
"""The positions of samples and words, in widths of the axes from their right edge."""


class Note(NamedTuple):
    """A label of a line on the axes.

    Attributes:
        at: Its true height, in the unit of the y-axis.
        text: Its text.
        look: The line properties of its sample.
    """

    at: float
    text: str
    look: Mapping[str, Any]


def lines_across(
    axes: Axes, values: Mapping[str, float], looks: Sequence[Mapping[str, Any]]
) -> list[Note]:
    """Draw a horizontal line at each value; return the notes that name them."""
    notes = []
    for number, (name, value) in enumerate(values.items()):
        look = looks[number % len(looks)]
        axes.axhline(value, **look, zorder=1)
        notes.append(Note(value, f"{name}, {value:z.2f}", look))
    return notes


def notes_beside(axes: Axes, notes: Sequence[Note], *, height: float) -> None:
    """Write notes to the right of axes whose limits are set.

    Args:
        axes: The only axes of their figure.
        notes: The notes.
        height: The height of that figure, in inches.
    """
    texts = [wrapped(note.text) for note in notes]
    low, high = axes.get_ylim()
    line = LINE * (high - low) / (height - AROUND)
    sizes = [line * (1 + text.count("\n")) + 0.25 * line for text in texts]
    places = spread_apart([note.at for note in notes], sizes)
    for note, text, place in zip(notes, texts, places, strict=True):
        _write(axes, note, text, place)


def spread_apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Positions near the wanted ones, in order, at which sizes do not overlap.

    Example:
        >>> spread_apart([0.5, 0.5, 0.0], [0.25, 0.25, 0.25])
        [0.375, 0.625, 0.0]
    """
    places = list(wanted)
    order = sorted(range(len(places)), key=lambda i: places[i])
    # Each round moves overlapping neighbours apart by their overlap.
    for _ in range(200):
        for below, above in itertools.pairwise(order):
            needed = (sizes[below] + sizes[above]) / 2
            lack = max(0.0, needed - (places[above] - places[below]))
            places[below] -= lack / 2
            places[above] += lack / 2
    return places


def wrapped(text: str, *, width: int = 26, lines: int = 3) -> str:
    """Text in a few short lines, each escaped for a figure.

    Example:
        >>> wrapped("share that still fetches the old colour").splitlines()
        ['share that still fetches', 'the old colour']
    """
    cut = textwrap.wrap(visible(text), width, max_lines=lines, placeholder=" …")
    return "\n".join(label(line, longest=width) for line in cut)


def _write(axes: Axes, note: Note, text: str, place: float) -> None:
    """Draw a sample of the line, the words, and a line to the true height."""
    across = axes.get_yaxis_transform()
    free = {"transform": across, "clip_on": False}
    start, end = (1 + x for x in SAMPLE)
    leader = {"color": QUIET, "lw": 0.6, "alpha": 0.7}
    axes.plot((1.004, start - 0.006), (note.at, place), **leader, **free)
    middle = (start + end) / 2
    axes.plot((start, middle, end), (place,) * 3, markevery=[1], **note.look, **free)
    words = {"fontsize": 8.5, "color": INK, "va": "center", "linespacing": 1.15}
    axes.text(1 + WORDS, place, text, transform=across, **words)
