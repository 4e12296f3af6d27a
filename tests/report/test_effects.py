"""The files of a study of edits: inert pages in which every number has its null."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from telic.core.errors import InputError
from telic.render.page import markdown
from telic.report import effects
from telic.report import retarget as retarget_page
from telic.report import splice as splice_page
from telic.studies import gather
from telic.studies.colours import GOAL, TRACKS
from telic.trials import verdict
from tests.studies.stored import SETTINGS, curves, stored, trial
from tests.studies.trained import RETARGET, SPLICE

HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(1)>"
COMMAND = f"telic study splice '{HOSTILE}'"


class Reader(HTMLParser):
    """The tags of a page, and where its attributes point."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.sources, self.handlers, self.text = set(), [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.append(name)
            if name in ("src", "href", "xlink:href", "srcset", "action", "data"):
                self.sources.append(value)

    def handle_data(self, data):
        self.text += data


def check_offline(html):
    """Nothing in a page acts, and nothing is requested from anywhere."""
    found = Reader(html)
    assert not {"script", "iframe", "object", "link", "base"} & found.tags
    assert not found.handlers
    assert all(s.startswith(("data:image/", "#")) for s in found.sources)
    assert "url(http" not in html and "default-src 'none'" in html
    return found


def main_table(page, title):
    """The rows of the first table of a section, as mappings from heading to cell."""
    (section,) = [s for s in page.sections if s.title == title]
    table = section.tables[0]
    return [dict(zip(table.header, row, strict=True)) for row in table.rows]


@pytest.fixture(scope="module")
def spliced_files(spliced):
    """The files of the small splice study of two seeds."""
    return effects.texts("splice", spliced, SPLICE, command=COMMAND)


@pytest.fixture(scope="module")
def retargeted_files(retargeted):
    """The files of the small retarget study of two seeds."""
    return effects.texts("retarget", retargeted, RETARGET, command=COMMAND)


@pytest.fixture
def few(tmp_path):
    """The splice study of six seeds with one edit, made by hand; runs and what is."""
    arms = [["add", "vectors", None]]
    recovery = {"blue → purple": curves([0.2, 0.95], [0.0, 0.7])}
    trials = [trial("blue", "purple", 0.8), trial("purple", "blue", 0.6)]
    answer = {"arms": arms, "trials": trials, "recovery": recovery}
    runs = stored(tmp_path, "splice", dict.fromkeys(range(6), answer))
    return gather.splice(runs, SETTINGS)


def test_the_splice_study_has_a_page_its_tables_and_a_figure_for_each_group(
    spliced_files,
):
    assert list(spliced_files) == [
        "report.html",
        "report.md",
        "layers.svg",
        "mean-of-earlier-switches.svg",
    ]
    for name, text in spliced_files.items():
        if name.endswith(".svg"):
            assert ET.fromstring(text).tag.endswith("svg")


def test_the_pages_open_offline_and_nothing_in_them_acts(
    spliced_files, retargeted_files
):
    for files in (spliced_files, retargeted_files):
        check_offline(files["report.html"])
        assert files["report.html"].count("<svg") >= 4


def test_names_from_outside_stay_text(spliced_files, retargeted_files):
    for files in (spliced_files, retargeted_files):
        assert HOSTILE in check_offline(files["report.html"]).text
        assert "<script" not in files["report.html"]
        prose = [x for x in files["report.md"].splitlines() if not x.startswith("    ")]
        assert not any("<" in line for line in prose)


def test_the_same_answers_give_the_same_bytes(retargeted, retargeted_files):
    again = effects.texts("retarget", retargeted, RETARGET, command=COMMAND)
    assert again == retargeted_files


def test_every_direction_and_every_edit_is_in_the_page(spliced, spliced_files):
    found = gather.splice(spliced, SPLICE)
    for text in (*found.tables, *(arm.edit for arm in found.arms)):
        assert text in Reader(spliced_files["report.html"]).text, text


