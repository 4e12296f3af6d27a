"""Pictures of the Keys world, in pixels and as text.

They look like MiniGrid's: a black floor with thin lines, grey walls, coloured keys, a
grey ball, a red triangle that points in the agent's heading, and a lighter shade over
its view. For readers who cannot tell the colours apart, each key has the first letter
of its colour beside it (E for grey, since G is green).

Reference: Chevalier-Boisvert et al. 2023, "Minigrid & Miniworld: Modular &
Customizable Reinforcement Learning Environments", arXiv:2306.13831 (its colours).
"""

import functools
from typing import SupportsInt

import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image, ImageDraw, ImageFont

from telic.core.errors import InputError
from telic.worlds import grid
from telic.worlds.keys import Board, Keys

RGB = {
    "red": (255, 0, 0),
    "green": (0, 255, 0),
    "blue": (0, 0, 255),
    "purple": (112, 39, 195),
    "yellow": (255, 255, 0),
    "grey": (100, 100, 100),
}
"""MiniGrid's colours."""

INK = (235, 235, 235)
"""The colour of the letters."""

SHADE = 0.3
"""The fraction by which cells in view are lightened towards white."""

BARS = ((0.3, 0.42, 0.42, 0.88), (0.36, 0.62, 0.57, 0.7), (0.36, 0.78, 0.57, 0.88))
"""The shaft of a key and its two teeth: left, top, right and bottom, in cells."""

FINER = 4
"""The factor by which shapes are drawn larger and scaled down, for smooth edges."""

_font = functools.lru_cache(ImageFont.load_default)
"""Pillow's own font by size in pixels, cached, as loading it is slow."""


def picture(
    world: Keys,
    board: Board,
    *,
    tile: int = 32,
    shade: bool = True,
    letters: bool = True,
) -> UInt8[np.ndarray, "height width 3"]:
    """An RGB picture of the room from above, walls included; values from 0 to 255.

    Args:
        world: The world that the board belongs to.
        board: The board.
        tile: Pixels along each side of a cell; at least 4, and legible from 16 on.
        shade: Whether to lighten the cells that the agent sees.
        letters: Whether to write the letter of each key's colour beside it.

    Raises:
        InputError: If a tile has too few pixels.

    Example:
        >>> import jax
        >>> world = Keys()
        >>> board = world.reset(world.sample_noise(jax.random.key(0)))
        >>> picture(world, board).shape
        (192, 192, 3)
    """
    if tile < 4:
        raise InputError(f"tile = {tile}", why="allowed: 4 pixels or more")
    floor = Image.new("RGB", (tile * FINER, tile * FINER), RGB["grey"])
    line = max(1, tile // 32) * FINER
    floor.paste((0, 0, 0), (line, line, *floor.size))
    cells = [floor.copy() for _ in range((world.size - 2) ** 2)]
    for cell, colour in zip(board.keys, board.colours, strict=True):
        name = grid.COLOURS[int(colour)]
        _draw_key(cells[int(cell)], RGB[name], grid.LETTERS[name] if letters else "")
    _draw_ball(cells[int(board.ball)])
    cell, heading = divmod(int(board.pose), 4)
    _draw_agent(cells[cell], heading)
    canvas = np.full((world.size, world.size, tile, tile, 3), RGB["grey"], np.float64)
    inside = canvas[1:-1, 1:-1]
    shown = [np.asarray(cell.reduce(FINER)) for cell in cells]
    inside[:] = np.reshape(shown, inside.shape)
    if shade:
        canvas[in_view(world, board)] += SHADE * (255 - canvas[in_view(world, board)])
    side = world.size * tile
    return canvas.swapaxes(1, 2).reshape(side, side, 3).round().astype(np.uint8)


def in_view(world: Keys, board: Board) -> Bool[np.ndarray, "rows columns"]:
    """Flags of the cells in view, walls included; the agent's own cell is one.

    Example:
        >>> world = Keys(view=3)
        >>> corner = Board(np.int32(0), np.int32(5), np.arange(9, 12), np.arange(3), 0)
        >>> in_view(world, corner).sum()  # it looks right: 3 ahead, 3 to the side
        np.int64(9)
    """
    cell, heading = divmod(int(board.pose), 4)
    (fx, fy), (row, column) = grid.HEADINGS[heading], _place(world, cell)
    dy, dx = np.mgrid[: world.size, : world.size] - np.reshape([row, column], (2, 1, 1))
    ahead, right = dx * fx + dy * fy, dy * fx - dx * fy
    return (ahead >= 0) & (ahead < world.view) & (np.abs(right) <= world.view // 2)


def ansi(world: Keys, board: Board) -> str:
    """The room as text: `#` wall, `o` ball, `> v < ^` agent, a letter for each key.

    Example:
        >>> cells = np.array([3, 12, 15])
        >>> board = Board(np.int32(4), np.int32(6), cells, np.array([3, 2, 5]), 7)
        >>> print(ansi(Keys(), board))
        # # # # # #
        # . > . P #
        # . . o . #
        # . . . . #
        # B . . E #
        # # # # # #
        > agent, o ball, P purple, B blue, E grey; step 7 of 180
    """
    text = np.full((world.size, world.size), "#")
    text[1:-1, 1:-1] = "."
    names = [grid.COLOURS[int(colour)] for colour in board.colours]
    for cell, name in zip(board.keys, names, strict=True):
        text[_place(world, cell)] = grid.LETTERS[name]
    cell, heading = divmod(int(board.pose), 4)
    agent = ">v<^"[heading]
    text[_place(world, board.ball)], text[_place(world, cell)] = "o", agent
    keys = ", ".join(f"{grid.LETTERS[name]} {name}" for name in names)
    legend = f"{agent} agent, o ball, {keys}; step {board.time} of {world.limit}"
    return "\n".join([*map(" ".join, text), legend])


def _place(world: Keys, cell: SupportsInt) -> tuple[int, int]:
    """The row and column of a cell in the room, walls included."""
    row, column = divmod(int(cell), world.size - 2)
    return row + 1, column + 1


def _draw_key(cell: Image.Image, colour: tuple[int, int, int], letter: str) -> None:
    """Draw a key in the left of its cell, and its letter in the right."""
    draw, side = ImageDraw.Draw(cell), cell.width
    draw.fontmode = "1"  # without greys: a GIF has 256 colours
    bow = [x * side for x in (0.17, 0.09, 0.55, 0.47)]
    draw.ellipse(bow, outline=colour, width=round(0.11 * side))
    for bar in BARS:
        draw.rectangle([x * side for x in bar], fill=colour)
    at, font = (0.74 * side, 0.43 * side), _font(0.36 * side)
    draw.text(at, letter, INK, font, anchor="ms", stroke_width=max(1, side // 64))


def _draw_ball(cell: Image.Image) -> None:
    """Draw a ball in the middle of its cell."""
    box = [x * cell.width for x in (0.2, 0.2, 0.8, 0.8)]
    ImageDraw.Draw(cell).ellipse(box, fill=RGB["grey"])


def _draw_agent(cell: Image.Image, heading: int) -> None:
    """Draw a triangle that points in the agent's heading."""
    fx, fy = grid.HEADINGS[heading]
    corners = ((-0.36, -0.32), (-0.36, 0.32), (0.38, 0))
    points = [(0.5 + x * fx - y * fy, 0.5 + x * fy + y * fx) for x, y in corners]
    outline = [x * cell.width for point in points for x in point]
    ImageDraw.Draw(cell).polygon(outline, fill=RGB["red"])
