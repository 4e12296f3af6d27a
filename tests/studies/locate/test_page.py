"""The page of the locate study: every method a row, no number without its n."""

import re

import pytest

from telic.render.page import markdown, render
from tests.studies import boards

SEEDS = range(6)


@pytest.fixture(scope="module")
def natural(tmp_path_factory):
    """The page of the locate study, one of whose seeds had no goal."""
    found = boards.located(tmp_path_factory.mktemp("natural"), SEEDS, without=3)
    return boards.LOCATE.page(found, command="telic study locate found")


def test_the_page_is_written_in_both_forms_without_a_missing_number(natural):
    text = markdown(natural)
    assert "nan" not in re.sub(r"[^\W\d_]{4,}", "", text)
    assert "<svg" in render(natural)


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
    for count, doubtful in ((5, True), (8, False)):
        found = boards.located(tmp_path / str(count), range(count))
        page = boards.LOCATE.page(found)
        assert (said in "\n".join(page.findings)) == doubtful


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
