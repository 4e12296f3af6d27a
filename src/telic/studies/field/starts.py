"""The starts on a board: a frame per cell with the outcome for each heading.

A free cell has a frame of four sides, one for each initial heading. A side has the
colour and the letter of the most likely outcome, and its opacity is that outcome's
probability; the arrow inside shows the direction in which the agent leaves the cell.
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from telic.render.style import COLOURS, INK, PAPER, QUIET
from telic.studies.field.board import corner, draw_board, fill, points, write_letter
from telic.studies.field.field import Field
from telic.worlds import grid

INNER, OUTER, GAP = 0.235, 0.465, 0.02
"""The distances of a side's inner and outer edge from the middle of its cell, and half
the gap between two sides; in cells."""

SIDE = np.array(
    [
        (INNER, GAP - INNER),
        (OUTER, GAP - OUTER),
        (OUTER, OUTER - GAP),
        (INNER, INNER - GAP),
    ]
)
"""The side of the agent that looks to the right, about the middle of its cell."""

BARBS = [(10, -53), (100, 0), (10, 53)]
ARROW = 0.0019 * np.array([(-100, -15), (10, -15), *BARBS, (10, 15), (-100, 15)])
"""The largest arrow, to the right."""

FAINT = 0.1
"""The length of a mean step below which no arrow is drawn."""


class Face(NamedTuple):
    """The appearance of one outcome: colour, letter and caption."""

    colour: str
    letter: str
    words: str


def draw_starts(axes: Axes, field: Field, number: int) -> None:
    """Draw the board of one agent, with four sides and an arrow per free cell.

    Args:
        axes: Bare axes, already in their place.
        field: The policy field.
        number: The index of the agent.
    """
    draw_board(axes, field.world, field.board)
    for cell in np.flatnonzero(field.free):
        middle = np.array(corner(cell, field.world.size - 2)) + 0.5
        _arrow(axes, middle, field.drift[number, cell])
        for heading, outcome in enumerate(field.likeliest[number, cell]):
            chance = float(field.walks[number, cell, heading, outcome])
            shown = face(field.outcomes[outcome], field.limit)
            _side(axes, middle, heading, shown, chance)


def face(outcome: str, limit: int) -> Face:
    """The appearance of an outcome of a walk of at most `limit` steps.

    Example:
        >>> face("grey", 40).letter, face("fatal", 40).letter
        ('E', '×')
    """
    if outcome in grid.LETTERS:
        return Face(COLOURS[outcome], grid.LETTERS[outcome], f"{outcome} key")
    if outcome == "fatal":
        return Face(INK, "×", "dies")
    return Face(QUIET, "…", f"nothing in {limit} steps")


def letter(
    axes: Axes, at: tuple[float, float], shown: Face, *, size: float, chance: float
) -> None:
    """Write the letter of an outcome, legible on its colour at that opacity."""
    # In dark mode INK becomes bright and only PAPER becomes dark with it.
    strong = PAPER if shown.colour == INK else "#ffffff"
    colour = strong if chance > 0.5 else INK
    write_letter(axes, at, shown.letter, size=size, colour=colour)


def _arrow(
    axes: Axes, middle: Float[np.ndarray, " 2"], step: Float[np.ndarray, " 2"]
) -> None:
    """Draw an arrow along the mean step, larger for a longer step."""
    length = float(np.hypot(*step))
    if length > FAINT:
        size = 0.45 + 0.55 * length
        arrow = Polygon(size * _turned(ARROW, step / length) + middle)
        fill(axes, [arrow], INK)


def _side(
    axes: Axes,
    middle: Float[np.ndarray, " 2"],
    heading: int,
    shown: Face,
    chance: float,
) -> None:
    """Draw one side of a frame: the most likely outcome and its probability."""
    ahead = np.array(grid.HEADINGS[heading], float)
    side = Polygon(_turned(SIDE, ahead) + middle)
    # Rounding may carry a certain outcome past one.
    fill(axes, [side], shown.colour, alpha=min(1.0, chance))
    x, y = (middle + (INNER + OUTER) / 2 * ahead).tolist()
    letter(axes, (x, y), shown, size=points(axes, 0.15), chance=chance)


def _turned(
    outline: Float[np.ndarray, "corners 2"], ahead: Float[np.ndarray, " 2"]
) -> Float[np.ndarray, "corners 2"]:
    """An outline that points to the right, rotated to point along `ahead`."""
    dx, dy = ahead
    return outline @ np.array([(dx, dy), (-dy, dx)])
