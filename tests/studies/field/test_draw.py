"""The picture of a field shows each agent, and says in letters what colours say."""

import xml.etree.ElementTree as ET

import jax
import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Polygon

from telic.policies import MLP, Recurrent, create
from telic.render.style import COLOURS, PAPER, svg
from telic.studies.field import field
from telic.studies.field.board import corner
from telic.studies.field.draw import draw_field
from telic.studies.field.starts import ARROW, FAINT, SIDE, face
from telic.worlds import Keys
from telic.worlds.grid import LETTERS
from tests.worlds.boards import board

WORLD, POLICY = Keys(), MLP(width=8)
BOARD = board("> . . P / . . . . / . o . B / . . . G")
SVG = "{http://www.w3.org/2000/svg}"


def fields(*names, start=BOARD, world=WORLD):
    """The field of agents that do what they do without a reason."""
    agents = {}
    for seed, name in enumerate(names):
        agent = create(jax.random.key(seed), POLICY, world)
        decided = {"actor/3/kernel": agent["actor/3/kernel"] * 200}
        agents[name] = agent.replace({**agent, **decided})
    return field(agents, world, start)


@pytest.fixture(scope="module")
def two():
    return fields("before", "after")


def boards(figure):
    """The axes of the boards: those with a title."""
    return [axes for axes in figure.axes if axes.get_title()]


def written(axes):
    """What is written on axes, by where it stands."""
    return {text.get_position(): text.get_text() for text in axes.texts}


def cell_of(at):
    """The corner of the cell in which a point lies."""
    return tuple(np.floor(at).astype(int).tolist())


def sides(axes):
    """The sides of all frames, in the order in which they were drawn."""
    shapes = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    return [shape for shape in shapes if len(shape.get_xy()) == len(SIDE) + 1]


def arrows(axes):
    """The arrows of all cells."""
    shapes = [patch for patch in axes.patches if isinstance(patch, Polygon)]
    return [shape for shape in shapes if len(shape.get_xy()) == len(ARROW) + 1]


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_agent_has_a_board_under_its_name(count):
    names = [f"agent {i}" for i in range(count)]
    figure = draw_field(fields(*names))
    assert [axes.get_title() for axes in boards(figure)] == names


def test_boards_stand_in_rows_of_three_and_do_not_touch():
    figure = draw_field(fields(*map(str, range(5))))
    places = [axes.get_position() for axes in figure.axes]
    assert len({round(b.get_position().y0, 6) for b in boards(figure)}) == 2
    for i, one in enumerate(places):
        assert one.x0 >= 0 and one.x1 <= 1 and one.y0 >= 0 and one.y1 <= 1
        assert not any(one.shrunk(0.99, 0.99).overlaps(two) for two in places[:i])


def test_no_colour_stands_without_its_letter(two):
    figure = draw_field(two)
    *_, legend = figure.axes
    for axes in boards(figure):
        for cell, colour in ((3, "purple"), (11, "blue"), (15, "green")):
            x, y = corner(cell, 4)
            inside = [
                t for (a, b), t in written(axes).items() if a // 1 == x and b // 1 == y
            ]
            assert inside == [LETTERS[colour]]
    for outcome in two.outcomes:
        shown = face(outcome, two.limit)
        assert {shown.letter, shown.words} <= set(written(legend).values())


def test_faces_differ_in_colour_and_letter():
    faces = [face(name, 40) for name in (*LETTERS, "fatal", "timeout")]
    assert len({shown.letter for shown in faces}) == len(faces)
    assert len({shown.words for shown in faces}) == len(faces)


def test_a_side_shows_the_likeliest_outcome_and_how_likely_it_is(two):
    axes = boards(draw_field(two))[1]
    found = [(to_hex(p.get_facecolor()), p.get_alpha()) for p in sides(axes)]
    expected = [
        (face(two.outcomes[np.argmax(walk)], 40).colour, pytest.approx(walk.max()))
        for cell in np.flatnonzero(two.free)
        for walk in two.walks[1, cell]
    ]
    assert found == expected


