"""The figures of trials: no edit without its null, no colour without a label."""

import functools
import re
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection, LineCollection
from matplotlib.figure import Figure

from telic.core.errors import InputError
from telic.render.bars import bars
from telic.render.curves import recovery
from telic.render.dose import dose
from telic.render.style import svg
from telic.trials import Condition, effects
from tests.trials.tables import DOSES, GRAFTS, LAYERS, made

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</svg><script>&amp;\x1b\u202e$\\frac$"
LABEL = "Share with the new colour"
FIGURES = {
    "dose": functools.partial(dose, axis="Dose", curve="mean"),
    "graft": functools.partial(dose, axis="%", curve="graft", log=True),
    "bars": functools.partial(bars, caption=lambda c: " ".join(c)),
}
GROUPS = {"dose": DOSES, "graft": GRAFTS, "bars": LAYERS}
MISSING = [(0, (DOSES[1], "")), (1, (GRAFTS[2], "signs"))]
MISSING += [(1, (LAYERS[0], "")), (2, (LAYERS[0], "gaussian"))]

every_figure = pytest.mark.parametrize("name", FIGURES)


def curves(seeds=8, rollouts=20, names=("edited", "noise", "unedited")):
    """Returns that rise, each seed by its own luck."""
    rising = 1 - np.exp(-np.arange(rollouts) / 5)
    luck = np.linspace(-0.03, 0.03, seeds)[:, None]
    return {name: (0.6 + 0.1 * i) * rising + luck for i, name in enumerate(names)}


trained_on = functools.partial(recovery, label="Return", steps_per_rollout=1000)


def figure_of(name, table, *, measure="new", edits=None, **how):
    """A figure of the effects of one group."""
    shown = effects(
        table, edits or GROUPS[name], measure=measure, also=("old", "length")
    )
    return FIGURES[name](shown, **{"label": LABEL} | how)


def said(figure: Figure) -> list[str]:
    """Every text of a figure, as it stands in its SVG."""
    found = re.findall(r"<!-- (.*?) -->", svg(figure), re.DOTALL)
    return [re.sub(r"- (?=-)", "-", text) for text in found]


def drawn(figure: Figure, marker: str) -> list[np.ndarray]:
    """The points of the large marks of one shape; samples in the margin are no such."""
    (axes,) = figure.axes
    lines = [line for line in axes.lines if line.get_marker() == marker]
    points = [np.array(line.get_xydata()) for line in lines if line.get_ms() >= 5]
    return [some for some in points if len(some) > 3]


def collections(figure: Figure, kind: type) -> list:
    (axes,) = figure.axes
    return [part for part in axes.collections if isinstance(part, kind)]


@every_figure
@pytest.mark.parametrize("seeds", [3, 8])
def test_every_edit_is_drawn_beside_its_strongest_null(name, seeds):
    table = made(seeds=seeds)
    figure, along = figure_of(name, table), 0 if name == "bars" else 1
    found = effects(table, GROUPS[name], measure="new").edits
    (edits,), (nulls,) = drawn(figure, "o"), drawn(figure, "s")
    rates = [one.verdict.rate.estimate for one in found]
    strongest = [one.null.rate.estimate for one in found]
    assert edits[:, along].tolist() == pytest.approx(rates)
    assert nulls[:, along].tolist() == pytest.approx(strongest)
    apart = np.abs(edits[:, 1 - along] - nulls[:, 1 - along])
    assert (apart < 0.5).all()  # the null of an edit stands in the edit's own place


@every_figure
def test_a_figure_names_what_it_shows_in_words(name):
    texts = said(figure_of(name, made()))
    assert LABEL in texts
    assert {"no edit, 0.05", "donor, 0.95"} <= set(texts)
    assert any("95 % interval" in t and "n = 8 seeds" in t for t in texts)
    if name == "bars":
        assert {" ".join(edit) for edit in LAYERS} <= set(texts)
        assert texts.count("signs") == len(LAYERS)
    else:
        group = GROUPS[name][0].group
        assert {group, "strongest null"} <= set(texts)


@every_figure
def test_few_seeds_are_dots_without_an_interval(name):
    figure = figure_of(name, made(seeds=3))
    assert not collections(figure, FillBetweenPolyCollection)
    lines = [
        path for c in collections(figure, LineCollection) for path in c.get_paths()
    ]
    assert not any(np.isfinite(path.vertices).all() for path in lines)
    assert any(text == "dots: each seed, n = 3 seeds" for text in said(figure))


@every_figure
def test_seeds_that_lack_a_row_are_left_out_and_the_count_says_so(name):
    figure = figure_of(name, made(missing=MISSING))
    assert any("n = 7 to 8 seeds" in text for text in said(figure))


@every_figure
def test_a_trial_without_a_donor_is_drawn(name):
    texts = said(figure_of(name, made(donor=False)))
    assert not any("donor" in text for text in texts)


@every_figure
def test_a_measure_that_is_no_rate_is_drawn_in_its_own_unit(name):
    figure = figure_of(name, made(), measure="length")
    (axes,) = figure.axes
    low, high = axes.get_xlim() if name == "bars" else axes.get_ylim()
    assert 5 < low < 11 and 29 < high < 35
    assert "no edit, 11.00" in said(figure)


