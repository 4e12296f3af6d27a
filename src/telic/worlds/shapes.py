"""Shapes as masks: how much of each pixel of a tile a key, a ball or a letter covers.

A shape is a function of points: `inside(x, y)` over the unit square, x to the right and
y downwards. `mask` samples it at several points a pixel, so that edges are smooth at
every size of tile, without a drawing library and the same on every machine.
"""

import functools
import itertools
from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float, Float64

from telic.core.names import lookup

Points = Float[np.ndarray, "..."]
Inside = Bool[np.ndarray, "..."]
Point = Float64[np.ndarray, " 2"]
Path = tuple[tuple[int | float, int | float], ...]

SAMPLES = 4
"""Sample points a pixel, along each axis."""

LETTERS = {
    "red": "R",
    "green": "G",
    "blue": "B",
    "purple": "P",
    "yellow": "Y",
    "grey": "E",
}
"""What stands for each colour where colour alone would not do: its first letter, except
that green has the G and grey the E."""


def _bowl(top: int | float, bottom: int | float) -> Path:
    """The bow of a P, B or R: out from the stem and back."""
    third = (bottom - top) / 3
    return (
        (0, top),
        (0.7, top),
        (1, top + third),
        (1, bottom - third),
        (0.7, bottom),
        (0, bottom),
    )


BOX = np.array([[0.65, 0.17], [0.82, 0.43]])
"""The top left and bottom right corner of a letter in its tile."""

STEM: Path = ((0, 0), (0, 1))
STROKES: dict[str, tuple[Path, ...]] = {
    "R": (STEM, _bowl(0, 0.52), ((0.45, 0.52), (1, 1))),
    "G": (
        ((1, 0.18), (0.7, 0), (0.3, 0), (0, 0.3), (0, 0.7), (0.3, 1), (0.7, 1)),
        ((0.7, 1), (1, 0.8), (1, 0.55), (0.6, 0.55)),
    ),
    "B": (STEM, _bowl(0, 0.47), _bowl(0.47, 1)),
    "P": (STEM, _bowl(0, 0.55)),
    "Y": (((0, 0), (0.5, 0.5), (1, 0)), ((0.5, 0.5), (0.5, 1))),
    "E": (STEM, ((1, 0), (0, 0)), ((0.8, 0.5), (0, 0.5)), ((1, 1), (0, 1))),
}
"""The strokes of each letter in a box of its own, from its top left corner."""


def key(x: Points, y: Points) -> Inside:
    """A key that hangs on the left of its tile; the right is left for its letter."""
    bow = np.abs(np.hypot(x - 0.36, y - 0.28) - 0.135) <= 0.055
    shaft = (np.abs(x - 0.36) <= 0.06) & (y >= 0.42) & (y <= 0.88)
    tooth = (np.abs(y - 0.66) <= 0.045) | (np.abs(y - 0.83) <= 0.05)
    return bow | shaft | (tooth & (x >= 0.36) & (x <= 0.57))


def ball(x: Points, y: Points) -> Inside:
    """A ball in the middle of its tile."""
    return np.hypot(x - 0.5, y - 0.5) <= 0.3


def agent(x: Points, y: Points) -> Inside:
    """A triangle that points to the right."""
    return (x >= 0.14) & (np.abs(y - 0.5) <= 0.32 * (0.88 - x) / 0.74)


def letter(x: Points, y: Points, *, colour: str) -> Inside:
    """The letter of a colour, small, on the right of its tile.

    Raises:
        InputError: If there is no such colour.
    """
    strokes = STROKES[lookup(colour, LETTERS, kind="colour")]
    paths = [BOX[0] + (BOX[1] - BOX[0]) * np.array(path) for path in strokes]
    pieces = [piece for path in paths for piece in itertools.pairwise(path)]
    return np.logical_or.reduce([_near(x, y, *piece) for piece in pieces])


@functools.lru_cache(maxsize=256)
def mask(shape: str, tile: int) -> Float[np.ndarray, "tile tile"]:
    """The share of each pixel of a tile that a shape covers, 0 to 1.

    Args:
        shape: `key`, `ball`, `agent`, or a colour for its letter.
        tile: Pixels along each side of the tile.

    Example:
        >>> float(mask("ball", 32)[16, 16]), float(mask("ball", 32)[0, 0])
        (1.0, 0.0)
    """
    shapes: dict[str, Callable[[Points, Points], Inside]] = {
        "key": key,
        "ball": ball,
        "agent": agent,
        **{name: functools.partial(letter, colour=name) for name in LETTERS},
    }
    at = (np.arange(tile * SAMPLES) + 0.5) / (tile * SAMPLES)
    inside = lookup(shape, shapes, kind="shape")(*np.meshgrid(at, at))
    covered = inside.reshape(tile, SAMPLES, tile, SAMPLES).mean(axis=(1, 3))
    covered.flags.writeable = False  # it is shared by all who ask
    return covered


def _near(x: Points, y: Points, start: Point, end: Point) -> Inside:
    """Whether points lie within half a stroke's width of a straight piece."""
    dx, dy = end - start
    x, y = x - start[0], y - start[1]
    along = np.clip((x * dx + y * dy) / (dx**2 + dy**2), 0, 1)
    return np.hypot(x - along * dx, y - along * dy) <= 0.028
