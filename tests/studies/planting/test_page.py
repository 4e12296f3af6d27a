"""The page of planted goals: every method a row, no number without its n."""

import re

import pytest

from telic.planted import DECOYS
from telic.render.page import markdown, render
from telic.studies.pages import study_files
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The page of the calibrate study."""
    found = boards.calibrated(tmp_path_factory.mktemp("board"), SEEDS)
    return boards.CALIBRATE.page(found, command="telic study calibrate")


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


def test_the_page_is_written_in_both_forms_without_a_missing_number(board):
    text = markdown(board)
    assert "nan" not in re.sub(r"[^\W\d_]{4,}", "", text)
    assert "<svg" in render(board)


def test_a_board_on_which_no_pair_has_a_curve_is_a_page_as_well(tmp_path, monkeypatch):
    """Agents that hardly trained play no donor's part: no pair of theirs qualifies."""
    every = boards.pairs
    bare = lambda *of: (row for row in every(*of) if row.part != "curve")
    monkeypatch.setattr(boards, "pairs", bare)
    found = boards.calibrated(tmp_path, range(1))
    page = boards.CALIBRATE.page(found, command="telic study calibrate --preset small")
    assert render(page) and boards.METHODS[0] in markdown(page)


def test_the_runs_of_one_layer_alone_have_the_page_as_well(tmp_path):
    runs = boards.planted(tmp_path, SEEDS)["layer-1"]
    texts = study_files("planting", boards.CALIBRATE.planting, runs, command="telic")
    assert list(texts)[:2] == ["report.html", "report.md"]
    assert "layer 1: best magnitude" in texts["report.md"]
    assert "folded" not in texts["report.md"].split("## How to read it")[0]
