"""MiniGrid's geometry and vocabulary as look-up tables.

A step of a small gridworld is a handful of integer look-ups. The tables here are made
once, with NumPy, for a square of `cells = width * width` interior cells; the cell at
column x and row y has the index `y * width + x`, and the index `cells` is a wall.
A *pose* is `cell * 4 + heading`; headings are 0 right, 1 down, 2 left, 3 up.

Conventions follow MiniGrid (Chevalier-Boisvert et al. 2023, arXiv 2306.13831): the
view is an egocentric square with the agent in the middle of its last row, everything
off the map is a wall, and view cells are numbered column by column.
"""

import dataclasses
import functools

import numpy as np
from jaxtyping import Float32, Int32, UInt8

COLOURS = ("red", "green", "blue", "purple", "yellow", "grey")
"""MiniGrid's colours, by index."""

LETTERS: dict[str, str] = dict(zip(COLOURS, "RGBPYE", strict=True))
"""The letter of each colour, for readers who cannot tell colours apart: the first one,
except that grey has E, as green has G."""

ACTIONS = ("left", "right", "forward", "pickup", "drop", "toggle", "done")
"""MiniGrid's actions, by index."""

HEADINGS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""The step (x, y) ahead for each heading."""

AROUND = ((-1, -1), (0, -1), (1, -1), (-1, 0), (1, 0), (-1, 1), (0, 1), (1, 1))
"""The steps (x, y) to the eight neighbours of a cell."""

EMPTY, WALL, BALL, KEY = 0, 1, 2, 3
"""The codes of a view cell; `KEY + i` is a key of the i-th colour."""

CODES = KEY + len(COLOURS)
"""The number of codes."""

OBJECTS = 11
"""The kinds of object in MiniGrid; also the index of the first colour channel."""


def triples() -> UInt8[np.ndarray, "codes 3"]:
    """MiniGrid's (object, colour, state) numbers for each of our codes.

    Example:
        >>> triples()[KEY + COLOURS.index("purple")].tolist()
        [5, 3, 0]
    """
    grey = COLOURS.index("grey")
    fixed = [(1, 0, 0), (2, grey, 0), (6, grey, 0)]
    keys = [(5, colour, 0) for colour in range(len(COLOURS))]
    return np.array(fixed + keys, np.uint8)


def one_hot() -> Float32[np.ndarray, "codes 20"]:
    """MiniGrid's one-hot channels for each code: 11 objects, 6 colours, 3 states.

    Example:
        >>> one_hot().shape, one_hot().sum(axis=1).tolist()[:2]
        ((9, 20), [3.0, 3.0])
    """
    kind, colour, state = triples().T
    parts = [np.eye(OBJECTS)[kind], np.eye(6)[colour], np.eye(3)[state]]
    return np.concatenate(parts, axis=1).astype(np.float32)


@dataclasses.dataclass(frozen=True)
class Tables:
    """The geometry of one square and one size of view.

    Attributes:
        front: (poses,) the cell ahead of a pose; `cells` if it is a wall.
        view: (poses, cells + 1) the view cell of each cell; `view**2` if it is not in
            view, as the agent's own cell never is.
        backdrop: (poses, view**2) the code of each view cell of an empty board.
        neighbour: (cells, 8) the neighbours of a cell; `cells` where there is a wall.
        beside: (cells, cells + 1) the bit of the direction from one cell to another,
            1 << direction; 0 if the two are not neighbours.
        inside: (cells,) the bits of the directions without a wall.
        choice: (256, 8) the r-th direction among those whose bits are set.
        count: (256,) the number of bits that are set.
    """

    front: Int32[np.ndarray, " poses"]
    view: Int32[np.ndarray, "poses cells_and_wall"]
    backdrop: UInt8[np.ndarray, "poses view_cells"]
    neighbour: Int32[np.ndarray, "cells 8"]
    beside: Int32[np.ndarray, "cells cells_and_wall"]
    inside: Int32[np.ndarray, " cells"]
    choice: Int32[np.ndarray, "256 8"]
    count: Int32[np.ndarray, " 256"]


@functools.cache
def grid_tables(width: int, view: int, walls: frozenset[int] = frozenset()) -> Tables:
    """All look-up tables for a square of width × width cells and a view × view view.

    Args:
        width: The cells in a row.
        view: The width of the view.
        walls: Cells of the square that are walls too; all cells keep their numbers.

    Example:
        >>> grid_tables(4, 5).front[:4].tolist()  # of the corner: right, down, out, out
        [1, 4, 16, 16]
        >>> grid_tables(4, 5, frozenset({1})).front[:4].tolist()
        [16, 4, 16, 16]
    """
    neighbour = _steps(width, AROUND, walls)
    beside = np.zeros((width**2, width**2 + 1), np.int32)
    for direction, cells in enumerate(neighbour.T):
        beside[np.arange(width**2), cells] |= 1 << direction
    beside[:, -1] = 0  # several directions share the wall's index, so it has no bit
    seen, backdrop = _views(width, view, walls)
    choice, count = _choices()
    return Tables(
        front=_steps(width, HEADINGS, walls).reshape(-1),
        view=seen,
        backdrop=backdrop,
        neighbour=neighbour,
        beside=beside,
        inside=beside.sum(axis=1, dtype=np.int32),
        choice=choice,
        count=count,
    )


def _steps(
    width: int, steps: tuple[tuple[int, int], ...], walls: frozenset[int]
) -> Int32[np.ndarray, "cells steps"]:
    """The cell to which each step leads from each cell; `width**2` for a wall."""
    y, x = np.divmod(np.arange(width**2)[:, None], width)
    dx, dy = np.array(steps).T
    x, y = x + dx, y + dy
    free = (x >= 0) & (x < width) & (y >= 0) & (y < width)
    cell = y * width + x
    free &= ~np.isin(cell, list(walls))
    return np.where(free, cell, width**2).astype(np.int32)


def _views(
    width: int, view: int, walls: frozenset[int]
) -> tuple[Int32[np.ndarray, "poses cells_and_wall"], UInt8[np.ndarray, "poses view"]]:
    """The view cell of each cell, and the backdrop of walls, for every pose."""
    poses = width**2 * 4
    seen = np.full((poses, width**2 + 1), view**2, np.int32)
    backdrop = np.full((poses, view**2), WALL, np.uint8)
    for pose in range(poses):
        cell, heading = divmod(pose, 4)
        (fx, fy), y, x = HEADINGS[heading], cell // width, cell % width
        for other in range(width**2):
            dy, dx = other // width - y, other % width - x
            ahead, right = dx * fx + dy * fy, dy * fx - dx * fy
            column, row = view // 2 + right, view - 1 - ahead
            if 0 <= column < view and 0 <= row < view:
                code = WALL if other in walls else EMPTY
                backdrop[pose, column * view + row] = code
                if other != cell:
                    seen[pose, other] = column * view + row
    return seen, backdrop


def _choices() -> tuple[Int32[np.ndarray, "256 8"], Int32[np.ndarray, " 256"]]:
    """The members of each set of bits in order, and their number."""
    choice = np.zeros((256, 8), np.int32)
    count = np.zeros(256, np.int32)
    for bits in range(256):
        members = [direction for direction in range(8) if bits >> direction & 1]
        choice[bits, : len(members)] = members
        count[bits] = len(members)
    return choice, count
