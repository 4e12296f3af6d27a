"""The page of the splice study: every edit beside its null, every sentence counted."""

import re

import pytest

from telic.render.page import markdown
from telic.studies.pages import study_files
from telic.studies.splice import page as splice_page
from telic.studies.splice.summary import summarise
from tests.pages import Reader, check_offline, main_table
from tests.studies.splice.measured import ADD, recovery, seeds, trials
from tests.studies.trained import PLAN, SPLICE

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
COMMAND = f"telic study splice '{HOSTILE}'"


@pytest.fixture(scope="module")
def files(spliced):
    """The files of the small splice study of two seeds."""
    return study_files("splice", SPLICE, spliced, command=COMMAND)


def made(edited=(0.2, 0.95), trained=(0.0, 0.7), count=6):
    """What six seeds with one edit have, by hand."""
    rows = [
        *trials(("blue", "purple", 0.8), ("purple", "blue", 0.6)),
        *recovery(edited, trained),
    ]
    return summarise(seeds(dict.fromkeys(range(count), rows)), PLAN)


@pytest.fixture(scope="module")
def few():
    """Six seeds, two switches each."""
    return made()


def test_there_is_a_page_its_twin_and_every_drawing(files):
    assert list(files) == [
        "report.html",
        "report.md",
        "layers.svg",
        "mean-of-earlier-switches.svg",
        "training-on-1.svg",
        "training-on-2.svg",
    ]


def test_the_page_opens_offline_and_nothing_in_it_acts(files):
    found = check_offline(files["report.html"])
    assert files["report.html"].count("<svg") >= 4
    assert HOSTILE in found.text and "<script" not in files["report.html"]
    prose = [x for x in files["report.md"].splitlines() if not x.startswith("    ")]
    assert not any("<" in line for line in prose)


def test_the_same_results_give_the_same_bytes(spliced, files):
    assert study_files("splice", SPLICE, spliced, command=COMMAND) == files


def test_every_direction_and_every_edit_is_in_the_page(files):
    text = Reader(files["report.html"]).text
    names = ["layers 0", "layers 0+1+2+3", "-2 × mean of earlier switches"]
    for each in ("all switches", "blue → purple", "purple → blue", *names):
        assert each in text, each


def test_every_number_of_the_main_table_stands_beside_its_null(few):
    page = splice_page.page(few)
    rows = main_table(page, "Every edit beside its nulls")
    name = splice_page.splice_caption(ADD)
    assert [row["Edit"] for row in rows] == ["no edit", "donor", name]
    added = rows[-1]
    assert added["aim"].startswith("0.70") and added["Null’s value"].startswith("0.10")
    assert added["Strongest null"] in ("gaussian", "signs")
    assert added["Edit − null"].startswith("0.60")
    for heading in ("all switches", "blue → purple", "purple → blue"):
        assert heading in markdown(page)


def test_no_edit_of_any_table_lacks_its_null(few):
    page = splice_page.page(few)
    tables = [
        table
        for section in page.sections
        for table in section.tables
        if "Strongest null" in table.header
    ]
    assert len(tables) == 3 + 1
    for table in tables:
        for row in (dict(zip(table.header, r, strict=True)) for r in table.rows):
            if row["Edit"] not in ("no edit", "donor"):
                assert row["Strongest null"] != "–", row["Edit"]
                assert re.match(r"[+−-]?\d", row["Null’s value"]), row["Edit"]


def test_training_on_is_told_in_rollouts_and_never_is_never_left_out(few):
    (row,) = main_table(splice_page.page(few), "Training on")
    assert row["direction"] == "blue → purple"
    assert row["back at 90% of the old return"].startswith("1.00")
    (row,) = main_table(splice_page.page(made((0.2, 0.3), count=2)), "Training on")
    assert row["back at 90% of the old return"] == "none; never: 2"


def test_a_finding_names_the_rate_the_null_and_the_verdict(few):
    effect = few.together[ADD]
    (said,) = splice_page.findings(few)
    assert str(effect.verdict.rate) in said and str(effect.null.rate) in said
    assert "n=6" in said and effect.verdict.summary in said


def test_numbers_of_layers_are_named_where_they_are_not_plain(few):
    assert splice_page.page(few).sections[0].text == ()
    other = few._replace(layers=("trunk/0", "actor/0"))
    first = splice_page.page(other).sections[0]
    assert first.text == ("Layers: 0 is trunk/0, 1 is actor/0.",)
