"""What pictures of the Keys world show: colours, letters, the view."""

import dataclasses

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from telic.core.errors import InputError
from telic.render.keys_picture import INK, RGB, ansi, in_view, picture
from telic.worlds import grid
from telic.worlds.grid import LETTERS
from telic.worlds.keys import Keys
from tests.worlds.boards import board

WORLD = Keys()
BOARD = board("> . . P / . . . . / . o . B / . . . E", time=7)
NARROW = dataclasses.replace(WORLD, view=3)
observe = jax.jit(NARROW.observe)
deal = jax.jit(lambda seed: WORLD.reset(WORLD.sample_noise(jax.random.key(seed))))
seeds = st.integers(0, 2**31 - 1)


def tile(pixels, row, column, size=32):
    """The pixels of one cell of the room, walls included."""
    return pixels[row * size : (row + 1) * size, column * size : (column + 1) * size]


def colours(pixels):
    """The set of colours of some pixels."""
    return {tuple(pixel) for pixel in pixels.reshape(-1, 3).tolist()}


@pytest.mark.parametrize(("size", "side"), [(4, 24), (16, 96), (32, 192), (33, 198)])
def test_a_picture_is_a_square_of_bytes(size, side):
    pixels = picture(WORLD, BOARD, tile=size)
    assert pixels.shape == (side, side, 3)
    assert pixels.dtype == np.uint8


def test_a_picture_of_the_same_board_is_the_same_picture():
    assert np.array_equal(picture(WORLD, BOARD), picture(WORLD, BOARD))


def test_a_tile_of_too_few_pixels_is_refused():
    with pytest.raises(InputError, match="tile = 3"):
        picture(WORLD, BOARD, tile=3)


def test_everything_has_its_colour_in_its_own_cell():
    pixels = picture(WORLD, BOARD, shade=False)
    places = {"red": (1, 1), "purple": (1, 4), "blue": (3, 4), "grey": (3, 2)}
    for name, place in places.items():
        assert RGB[name] in colours(tile(pixels, *place))
    assert tile(pixels, 1, 1)[16, 16].tolist() == list(RGB["red"])
    assert tile(pixels, 3, 2)[16, 16].tolist() == list(RGB["grey"])
    assert colours(tile(pixels, 0, 3)) == {RGB["grey"]}
    assert tile(pixels, 2, 2)[16, 16].tolist() == [0, 0, 0]


@pytest.mark.parametrize("heading", range(4))
def test_the_triangle_points_where_the_agent_looks(heading):
    turned = BOARD._replace(pose=np.int32(heading))
    red = tile(picture(WORLD, turned, shade=False), 1, 1)[:, :, 0] > 128
    y, x = np.argwhere(red).T - 15.5
    widest = {0: x < -8, 1: y < -8, 2: x > 8, 3: y > 8}[heading].sum()
    tip = {0: x > 8, 1: y > 8, 2: x < -8, 3: y < -8}[heading].sum()
    assert widest > 3 * tip > 0


def test_each_key_has_its_letter_beside_it_unless_it_is_not_wanted():
    plain = picture(WORLD, BOARD, shade=False, letters=False)
    lettered = picture(WORLD, BOARD, shade=False)
    rows, columns = np.nonzero((plain != lettered).any(axis=2))
    changed = set(zip((rows // 32).tolist(), (columns // 32).tolist(), strict=True))
    assert changed == {(1, 4), (3, 4), (4, 4)}
    assert INK in colours(tile(lettered, 1, 4))
    assert INK not in colours(plain)


def letter(colour, size):
    """The pixels of one cell that the letter of a key there changes, and without it."""
    one = board("> . / o P")._replace(colours=np.array([grid.COLOURS.index(colour)]))
    small = Keys(size=4, colours=(colour,), others=())
    cells = [
        tile(picture(small, one, tile=size, shade=False, letters=shown), 2, 2, size)
        for shown in (True, False)
    ]
    return (cells[0] != cells[1]).any(axis=2), cells[1]


@pytest.mark.parametrize("size", [16, 24, 32])
def test_no_two_colours_have_the_same_letter_or_glyph(size):
    assert set(LETTERS) == set(grid.COLOURS)
    assert len(set(LETTERS.values())) == len(LETTERS)
    glyphs = {letter(colour, size)[0].tobytes() for colour in LETTERS}
    assert len(glyphs) == len(LETTERS)


@pytest.mark.parametrize("size", [16, 24, 32, 64])
@pytest.mark.parametrize("colour", LETTERS)
def test_a_letter_never_covers_its_key(colour, size):
    changed, plain = letter(colour, size)
    assert changed.sum() > size**2 / 64
    assert not plain[changed].any()


@given(seeds)
def test_the_shade_lightens_what_is_in_view_and_nothing_else(seed):
    some = deal(seed)
    dark, light = picture(WORLD, some, shade=False), picture(WORLD, some)
    seen = np.kron(in_view(WORLD, some), np.ones((32, 32), bool))
    assert np.array_equal(light[~seen], dark[~seen])
    lighter = dark[seen] + 0.3 * (255.0 - dark[seen])
    assert np.abs(light[seen] - lighter).max() <= 1


@given(seeds)
def test_what_is_in_view_is_what_the_agent_observes(seed):
    some = deal(seed)
    codes = np.asarray(observe(some))
    seen = in_view(NARROW, some)[1:-1, 1:-1].reshape(-1)
    assert seen[int(some.ball)] == (grid.BALL in codes)
    assert seen[some.keys].sum() == (codes >= grid.KEY).sum()


def test_text_shows_the_room_row_by_row_and_says_what_its_letters_mean():
    assert ansi(WORLD, BOARD).splitlines() == [
        "# # # # # #",
        "# > . . P #",
        "# . . . . #",
        "# . o . B #",
        "# . . . E #",
        "# # # # # #",
        "> agent, o ball, P purple, B blue, E grey; step 7 of 180",
    ]


@pytest.mark.parametrize(("heading", "sign"), list(enumerate(">v<^")))
def test_text_shows_where_the_agent_looks(heading, sign):
    turned = BOARD._replace(pose=np.int32(heading))
    assert ansi(WORLD, turned)[14] == sign


def test_an_agent_on_a_key_hides_it_in_text_and_stands_on_it_in_pixels():
    on = BOARD._replace(pose=np.int32(3 * 4))
    assert "P" not in "".join(ansi(WORLD, on).splitlines()[:-1])
    found = colours(tile(picture(WORLD, on, shade=False), 1, 4))
    assert {RGB["purple"], RGB["red"]} <= found
