"""Animated GIFs."""

import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from telic.core.errors import InputError


def gif(
    frames: Sequence[UInt8[np.ndarray, "height width 3"]], *, fps: int | float = 4
) -> bytes:
    """An animated GIF that repeats forever; the same frames give the same bytes.

    Equal neighbours become one frame of longer duration. A frame keeps its colours
    exactly if it has 256 of them or fewer.

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
    first, *others = (
        Image.fromarray(frame).quantize(dither=Image.Dither.NONE) for frame in frames
    )
    file = io.BytesIO()
    first.save(
        file,
        format="GIF",
        save_all=True,
        append_images=others,
        duration=round(100 / fps) * 10,
        loop=0,
    )
    return file.getvalue()
