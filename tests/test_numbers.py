"""Every number that the README and the results quote is one that a report has.

`tools/quotations.txt` says where each comes from; `tools/quotations.py` fills them in.
"""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest

from telic.studies.contested import page as contested
from telic.studies.donors import page as donors
from telic.studies.held_out import page as held_out
from telic.studies.isolation import page as isolation
from telic.studies.isolation.lander_metrics import LANDER
from telic.studies.locate import page as locate
from telic.studies.planting import page as calibrate
from telic.studies.probes import page as probes
from telic.studies.retarget import page as retarget
from telic.studies.shifts import page as shifts
from telic.studies.snr import page as snr
from telic.studies.splice import page as splice
from tools import quotations

DOCUMENTS, RESULTS, ROOT = quotations.DOCUMENTS, quotations.RESULTS, quotations.ROOT
NUMBER = quotations.NUMBER
INTERVAL = re.compile(rf"({NUMBER})(?: %)? \[({NUMBER}), ({NUMBER})\]")
QUOTATIONS = quotations.read()


def plain(text: str) -> str:
    """Text in one line, without the marks of Markdown."""
    return re.sub(r"\s+", " ", text.replace("\\", ""))


def without_claims(text: str) -> str:
    """A document without the table of claims, which `test_claims.py` holds."""
    return re.sub(r"<!-- claims -->.*<!-- end of claims -->", "", text, flags=re.DOTALL)


TEXTS = {
    name: plain(without_claims(path.read_text())) for name, path in DOCUMENTS.items()
}
REPORTS = {
    path.parent.name: path.read_text().replace("\\", "")
    for path in sorted(RESULTS.glob("*/report.md"))
}


def is_(shown: str, exact: str) -> bool:
    """Whether a number that is shown is a report's, rounded."""
    digits = len(shown.partition(".")[2])
    mine, theirs = (float(text.replace(",", "")) for text in (shown, exact))
    return abs(mine - theirs) <= 0.5 * 10**-digits + 1e-9


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_has_the_numbers_that_its_reports_have(document):
    text = DOCUMENTS[document].read_text()
    assert quotations.filled(document, text) == text, "run `python -m tools.quotations`"


@pytest.mark.parametrize("quotation", QUOTATIONS, ids=lambda q: f"{q[0]} ; {q[1]}")
def test_a_digit_that_is_changed_by_hand_is_changed_back(quotation):
    text = DOCUMENTS[quotation.document].read_text()
    (place,) = quotation.pattern.finditer(text)
    for group in range(1, len(quotation.digits) + 1):
        at = place.end(group) - 1
        other = str((int(text[at]) + 1) % 10)
        wrong = text[:at] + other + text[at + 1 :]
        assert quotations.fill(quotation, wrong) == text


def test_words_that_no_document_has_or_a_place_that_no_report_has_are_refused():
    one, text = QUOTATIONS[0], DOCUMENTS[QUOTATIONS[0].document].read_text()
    for changed in (
        one._replace(words="nobody wrote {}"),
        one._replace(row="no such row"),
        one._replace(anchor="no such heading"),
        one._replace(words=one.words.replace("{}", "#", 1)),
    ):
        with pytest.raises(LookupError):
            quotations.fill(changed, text)


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
    text = TEXTS["readme"]
    traced = [q.pattern.search(text) for q in QUOTATIONS if q.document == "readme"]
    spans = [
        (m.start(g), m.end(g)) for m in traced if m for g in range(1, m.re.groups + 1)
    ]
    for found in INTERVAL.finditer(text):
        assert all(found.span(g) in spans for g in (1, 2, 3)), found[0]


def test_what_the_readme_works_out_from_a_report_is_worked_out_right():
    told = quotations.Quotation(
        "readme",
        "{}" * 9,
        "isolation",
        "After 393,216 steps: subtracting the plain update",
        "fuel per landing by",
        "",
    )
    found = [float(number) for number in quotations.exact(told)]
    change, null, after = found[0], found[3], found[6]
    share, beside = change / (after - change), (after - null) / null
    assert f"{share:.0%}, {beside:.0%}" == "34%, 23%"
    assert "34 %, which is 23 % beside its strongest null" in TEXTS["readme"]
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
CONTESTED = SimpleNamespace(QUESTION=contested.QUESTION, TERMS=())
DONORS = SimpleNamespace(QUESTION=donors.QUESTION, TERMS=(*donors.KINDS, *donors.OWN))
PAGES = {
    "splice": splice,
    "donors": DONORS,
    "shifts": shifts,
    "retarget-distractor": retarget,
    "retarget-never-seen": retarget,
    "contested": CONTESTED,
    "calibrate": calibrate,
    **{f"probes-layer-{layer}": probes for layer in range(3)},
    "locate-relu": locate,
    "locate-tanh": locate,
    "locate-landers": locate,
    "isolation": LANDERS,
    "isolation-original": LANDERS,
    "snr": snr,
}
"""The kept pages, and what writes each."""

NOISE_ALONE = "has the nulls that are noise, and not yet those of training"
LINEAR = "have CPR and CMD over the share of weights, and not over its logarithm"
UNDONE = "play further training only undone"
EARLIER = {
    "retarget-never-seen": NOISE_ALONE,
    **dict.fromkeys(("locate-tanh", "locate-landers"), LINEAR),
    **dict.fromkeys(("isolation-original", "snr"), UNDONE),
}
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
