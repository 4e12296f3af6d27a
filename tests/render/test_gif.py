"""Moving images: every frame as it was, and the same bytes for the same frames."""

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from telic.core.errors import InputError
from telic.render.gif import gif
from telic.render.keys_picture import picture
from telic.worlds.keys import Keys
from tests.worlds.boards import board

WORLD = Keys()
BOARD = board("> . . P / . . . . / . o . B / . . . E", time=7)


def test_a_gif_gives_back_every_frame_exactly_at_its_pace():
    frames = [picture(WORLD, BOARD._replace(pose=np.int32(i))) for i in range(9)]
    image = Image.open(io.BytesIO(gif(frames, fps=5)))
    back = [np.asarray(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
    assert len(back) == len(frames)
    assert all(map(np.array_equal, back, frames))
    assert image.info["duration"] == 200
    assert image.info["loop"] == 0


def test_the_same_frames_give_the_same_bytes():
    frames = [picture(WORLD, BOARD), picture(WORLD, BOARD, shade=False)]
    assert gif(frames) == gif(frames)


@pytest.mark.parametrize(("count", "fps"), [(0, 4), (1, 0), (1, 51), (1, -1)])
def test_a_gif_without_frames_or_at_an_impossible_pace_is_refused(count, fps):
    with pytest.raises(InputError, match=f"{count} frames at {fps} a second"):
        gif([picture(WORLD, BOARD)] * count, fps=fps)
