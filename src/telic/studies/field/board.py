"""A board of Keys on Matplotlib's axes: lines that stay sharp at every size.

It follows MiniGrid's look: grey walls, a grey ball, keys in their colours, each with
the letter of its colour beside it for readers who cannot tell the colours apart.
`telic.render.keys_picture` draws the same in pixels, with the agent.
"""

from collections.abc import Iterable
from typing import SupportsInt

from matplotlib.axes import Axes
from matplotlib.patches import Annulus, Circle, Patch, Rectangle

from telic.render.style import COLOURS, PAPER, QUIET
from telic.worlds import grid
from telic.worlds.keys import Board, Keys

WALL = 0.22
"""The thickness of a wall, in cells."""


def draw_board(axes: Axes, world: Keys, board: Board) -> None:
    """Draw walls, floor, keys and ball, but no agent; a cell is one unit wide.

    The corner of the floor is (0, 0), x goes to the right and y downwards.
    """
    width = world.size - 2
    _room(axes, width)
    for cell, colour in zip(board.keys, board.colours, strict=True):
        _key(axes, corner(cell, width), grid.COLOURS[int(colour)])
    x, y = corner(board.ball, width)
    fill(axes, [Circle((x + 0.5, y + 0.5), 0.3)], COLOURS["grey"])


def corner(cell: SupportsInt, width: int) -> tuple[int, int]:
    """The top left corner (x, y) of a cell.

    Example:
        >>> corner(6, 4)
        (2, 1)
    """
    y, x = divmod(int(cell), width)
    return x, y


def fill(
    axes: Axes, patches: Iterable[Patch], colour: str, *, alpha: float = 1.0
) -> None:
    """Add patches in one colour, without outlines."""
    for patch in patches:
        patch.set(facecolor=colour, alpha=alpha, linewidth=0)
        axes.add_patch(patch)


def write_letter(
    axes: Axes,
    at: tuple[float, float],
    text: str,
    *,
    size: float,
    colour: str,
    bold: bool = True,
    align: str = "center",
) -> None:
    """Write a short text, vertically centred."""
    axes.text(
        *at,
        text,
        fontsize=size,
        color=colour,
        fontweight="bold" if bold else "normal",
        horizontalalignment=align,
        verticalalignment="center_baseline",
    )


def points(axes: Axes, cells: float) -> float:
    """A length in cells as a font size in points, on the axes of a board."""
    left, right = axes.get_xlim()
    inches = axes.bbox.width / axes.figure.dpi
    return float(72 * inches / (right - left) * cells)


def _room(axes: Axes, width: int) -> None:
    """Draw walls and floor, filling the axes."""
    whole = width + 2 * WALL
    axes.set_axis_off()
    axes.set(xlim=(-WALL, width + WALL), ylim=(width + WALL, -WALL), aspect="equal")
    fill(axes, [Rectangle((-WALL, -WALL), whole, whole)], QUIET)
    fill(axes, [Rectangle((0, 0), width, width)], PAPER)
    for at in range(1, width):
        axes.plot((at, at), (0, width), color=QUIET, lw=0.6, alpha=0.35, zorder=1)
        axes.plot((0, width), (at, at), color=QUIET, lw=0.6, alpha=0.35, zorder=1)


def _key(axes: Axes, place: tuple[int, int], colour: str) -> None:
    """Draw a key in the left of its cell, and its letter in the right."""
    x, y = place
    bow = Annulus((x + 0.36, y + 0.29), 0.19, 0.11)
    shaft = Rectangle((x + 0.3, y + 0.42), 0.12, 0.46)
    teeth = [Rectangle((x + 0.36, y + down), 0.21, 0.09) for down in (0.615, 0.79)]
    fill(axes, [bow, shaft, *teeth], COLOURS[colour])
    at, size = (x + 0.74, y + 0.31), points(axes, 0.28)
    write_letter(axes, at, grid.LETTERS[colour], size=size, colour=COLOURS[colour])
