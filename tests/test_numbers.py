"""Every number that the README and the results quote is one that a report has.

`numbers.txt` says for each where it comes from; it and the reports are read as text.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from telic.studies.held_out import page as held_out
from telic.studies.isolation import page as isolation
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.locate import page as locate
from telic.studies.planting import page as calibrate
from telic.studies.retarget import page as retarget
from telic.studies.snr import page as snr
from telic.studies.splice import page as splice

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "docs" / "results"
DOCUMENTS = {"readme": ROOT / "README.md", "res": RESULTS / "README.md"}
NUMBER = r"[-+]?(?:\d[\d,]*)?\.?\d+"
INTERVAL = re.compile(rf"({NUMBER})(?: %)? \[({NUMBER}), ({NUMBER})\]")


def plain(text: str) -> str:
    """Text in one line, without the marks of Markdown."""
    return re.sub(r"\s+", " ", text.replace("\\", ""))


TEXTS = {name: plain(path.read_text()) for name, path in DOCUMENTS.items()}
REPORTS = {
    path.parent.name: path.read_text().replace("\\", "")
    for path in sorted(RESULTS.glob("*/report.md"))
}
LINES = (ROOT / "tests" / "numbers.txt").read_text().splitlines()
CLAIMS = [
    tuple(part.strip() for part in f"{line} ".split(" ; "))
    for line in LINES
    if not line.startswith("#")
]


def numbers(text: str) -> list[str]:
    """The numbers of a text, as they are written, without the counts of seeds."""
    return re.findall(NUMBER, re.sub(r"\(?n ?= ?\d+\)?", "", text))


def is_(shown: str, exact: str) -> bool:
    """Whether a number that is shown is a report's, rounded."""
    digits = len(shown.partition(".")[2])
    mine, theirs = (float(text.replace(",", "")) for text in (shown, exact))
    return abs(mine - theirs) <= 0.5 * 10**-digits + 1e-9


def cells(report: str, anchor: str, row: str, columns: list[str]) -> list[str]:
    """The cells of a row, in the first table below an anchor that has them all."""
    names: list[str] = []
    _, _, below = REPORTS[report].partition(anchor)
    for line in below.splitlines():
        parts = [part.strip() for part in line.strip("|").split(" | ")]
        if not names and line.startswith("|"):
            names = parts
        elif not line.startswith("|"):
            names = []
        elif line.startswith(f"| {row} |") and {*columns} <= {*names}:
            return [parts[names.index(column)] for column in columns]
    raise AssertionError(f"{report}: no row {row!r} with {columns} below {anchor!r}")


def quoted(
    report: str, anchor: str, row: str, columns: str, many: int = 3
) -> list[str]:
    """The numbers that a report has in a place; in a sentence, the first so many."""
    if not columns:
        paragraphs = map(plain, REPORTS[report].split("\n\n"))
        told = next(text for text in paragraphs if text.startswith(anchor))
        return numbers(told.partition(row)[2])[:many]
    named = columns.split(" + ")
    found = cells(report, anchor, row, [name.rstrip("~") for name in named])
    kept = [1 if name.endswith("~") else 3 for name in named]
    return [
        n for cell, many in zip(found, kept, strict=True) for n in numbers(cell)[:many]
    ]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: " ; ".join(claim[:2]))
def test_a_number_that_is_quoted_is_that_of_its_report(claim):
    document, words, *place = claim
    assert plain(words) in TEXTS[document], "the document says something else now"
    exact = quoted(*place)
    shown = numbers(words)[-len(exact) :]  # a number before them only tells the place
    assert len(shown) == len(exact) and all(map(is_, shown, exact)), (shown, exact)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_interval_is_one_that_some_report_has(document):
    forms = (
        INTERVAL,
        rf"({NUMBER}) \(({NUMBER}) to ({NUMBER})\)",
        rf"({NUMBER}) \| \[({NUMBER}), ({NUMBER})\]",
    )
    text = "\n".join(REPORTS.values())
    every = {found.groups() for form in forms for found in re.finditer(form, text)}
    for found in INTERVAL.finditer(TEXTS[document]):
        shown = found.groups()
        assert any(all(map(is_, shown, exact)) for exact in every), found[0]


def test_every_interval_of_the_readme_is_traced_to_its_place():
    traced = [plain(words) for document, words, *_ in CLAIMS if document == "readme"]
    for found in INTERVAL.finditer(TEXTS["readme"]):
        assert any(found[0] in words for words in traced), found[0]


