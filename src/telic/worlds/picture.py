"""Pictures of the Keys world: pixels, text and moving images.

They speak MiniGrid's visual language, so that its users can read them at once: a black
floor with thin lines, grey walls, coloured keys, a grey ball, a red triangle that
points where the agent looks, and a lighter shade over what it sees. Colour never
stands alone: each key has the first letter of its colour beside it (E for grey, since
G is green). Nothing is written to disk: a moving image comes back as bytes.

Reference: Chevalier-Boisvert et al. 2023, "Minigrid & Miniworld: Modular &
Customizable Reinforcement Learning Environments", arXiv:2306.13831 (its colours).
"""

from collections.abc import Sequence
from typing import SupportsInt

import numpy as np
from jaxtyping import Bool, Float, Float64, UInt8
from PIL import Image

from telic.core.errors import InputError
from telic.worlds import grid
from telic.worlds.keys import Board, Keys
from telic.worlds.shapes import LETTERS, mask

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
"""How far what is in view is lightened towards white."""

Canvas = Float64[np.ndarray, "rows columns tile tile 3"]


def picture(
    world: Keys,
    board: Board,
    *,
    tile: int = 32,
    shade: bool = True,
    letters: bool = True,
) -> UInt8[np.ndarray, "height width 3"]:
    """The room from above, walls included, as red, green and blue from 0 to 255.

    Args:
        world: The world that the board belongs to.
        board: Where everything is.
        tile: Pixels along each side of a cell; at least 4, and legible from 16 on.
        shade: Whether to lighten the cells that the agent sees.
        letters: Whether to write the letter of each key's colour beside it.

    Raises:
        InputError: If a tile has too few pixels.

    Example:
        >>> import jax
        >>> world = Keys()
        >>> board = world.reset(world.draw(jax.random.key(0)))
        >>> picture(world, board).shape
        (192, 192, 3)
    """
    if tile < 4:
        raise InputError(f"tile = {tile}", why="allowed: 4 pixels or more")
    canvas = _room(world.size, tile)
    for cell, colour in zip(board.keys, board.colours, strict=True):
        name, at = grid.COLOURS[int(colour)], _place(world, cell)
        _paint(canvas[at], RGB[name], mask("key", tile))
        if letters:
            _paint(canvas[at], INK, mask(name, tile))
    _paint(canvas[_place(world, board.ball)], RGB["grey"], mask("ball", tile))
    cell, heading = divmod(int(board.pose), 4)
    turned = np.rot90(mask("agent", tile), -heading)
    _paint(canvas[_place(world, cell)], RGB["red"], turned)
    if shade:
        canvas[in_view(world, board)] += SHADE * (255 - canvas[in_view(world, board)])
    side = world.size * tile
    return canvas.swapaxes(1, 2).reshape(side, side, 3).round().astype(np.uint8)


def in_view(world: Keys, board: Board) -> Bool[np.ndarray, "rows columns"]:
    """Which cells of the room, walls included, the agent sees; its own is one.

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
        text[_place(world, cell)] = LETTERS[name]
    cell, heading = divmod(int(board.pose), 4)
    agent = ">v<^"[heading]
    text[_place(world, board.ball)], text[_place(world, cell)] = "o", agent
    keys = ", ".join(f"{LETTERS[name]} {name}" for name in names)
    legend = f"{agent} agent, o ball, {keys}; step {board.time} of {world.limit}"
    return "\n".join([*map(" ".join, text), legend])


def gif(
    frames: Sequence[UInt8[np.ndarray, "height width 3"]], *, fps: int | float = 4
) -> bytes:
    """A moving image that repeats for ever; the same frames give the same bytes.

    Equal neighbours become one frame that is shown for longer, as GIF allows.

    Args:
        frames: Pictures of one size, at least one.
        fps: Frames a second, 0.1 to 50; GIF counts time in steps of 10 ms.

    Raises:
        InputError: If there is no frame, or they would be shown too fast or slowly.

    Example:
        >>> gif([np.zeros((8, 8, 3), np.uint8)])[:6]
        b'GIF89a'
    """
    if not frames or not 0.1 <= fps <= 50:
        raise InputError(
            f"a moving image of {len(frames)} frames at {fps} a second",
            why="allowed: 1 frame or more, at 0.1 to 50 a second",
        )
    images = [
        Image.fromarray(frame).quantize(dither=Image.Dither.NONE) for frame in frames
    ]
    file = _Memory()
    images[0].save(
        file,  # pyright: ignore[reportArgumentType] (it can be written to)
        format="GIF",
        save_all=True,
        append_images=images[1:],
        duration=round(100 / fps) * 10,
        loop=0,
    )
    return bytes(file)


class _Memory(bytearray):
    """The one thing Pillow asks of a file: bytes can be written to it."""

    def write(self, data: bytes) -> int:
        """Append; this room has no files, not even ones in memory."""
        self.extend(data)
        return len(data)


def _room(size: int, tile: int) -> Canvas:
    """An empty room: walls, and a floor with a line at two sides of each cell."""
    canvas = np.full((size, size, tile, tile, 3), RGB["grey"], np.float64)
    line = max(1, tile // 32)
    canvas[1:-1, 1:-1, line:, line:] = 0
    return canvas


def _place(world: Keys, cell: SupportsInt) -> tuple[int, int]:
    """The row and column of a cell in the room, walls included."""
    row, column = divmod(int(cell), world.size - 2)
    return row + 1, column + 1


def _paint(
    pixels: Float64[np.ndarray, "tile tile 3"],
    colour: tuple[int, int, int],
    covered: Float[np.ndarray, "tile tile"],
) -> None:
    """Lay a colour over a tile, in place, where a shape covers it."""
    pixels += covered[:, :, None] * (np.array(colour) - pixels)