def test_every_number_of_the_main_table_stands_beside_its_null(few):
    page = splice_page.page(few, gather.recovery(few), {}, steps=256)
    rows = main_table(page, "Every edit beside its nulls")
    assert [row["Edit"] for row in rows] == ["no edit", "donor", "add"]
    added = rows[-1]
    assert added["aim"].startswith("0.70") and added["Null’s value"].startswith("0.10")
    assert added["Strongest null"] in ("gaussian", "signs")
    assert added["Edit − null"].startswith("0.60")
    for heading in few.tables:
        assert heading in markdown(page)


def test_no_edit_of_any_table_lacks_its_null(spliced, retargeted):
    page = splice_page.page(gather.splice(spliced, SPLICE), {}, {}, steps=256)
    other = retarget_page.page(gather.retarget(retargeted, RETARGET), new="yellow")
    tables = [
        table
        for section in (*page.sections, *other.sections)
        for table in section.tables
        if "Strongest null" in table.header
    ]
    assert len(tables) == 3 + 1 + 2
    for table in tables:
        for row in (dict(zip(table.header, r, strict=True)) for r in table.rows):
            if row["Edit"] not in ("no edit", "donor"):
                assert row["Strongest null"] != "–", row["Edit"]
                assert re.match(r"[+−-]?\d", row["Null’s value"]), row["Edit"]


def test_training_on_is_told_in_rollouts_and_never_is_never_left_out(few, tmp_path):
    page = splice_page.page(few, gather.recovery(few), {}, steps=256)
    (row,) = main_table(page, "Training on")
    assert row["direction"] == "blue → purple"
    assert row["back at 90% of the old return"].startswith("1.00")
    slow = {"blue → purple": curves([0.2, 0.3], [0.0, 0.7])}
    answer = {**few.answers[0], "recovery": slow}
    runs = stored(tmp_path, "splice", {0: answer, 1: answer}, name="slow")
    found = gather.splice(runs, SETTINGS)
    page = splice_page.page(found, gather.recovery(found), {}, steps=256)
    (row,) = main_table(page, "Training on")
    assert row["back at 90% of the old return"] == "none; never: 2"


def test_a_finding_names_the_rate_the_null_and_the_verdict(few):
    said = splice_page.sentence(few.tables["all switches"], "add")
    found = verdict(few.tables["all switches"], "add", "aim")
    assert str(found.rate) in said and str(found.strongest.rate) in said
    assert "n=6" in said and found.summary in said


def test_the_retarget_page_has_every_track_on_both_boards(retargeted, retargeted_files):
    text = Reader(retargeted_files["report.html"]).text
    for heading in ("beside", "without"):
        assert f"The yellow key {heading} the old target" in text
    found = gather.retarget(retargeted, RETARGET)
    said = retarget_page.findings(found)
    assert [line.partition(":")[0] for line in said] == list(TRACKS)


def test_the_strength_that_is_told_was_chosen_on_the_other_seeds(retargeted):
    found = gather.retarget(retargeted, RETARGET)
    for table in retarget_page.with_chosen(found).values():
        chosen = f"{GOAL}{retarget_page.CHOSEN}"
        assert chosen in table.edits and "not carried" in table.nulls(chosen)
    assert any(chosen == arm.edit for arm in retarget_page.chosen_arms(found))


def test_the_norms_of_all_colours_are_in_a_table(retargeted):
    found = gather.retarget(retargeted, RETARGET)
    table = retarget_page.norms_table(found)
    assert [row[0] for row in table.rows] == list(found.answers[0]["row_norms"])


def test_a_run_without_an_answer_is_an_error_and_no_page(tmp_path):
    runs = stored(tmp_path, "splice", {0: {}})
    with pytest.raises(InputError, match="no answer of retarget"):
        effects.texts("retarget", runs, {**SETTINGS, "new": "yellow"})