def test_what_beats_all_nulls_beside_an_interval_that_holds_0_is_counted():
    rows = re.findall(r"^\| .*\| beats all nulls \|$", REPORTS["isolation"], re.M)
    holds = [
        row
        for row in rows
        if (found := INTERVAL.search(row.split(" | ")[4]))
        and float(found[2]) < 0 < float(found[3])
    ]
    assert f"of the {len(rows)} rows" in TEXTS["res"]
    assert f"beat all nulls {len(holds)} have 0 in it" in TEXTS["res"]


def test_what_the_readme_works_out_from_a_report_is_worked_out_right():
    place = ("isolation", "After 393,216 steps: subtracting the plain update")
    change = float(quoted(*place, "fuel per landing by", "")[0])
    after = float(quoted(*place, "fuel per landing by", "", many=9)[-3])
    null = float(quoted(*place, "fuel per landing by", "", many=6)[-3])
    share, beside = change / (after - change), (after - null) / null
    assert f"{share:.0%}, {beside:.0%}" == "24%, 16%"
    assert "24 %, which is 16 % beside its strongest null" in TEXTS["readme"]
    text = (RESULTS / "speed.md").read_text()
    (speed,) = re.findall(r"^\| telic \| ([\d,]+) ", text, re.M)
    steps = re.search(r"([\d,]+) steps each", REPORTS["alternation"])
    assert steps
    took, rate = (int(word.replace(",", "")) for word in (steps[1], speed))
    assert round(took / rate / 60) == 3
    assert "A server's core trains one seed below in 3 minutes" in TEXTS["readme"]


BANNED = {
    r"never (was )?rewarded|not rewarded|never been rewarded": "it paid 0.1 (fetch.py)",
    r"(read|reads) the goals?\b|goal can be read": "probes tell networks apart",
    r"\blaptop": "no laptop was measured",
    r"23 %": "24 % of what its eight agents burnt",
    r"nothing to do with one another": "units were not aligned",
    r"mean of repeats is the better": "too few seeds to tell",
}
"""Sentences that are not so, and why."""


def prose() -> list[Path]:
    """What a reader may take for a claim."""
    written = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    code = [p for kind in ("py", "json") for p in (ROOT / "src").rglob(f"*.{kind}")]
    code += (ROOT / "examples").rglob("*.py")
    return [p for p in [*written, *code] if p.name != "CHANGELOG.md"]


@pytest.mark.parametrize("banned", BANNED)
def test_no_page_and_no_docstring_says_what_is_not_so(banned):
    said = [p for p in prose() if re.search(banned, plain(p.read_text()))]
    assert not said, BANNED[banned]


LANDERS = SimpleNamespace(QUESTION=LANDER.question, TERMS=isolation.terms(LANDER))
PAGES = {
    "splice": splice,
    "retarget-distractor": retarget,
    "retarget-never-seen": retarget,
    "calibrate": calibrate,
    "locate-relu": locate,
    "locate-tanh": locate,
    "locate-landers": locate,
    "isolation": LANDERS,
    "isolation-original": LANDERS,
    "snr": snr,
}
"""The kept pages, and what writes each."""

NOISE_ALONE = "have the nulls that are noise, and not yet those of training"
LINEAR = "have CPR and CMD over the share of weights, and not over its logarithm"
MOVED, LOCATED = (
    ("splice", "retarget-distractor", "retarget-never-seen"),
    ("calibrate", "locate-relu", "locate-tanh", "locate-landers"),
)
EARLIER = dict.fromkeys(MOVED, NOISE_ALONE) | dict.fromkeys(LOCATED, LINEAR)
"""Kept pages that were measured before what writes them now, and what they lack."""


@pytest.mark.parametrize("name", EARLIER)
def test_what_an_earlier_page_lacks_is_said_beside_it(name):
    assert f"]({name}/report.md)" in DOCUMENTS["res"].read_text()
    assert EARLIER[name] in TEXTS["res"]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in EARLIER])
def test_a_kept_page_says_what_the_code_that_writes_it_says_now(name):
    page, text = PAGES[name], REPORTS[name]
    said = [page.QUESTION, *(told for _, told in page.TERMS)]
    assert [words for words in said if plain(words) not in plain(text)] == []


def test_the_kept_page_of_held_out_colours_says_what_the_code_says_now():
    said, text = [words for _, words in held_out.TERMS], plain(REPORTS["held-out"])
    assert [words for words in said if plain(words) not in text] == []