def test_sides_lie_in_their_cell_on_the_side_to_which_the_agent_looks(two):
    axes = boards(draw_field(two))[0]
    middles = [p.get_xy()[:-1].mean(axis=0) for p in sides(axes)]
    assert [cell_of(m) for m in middles[:4]] == [(0, 0)] * 4
    offsets = np.array(middles[:4]) - 0.5
    assert np.sign(offsets.round(9)).tolist() == [[1, 0], [0, 1], [-1, 0], [0, -1]]


def test_arrows_point_along_the_drift(two):
    axes = boards(draw_field(two))[0]
    found = arrows(axes)
    for arrow in found:
        tip, tail = arrow.get_xy()[3], arrow.get_xy()[[0, 6]].mean(axis=0)
        x, y = cell_of((tip + tail) / 2)
        step = two.drift[0, y * 4 + x]
        ahead = (tip - tail) / np.hypot(*(tip - tail))
        assert ahead == pytest.approx(step / np.hypot(*step))
    lengths = np.hypot(*two.drift[0][two.free].T)
    assert len(found) == (lengths > FAINT).sum() > 0


def test_the_shares_are_written_under_their_board(two):
    below = draw_field(two).axes[1]
    shares = [f"{100 * share:.0f} %" for share in two.overall[0]]
    assert [text.split(maxsplit=1)[1] for text in written(below).values()] == shares
    assert sum(p.get_width() for p in below.patches) == pytest.approx(1)


def test_the_picture_is_the_same_bytes_every_time_and_asks_for_nothing(two):
    figure = draw_field(two)
    text = svg(figure)
    assert text == svg(figure) == svg(draw_field(two))
    root = ET.fromstring(text)
    assert root.tag == SVG + "svg"
    links = [v for e in root.iter() for k, v in e.attrib.items() if "href" in k]
    assert all(link.startswith("#") for link in links)


def test_its_ground_is_paper_and_its_colours_are_those_of_other_figures(two):
    figure = draw_field(two)
    assert to_hex(figure.get_facecolor()) == PAPER
    assert {COLOURS["blue"], COLOURS["purple"]} <= {
        to_hex(p.get_facecolor()) for p in figure.axes[0].patches
    }


def test_a_letter_on_ink_is_paper_so_that_it_can_be_read_on_a_dark_page_too(two):
    *_, legend = draw_field(two).axes
    (dies,) = [text for text in legend.texts if text.get_text() == "×"]
    assert dies.get_color() == PAPER


def test_a_picture_of_an_agent_with_memory_says_that_it_has_no_past(two):
    agents = {
        name: create(jax.random.key(0), policy, WORLD)
        for name, policy in {"plain": POLICY, "gru": Recurrent(8, 8)}.items()
    }
    figure = draw_field(field(agents, WORLD, BOARD))
    *_, legend = figure.axes
    said = [text for text in legend.texts if "memory" in text.get_text()]
    assert "first step of an episode" in said[0].get_text()
    edges = legend.get_ylim()
    assert max(text.get_position()[1] for text in legend.texts) < max(edges)
    *_, plain = draw_field(two).axes
    assert not [text for text in plain.texts if "memory" in text.get_text()]


def test_names_are_drawn_as_plain_text_and_settings_left_alone():
    before = dict(matplotlib.rcParams)
    assert "<script" not in svg(draw_field(fields("<script>$\\frac$")))
    assert dict(matplotlib.rcParams) == before


def test_many_keys_in_a_large_room_are_drawn():
    world = Keys(
        size=8, colours=("purple", "blue", "red", "green", "yellow"), others=("grey",)
    )
    start = world.reset(world.sample_noise(jax.random.key(0)))
    svg(draw_field(fields("it", start=start, world=world)))
