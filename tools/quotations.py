"""The numbers that README.md and docs/results/README.md quote from reports, filled in.

    python -m tools.quotations

The claims' page and the README's table of claims are made first (`tools.claims.page`).
`quotations.txt` beside this file has a line for each quotation: the document, the words
around its numbers, and the place of the report that has them. In the words `{}` is a
number of the report as it is written there, `{1}` the same with one decimal, `{0}` with
none, and `#` any number that only tells the place. The words must occur once.
"""

import re
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

from tools.claims import page
from tools.claims.claim import RESULTS

ROOT = RESULTS.parents[1]
DOCUMENTS = {"readme": ROOT / "README.md", "res": RESULTS / "README.md"}
LINES = Path(__file__).with_name("quotations.txt")
NUMBER = r"[-+]?(?:\d[\d,]*)?\.?\d+"
HOLE = re.compile(r"\{(\d?)\}|#")


class Quotation(NamedTuple):
    """Some numbers of a report in a document.

    Attributes:
        document: `readme` or `res`.
        words: The words around the numbers.
        report: The folder of the report.
        anchor: A text of the report above the table, or with which a paragraph begins.
        row: The row's first cell; in a paragraph, the words before the numbers.
        columns: The columns, joined by ` + `; one with ~ gives its estimate alone.
            Empty in a paragraph.
    """

    document: str
    words: str
    report: str
    anchor: str
    row: str
    columns: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """The words as a pattern with a group for each number; lines may break."""
        parts = []
        at = 0
        for hole in HOLE.finditer(self.words):
            parts += [_words(self.words[at : hole.start()])]
            parts += [NUMBER if hole[0] == "#" else f"({NUMBER})"]
            at = hole.end()
        return re.compile("".join([*parts, _words(self.words[at:])]))

    @property
    def digits(self) -> list[int | None]:
        """The decimals of each number; None: as in the report."""
        found = [hole for hole in HOLE.finditer(self.words) if hole[0] != "#"]
        return [int(hole[1]) if hole[1] else None for hole in found]


def read() -> list[Quotation]:
    """All quotations."""
    lines = [ln for ln in LINES.read_text().splitlines() if not ln.startswith("#")]
    split = [[part.strip() for part in f"{line} ".split(" ; ")] for line in lines]
    return [Quotation(*parts) for parts in split]


def numbers(text: str) -> list[str]:
    """The numbers of a text, as they are written, without the counts of seeds."""
    return re.findall(NUMBER, re.sub(r"\(?n ?= ?\d+\)?", "", text))


def report(name: str) -> str:
    """The text of a report, without the backslashes of Markdown."""
    return (RESULTS / name / "report.md").read_text().replace("\\", "")


def exact(found: Quotation) -> list[str]:
    """The numbers that a report has in a quotation's place, as they are written there.

    Raises:
        LookupError: If the report has no such place.
    """
    text, wanted = report(found.report), len(found.digits)
    if not found.columns:
        told = [re.sub(r"\s+", " ", part) for part in text.split("\n\n")]
        told = [part for part in told if part.startswith(found.anchor)]
        if not told:
            raise LookupError(f"{found.report}: no paragraph {found.anchor!r}")
        return numbers(told[0].partition(found.row)[2])[:wanted]
    columns = found.columns.split(" + ")
    many = [1 if name.endswith("~") else 3 for name in columns]
    cells = _cells(found, text, [name.rstrip("~") for name in columns])
    return [
        number
        for cell, count in zip(cells, many, strict=True)
        for number in numbers(cell)[:count]
    ]


def filled(document: str, text: str) -> str:
    """A document's text with every quoted number as its report has it.

    Raises:
        LookupError: If words do not occur once, or their report has no such numbers.
    """
    for quotation in read():
        if quotation.document == document:
            text = fill(quotation, text)
    return text


def fill(quotation: Quotation, text: str) -> str:
    """A text with one quotation's numbers."""
    places = list(quotation.pattern.finditer(text))
    if len(places) != 1:
        raise LookupError(f"{quotation.words!r} occurs {len(places)} times")
    values, digits = exact(quotation), quotation.digits
    if len(values) != len(digits):
        raise LookupError(f"{quotation.words!r}: the report has {values}")
    (place,) = places
    for group in range(len(digits), 0, -1):  # from the end: places before it stay
        shown = _shown(values[group - 1], digits[group - 1], place[group])
        text = text[: place.start(group)] + shown + text[place.end(group) :]
    return text


def _shown(value: str, digits: int | None, before: str) -> str:
    """A number as it is written; with a plus if the document has one there."""
    if digits is not None:
        exactly = Decimal(value.replace(",", ""))
        value = str(exactly.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))
    return f"+{value}" if before[0] == "+" and value[0] not in "+-" else value


def _words(text: str) -> str:
    """A pattern of some words."""
    return re.sub(r"(\\ )+", r"\\s+", re.escape(text))


def _cells(found: Quotation, text: str, columns: list[str]) -> list[str]:
    """The cells of a row, in the first table below an anchor that has them all."""
    names: list[str] = []
    for line in text.partition(found.anchor)[2].splitlines():
        parts = [part.strip() for part in line.strip("|").split(" | ")]
        if not names and line.startswith("|"):
            names = parts
        elif not line.startswith("|"):
            names = []
        elif line.startswith(f"| {found.row} |") and {*columns} <= {*names}:
            return [parts[names.index(column)] for column in columns]
    raise LookupError(
        f"{found.report}: no row {found.row!r} with {columns} below {found.anchor!r}"
    )


def main() -> int:
    """Fill both documents, the claims first; return the exit code."""
    page.main()
    for name, path in DOCUMENTS.items():
        path.write_text(filled(name, path.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
