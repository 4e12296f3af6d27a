"""The pages of calibrate and locate: every method a row, no number without its n."""

import re

import numpy as np
import pytest

from telic.planted import DECOYS
from telic.render.faithful import faithful
from telic.render.page import markdown, render
from telic.render.plane import plane
from telic.report import calibrate, locate
from telic.studies import answers
from telic.studies.calibrated import calibrated
from telic.studies.located import located
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture
def board(tmp_path):
    """The page of the calibrate study."""
    settings = answers.settings_of(boards.CALIBRATE.planting)
    found = calibrated(boards.planted(tmp_path, SEEDS), settings)
    return calibrate.page(found, command="telic study calibrate")


@pytest.fixture
def natural(tmp_path):
    """The page of the locate study."""
    runs = boards.located(tmp_path, SEEDS, without=3)
    found = located(runs, answers.settings_of(boards.LOCATE))
    return locate.page(found, command="telic study locate found")


def test_every_method_has_a_row_and_every_rung_and_error_a_column(board):
    (table,) = board.sections[0].tables
    assert [row[0] for row in table.rows] == list(boards.METHODS)
    assert {"AUROC folded", "AUROC layer 1", *DECOYS, "false alarms"} < set(
        table.header
    )
    assert "6 seeds" in table.caption
    magnitude = dict(zip(table.header, table.rows[0], strict=True))
    assert magnitude["AUROC folded"] == "1.000 [1.000, 1.000]"
    assert magnitude["p (CPR)"] == f"{2 * 2 / 2**6:.3f}"
    assert dict(zip(table.header, table.rows[-1], strict=True))["p (CPR)"] == "–"


def test_the_findings_name_the_best_of_each_rung_beside_chance_and_who_errs(board):
    text = "\n".join(board.findings)
    assert "folded: best magnitude, AUROC 1.000 [1.000, 1.000]; random" in text
    assert re.search(r"False alarms: most by probe, 1\.000 .*fewest of magnitude", text)
    assert "dead decoys: most at the top of probe" in text


def test_the_pages_are_written_in_both_forms_without_a_missing_number(board, natural):
    for page in (board, natural):
        text = markdown(page)
        assert "nan" not in re.sub(r"[^\W\d_]{4,}", "", text)
        assert "<svg" in render(page)


def test_the_locate_page_says_how_many_seeds_had_no_goal(natural):
    assert natural.title == "Located: 10 goals of 5 of 6 seeds"
    assert natural.findings[0].startswith("1 of 6 seeds offered no goal")


def test_the_locate_page_sets_reading_beside_moving(natural):
    (table,) = natural.sections[1].tables
    assert [row[0] for row in table.rows] == list(boards.SITES)
    first = dict(zip(table.header, table.rows[0], strict=True))
    assert first["probe’s accuracy"] == "1.000 [1.000, 1.000]"
    assert first["steered along the probe"].startswith("0.02 [")


def test_the_locate_page_says_so_where_no_method_is_told_from_random(tmp_path):
    said = "No method’s CPR is told from that of random weights"
    few = boards.located(tmp_path / "few", range(5), without=9)
    many = boards.located(tmp_path / "many", range(8), without=9)
    for runs, p in ((few, True), (many, False)):
        page = locate.page(located(runs, answers.settings_of(boards.LOCATE)))
        assert (said in "\n".join(page.findings)) == p


def test_no_page_takes_a_probe_that_tells_agents_apart_for_a_goal(natural):
    text = markdown(natural)
    assert "networks apart, those of one goal too" in text
    assert "own parent, one phase before it" in text


def test_the_locate_page_has_agreement_with_itself_and_with_others(natural):
    again, between = natural.sections[2].tables
    assert [row[0] for row in again.rows] == [row[0] for row in between.rows]
    assert (
        dict(zip(again.header, again.rows[1], strict=True))[
            "rank correlation, between switches"
        ]
        == "–"
    )
    assert between.rows[0][1] == "1.00; 1.00"


def test_references_are_in_every_panel_of_the_curves():
    rows = np.linspace(0, 1, 3)[None].repeat(4, axis=0)
    names = [f"method {i}" for i in range(7)]
    figure = faithful(dict.fromkeys([*names, "random"], rows), np.array([0.01, 0.1, 1]))
    legends = [
        [text.get_text() for text in axes.get_legend().get_texts()]
        for axes in figure.axes
        if axes.get_visible()
    ]
    assert len(legends) == 2 and all("random" in legend for legend in legends)
    assert (
        sorted(name for legend in legends for name in legend if "method" in name)
        == names
    )


def test_a_site_is_drawn_filled_and_steered():
    names = ("accuracy", "observation", "patch", "steer")
    (axes,) = plane({"a": dict.fromkeys(names, np.ones(3))}).axes
    faces = [
        line.get_markerfacecolor() for line in axes.lines if len(line.get_xdata()) == 1
    ]
    assert faces[1] == "none" != faces[0]


def test_a_board_on_which_no_pair_has_a_curve_is_a_page_as_well(tmp_path, monkeypatch):
    """Agents that hardly trained play no donor's part: no pair of theirs qualifies."""
    every = boards.pairs
    bare = lambda *of: [{**pair, "curves": {}} for pair in every(*of)]
    monkeypatch.setattr(boards, "pairs", bare)
    settings = answers.settings_of(boards.CALIBRATE.planting)
    found = calibrated(boards.planted(tmp_path, range(1)), settings)
    page = calibrate.page(found, command="telic study calibrate --preset small")
    assert render(page) and boards.METHODS[0] in markdown(page)
