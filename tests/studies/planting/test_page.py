"""The page of planted goals: every method a row, no number without its n."""

import re

import pytest

from telic.planted import DECOYS, RUNGS
from telic.render.page import markdown, render
from telic.studies.pages import study_files
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture(scope="module")
def board(tmp_path_factory):
    """The page of the calibrate study."""
    found = boards.calibrated(tmp_path_factory.mktemp("board"), SEEDS)
    return boards.CALIBRATE.page(found, command="telic study calibrate")


def by_row(table):
    """The rows of a table by their first cell, each by column."""
    return {row[0]: dict(zip(table.header, row, strict=True)) for row in table.rows}


def test_every_rung_has_a_table_in_which_precision_stands_beside_the_auroc(board):
    *rungs, errors = board.sections[0].tables
    assert [table.caption.split(":")[0] for table in rungs] == [
        rung for rung in RUNGS if rung != "layer 2"
    ]
    for table in (*rungs, errors):
        assert list(by_row(table)) == list(boards.METHODS)
        assert "6 seeds" in table.caption
    for table in rungs:
        assert "both precisions 0.010 [0.010, 0.010]" in table.caption
        assert by_row(table)["magnitude"] == {
            "method": "magnitude",
            "AUROC": "1.000 [1.000, 1.000]",
            "average precision": "0.500 [0.500, 0.500]",
            "precision at the true size": "1.000 [1.000, 1.000]",
        }


def test_errors_and_curves_have_a_table_of_their_own(board):
    told = by_row(board.sections[0].tables[-1])
    assert told["magnitude"]["p (CPR)"] == f"{2 * 2 / 2**6:.3f}"
    assert told["random"]["p (CPR)"] == "–"
    assert {*DECOYS, "false alarms, no goal, one run"} < set(told["probe"])
    assert told["probe"]["false alarms, no goal"] == "1.000 [1.000, 1.000]"


def test_the_findings_name_the_best_of_each_rung_beside_chance_and_who_errs(board):
    text = "\n".join(board.findings)
    assert "folded: best magnitude, average precision 0.500" in text
    assert "AUROC 1.000 [1.000, 1.000]; random" in text
    assert re.search(r"alarms, no goal: most by probe, 1\.000 .*fewest of mag", text)
    assert "dead decoys: most at the top of probe" in text


def test_pairs_in_which_the_goal_did_not_take_are_told_first(board):
    assert "scored too: branches 6 of 12." in board.findings[1]
    (section,) = (s for s in board.sections if s.title == "The agents")
    agents, second = section.tables
    assert by_row(agents)["branches"]["not taken"] == "6"
    assert by_row(agents)["folded"]["with truth"] == "0.850 [0.850, 0.850]"
    assert "0.600" in second.rows[0][1]


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