@every_figure
def test_a_figure_is_the_same_bytes_every_time_and_leaves_settings_alone(name):
    before = dict(matplotlib.rcParams)
    text = svg(figure_of(name, made()))
    assert text == svg(figure_of(name, made()))
    assert ET.fromstring(text).tag == SVG + "svg"
    assert dict(matplotlib.rcParams) == before


@every_figure
def test_names_from_anywhere_stay_plain_text(name):
    edits = [Condition(HOSTILE, edit.value) for edit in GROUPS[name]]
    table = made(edits, nulls=("gaussian", HOSTILE))
    words = {"label": HOSTILE, "caption": lambda edit: f"{edit.group} {edit.value}"}
    if name != "bars":
        words = {"label": HOSTILE, "curve": HOSTILE, "axis": HOSTILE}
    text = svg(figure_of(name, table, edits=edits, **words))
    assert "<script" not in text and "\x1b" not in text and "\u202e" not in text
    assert "&lt;/svg&gt;&lt;script&gt;" in text
    ET.fromstring(text)


def test_another_measure_is_drawn_with_its_own_mark_and_label():
    figure = figure_of("dose", made(), other=("old", "still the old colour"))
    (axes,) = figure.axes
    (line,) = [
        line
        for line in axes.lines
        if line.get_marker() == "v" and len(line.get_xydata()) == len(DOSES)
    ]
    assert line.get_ydata() == pytest.approx(0.2)
    assert line.is_dashed()
    assert "still the old colour" in said(figure)


def test_another_measure_has_room_on_the_axis():
    figure = figure_of("dose", made(), other=("length", "steps"))
    assert figure.axes[0].get_ylim()[1] > 26


def test_a_curve_is_drawn_from_low_to_high_doses_whatever_their_order():
    (edits,) = drawn(figure_of("dose", made(), edits=DOSES[::-1]), "o")
    assert edits[:, 0].tolist() == [-1.0, 0.5, 1.0, 2.0]


def test_a_logarithmic_axis_names_the_doses_that_were_tried():
    figure = figure_of("graft", made())
    assert figure.axes[0].get_xscale() == "log"
    assert {"0.1", "1", "10", "50"} <= set(said(figure))


def test_doses_too_close_to_be_named_are_drawn_all_the_same():
    edits = [Condition("rank", float(x)) for x in (*range(1, 30), 1000)]
    figure = figure_of("graft", made(edits), edits=edits)
    assert 5 < len(figure.axes[0].get_xticks()) < 30
    assert len(drawn(figure, "o")[0]) == 30


@pytest.mark.parametrize(
    ("edits", "log", "why"),
    [
        (LAYERS, False, "no place"),
        (DOSES, True, "stands at -1"),
        ((), False, "no edit"),
    ],
)
def test_what_has_no_place_on_the_axis_is_refused(edits, log, why):
    with pytest.raises(InputError, match=why):
        dose(effects(made(), edits, measure="new"), label="x", axis="x", log=log)


@pytest.mark.parametrize("count", [1, 4, 20])
def test_rows_of_bars_do_not_touch(count):
    edits = [Condition("layers", str(number)) for number in range(count)]
    figure = figure_of("bars", made(edits), edits=edits)
    svg(figure)
    (axes,) = figure.axes
    inches = axes.get_position().height * figure.get_figheight()
    assert inches / count > 0.25


def test_every_curve_of_recovery_has_a_label_a_mark_and_a_line_of_its_own():
    figure = trained_on(curves(), marks={"before the edit": 0.9})
    texts = said(figure)
    assert {*curves(), "before the edit, 0.90", "Return"} <= set(texts)
    assert any("95 % interval, n = 8 seeds" in text for text in texts)
    (axes,) = figure.axes
    lines = [line for line in axes.lines if len(line.get_xdata()) == 20]
    assert len({line.get_marker() for line in lines}) == 3
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == 3
    assert lines[0].get_xdata()[:3] == pytest.approx([0, 1, 2])  # thousands of steps


def test_recovery_of_few_seeds_shows_each_and_gaps_are_left_open():
    given = curves(seeds=3)
    given["edited"][:, 4] = np.nan
    given["noise"][1, 7:] = np.nan
    figure = trained_on(given)
    assert not collections(figure, FillBetweenPolyCollection)
    assert "line: mean; dots: each seed, n = 3 seeds" in said(figure)
    lines = [line for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert np.isnan(lines[0].get_ydata()[4])


def test_recovery_is_the_same_bytes_every_time_and_names_stay_plain_text():
    given = curves(names=("edited", HOSTILE))
    text = svg(trained_on(given, marks={HOSTILE: 0.5}))
    assert text == svg(trained_on(given, marks={HOSTILE: 0.5}))
    assert "<script" not in text and "\x1b" not in text
    ET.fromstring(text)


@pytest.mark.parametrize("given", [{}, {"edited": np.full((3, 4), np.nan)}])
def test_recovery_of_nothing_is_refused(given):
    with pytest.raises(InputError):
        trained_on(given)
