"""The page of the retarget study: inert, complete, and every number with its null."""

import re

import pytest

from telic.render.page import markdown, render
from telic.studies import results
from telic.studies.base import settings_of
from telic.studies.pages import study_files
from telic.studies.retarget.case import REFIT, TRACKS
from telic.studies.retarget.page import findings, page, retarget_caption
from telic.trials import Condition
from tests.pages import check_offline
from tests.studies.trained import PLAN, RETARGET

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
COMMAND = f"telic study retarget '{HOSTILE}'"


@pytest.fixture(scope="module")
def found(retargeted):
    """What the small study of two seeds found."""
    settings = settings_of(RETARGET)
    return RETARGET.summarise(results.together(retargeted, "retarget", settings), PLAN)


@pytest.fixture(scope="module")
def files(retargeted):
    """Its files."""
    return study_files("retarget", RETARGET, retargeted, command=COMMAND)


def test_there_is_a_figure_for_each_track_on_each_kind_of_boards(files):
    drawn = {f"{b}-{t}.svg" for b in ("beside", "without") for t in TRACKS}
    assert set(files) == {"report.html", "report.md", *drawn}
    assert files["report.html"].count("<svg") == len(drawn)


def test_names_from_outside_stay_text_and_nothing_acts(files):
    html = files["report.html"]
    assert HOSTILE in check_offline(html).text
    assert "<script" not in html
    prose = [x for x in files["report.md"].splitlines() if not x.startswith("    ")]
    assert not any("<" in line for line in prose)


def test_the_same_rows_give_the_same_page(retargeted, files, undrawn):
    again = study_files("retarget", RETARGET, retargeted, command=COMMAND)
    assert list(again) == list(files) and again["report.md"] == files["report.md"]


def test_every_edit_of_every_table_stands_beside_its_null(found):
    tables = [
        table
        for section in page(found).sections
        for table in section.tables
        if "Strongest null" in table.header
    ]
    assert len(tables) == 2
    for table in tables:
        for row in (dict(zip(table.header, r, strict=True)) for r in table.rows):
            if row["Edit"] not in ("no edit", "donor"):
                assert row["Strongest null"] != "–", row["Edit"]
                assert re.match(r"[+−-]?\d", row["Null’s value"]), row["Edit"]


def test_both_kinds_of_boards_and_the_best_of_every_track_are_told(found):
    text = markdown(page(found))
    for board in ("beside", "without"):
        assert f"yellow {board} the old target" in text
    first, *tracks = [line.partition(":")[0] for line in findings(found)]
    assert first == "goal vector, carried; strength chosen on the other seeds"
    assert [told.partition(",")[0] for told in tracks] == list(TRACKS)


def test_the_best_of_a_track_is_said_to_be_chosen_on_the_seeds_that_show_it(found):
    (weights,) = [line for line in findings(found) if line.startswith("weights")]
    assert "edits as these seeds show it: " in weights
    assert "strength chosen on the other seeds" in weights


def test_every_edit_has_a_caption_of_its_own_that_names_its_site(found):
    name = retarget_caption(found.sites)
    for effects in found.boards.values():
        captions = [name(each.condition) for each in effects.edits]
        assert len(set(captions)) == len(captions)
        assert "transport at actor/0/pre, rank 3" in captions
        assert "steer at actor/1/post" in captions
    assert name(Condition(REFIT, "imitated")) == "refit, then imitate"


def test_the_norms_of_all_goals_are_in_a_table(found):
    (section,) = [s for s in page(found).sections if s.title == "What can be seen"]
    assert [row[0] for row in section.tables[0].rows] == list(found.norms)
    assert render(page(found)).count("What can be seen") == 1
