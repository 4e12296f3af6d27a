"""Every figure draws what it is given, the same bytes every time."""

import dataclasses
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.style import label, looks, svg
from telic.studies.alternation.figures import FIGURES
from telic.studies.alternation.figures.seed import seed
from telic.worlds import Goal, Keys, Objective
from tests.studies.handmade import summed

every_figure = pytest.mark.parametrize("name", FIGURES)
SVG = "{http://www.w3.org/2000/svg}"


@every_figure
def test_a_figure_is_the_same_svg_every_time(five, name):
    figure = FIGURES[name](five)
    assert isinstance(figure, Figure)
    text = svg(figure)
    assert text == svg(figure) == svg(FIGURES[name](five))
    assert ET.fromstring(text).tag == SVG + "svg"


@every_figure
def test_a_figure_has_no_date_and_asks_for_nothing(five, name):
    text = svg(FIGURES[name](five))
    root = ET.fromstring(text)
    assert root.find(f"{SVG}metadata") is None
    links = [v for e in root.iter() for k, v in e.attrib.items() if "href" in k]
    assert all(link.startswith("#") for link in links)


@every_figure
def test_a_figure_of_few_seeds_or_phases_is_drawn(runs, three, name):
    assert "n = 3 seeds" in words(FIGURES[name](three)) or name == "seed"
    svg(FIGURES[name](summed(runs(1, phases=1), Keys())))


@every_figure
def test_drawing_leaves_global_settings_alone(five, name):
    before = dict(matplotlib.rcParams)
    svg(FIGURES[name](five))
    assert dict(matplotlib.rcParams) == before


@every_figure
def test_names_are_drawn_as_plain_text(runs, name):
    hostile = "<script>$\\frac$"
    rows = {
        s: [rename(row, hostile) for row in run] for s, run in runs(4, phases=2).items()
    }
    assert "<script" not in svg(FIGURES[name](summed(rows, Renamed(blue=hostile))))


def test_the_posts_figure_shows_only_what_was_trained(five):
    (axes,) = seed(five, number=2).axes
    dots = [line for line in axes.lines if line.get_marker() in ("o", "^")]
    blue, purple = (np.array(line.get_xydata()) for line in dots)
    assert len(blue) == len(purple) == 12
    assert blue[3] == pytest.approx((0.004, 0.92))
    assert purple[0] == pytest.approx((0.005, 0.1))


def test_a_seed_that_was_not_run_has_no_figure(five):
    with pytest.raises(InputError, match="no seed 9"):
        seed(five, number=9)


def test_ink_follows_the_page(five):
    text = svg(FIGURES["seed"](five))
    assert "currentColor" in text
    assert "#1f2329" not in text


def test_looks_differ_in_colour_shape_and_letter():
    names = ["red", "green", "blue", "purple", "yellow", "grey", "fuel", "green2"]
    found = looks(names).values()
    assert len({look.colour for look in found}) == len(names)
    assert len({look.marker for look in found}) == len(names)
    assert len({look.letter for look in found}) == len(names)


def test_labels_are_short_and_printable():
    assert label("a\x1b[31m\u202eb") == "a[31mb"
    assert len(label("x" * 500)) == 28


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.texts)


@dataclasses.dataclass(frozen=True)
class Renamed(Keys):
    """Keys with another name in the place of blue."""

    blue: str = dataclasses.field(default="", kw_only=True)

    @property
    def events(self):
        return tuple(event.replace("blue", self.blue) for event in Keys().events)

    @property
    def goals(self):
        return {
            name: Goal(Objective(name, {}), f"pick_{name}")
            for name in (self.blue, "purple", "red")
        }


def rename(row: dict, name: str) -> dict:
    """The row, with another name in the place of blue."""
    row = {key.replace("blue", name): value for key, value in row.items()}
    return row | {"objective": row["objective"].replace("blue", name)}
