"""The page of a family of studies: the same edits on agents trained in several ways."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from telic.render.bars import bars
from telic.render.marks import seeds
from telic.render.page import Drawing, Page, Section, Table
from telic.studies.held_out import BOTH, TRAINED, row
from telic.trials import Table as Trials
from telic.trials import verdict
from telic.trials.effects import Arm

FEWEST = 5
"""From so many seeds on a cell has the 95 % interval, else its lowest and highest."""


@dataclasses.dataclass(frozen=True)
class Told:
    """How a family is told.

    Attributes:
        title: The page's title.
        question: What was asked.
        row: What a row is.
        fetched: What the numbers are.
        named: Rows that every finding names, if they are there.
        terms: What has to be known for reading the numbers.
    """

    title: str
    question: str
    row: str
    fetched: str
    named: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()


HELD_OUT_TERMS = (
    (
        "Row",
        "How many colours the agents alternated over, and the new colour that they are "
        f"to fetch. {BOTH.capitalize()}: the mean over the new colours in each seed.",
    ),
    (
        "Boards",
        "The new colour beside the old target, and a key of the other held-out colour. "
        "Both held-out colours lay on the boards of training, worth 0.1.",
    ),
    (
        "Several neighbours",
        "With three or four trained colours an agent has several goal vectors, one for "
        "each colour that it once was switched to or from; a seed’s number is the mean "
        "over its agents and these.",
    ),
    (
        "Grey and red",
        "Grey is also the colour of the walls and the ball, and red shares its input "
        "code with empty cells. Exchanging their input ROWS (relabel, a carried goal "
        "vector, a contrast of rows) moves more than the colours of keys; relabel is "
        "no ceiling there. Transport and the refits exchange the keys alone.",
    ),
    (
        "Old targets",
        "The last two agents of a full run want blue and purple if two colours were "
        "trained, purple and green if three, green and red if four.",
    ),
    (
        "Training",
        "All runs have as many phases: with more colours, each colour has fewer, and "
        "more keys lie on a board. The boards of the trial have three keys for all.",
    ),
)

TOLD = {
    "recipes": Told(
        "Recipes",
        "Does where the goal sits depend on how the agent was trained?",
        "recipe",
        "episodes that end with the donor’s colour (share)",
        named=("default",),
    ),
    "held-out": Told(
        "Held-out colours",
        "Does a goal move further, to a colour never the target, if more were trained?",
        "agents, new colour",
        "episodes that end with the new colour (share)",
        named=tuple(row(variant, BOTH) for variant in TRAINED),
        terms=HELD_OUT_TERMS,
    ),
}
"""How each family of `telic.studies.FAMILIES` is told."""


def page(tables: Mapping[str, Trials], told: Told, *, command: str = "") -> Page:
    """The page.

    Args:
        tables: By edit: a table whose rows are the variants.
        told: How the family is told.
        command: How to make it again.
    """
    sections = [
        Section(
            "The same edits, side by side",
            tables=(overview(tables, told),),
            drawings=tuple(_draw(table, e, told) for e, table in tables.items()),
        ),
        Section("What was run", code=command, folded=True),
    ]
    if told.terms:
        sections.insert(1, Section("How to read it", terms=told.terms))
    return Page(told.title, told.question, findings(tables, told), tuple(sections))


def findings(tables: Mapping[str, Trials], told: Told) -> tuple[str, ...]:
    """For each edit, where its effect is smallest and largest, and the named rows."""
    return tuple(_finding(edit, table, told) for edit, table in tables.items())


def overview(tables: Mapping[str, Trials], told: Told) -> Table:
    """Variants down, edits across: rate, spread over seeds and strongest null."""
    first = next(iter(tables.values()))
    rows = tuple(
        (name, *(_cell(table, name) for table in tables.values()))
        for name in first.edits
    )
    spread = "95 % bootstrap interval" if _many(first) else "lowest to highest seed"
    caption = (
        f"{told.fetched[0].upper()}{told.fetched[1:]}: mean over "
        f"{seeds([len(first.seeds)])} ({spread}); in brackets the strongest null’s "
        "mean."
    )
    return Table(caption, (told.row, *tables), rows)


def _cell(table: Trials, name: str) -> str:
    """One number with its spread and its null."""
    return f"{_number(table, name)} [{_null(table, name):.2f}]"


def _number(table: Trials, name: str) -> str:
    """The mean over seeds and, in parentheses, how far it can be trusted."""
    found, values = table.interval("aim", name), table.values_of("aim", name)
    low, high = np.nanmin(values), np.nanmax(values)
    if _many(table) and found.low is not None and found.high is not None:
        low, high = found.low, found.high
    return f"{found.estimate:.2f} ({low:.2f} to {high:.2f})"


def _null(table: Trials, name: str) -> float:
    """The mean of a row's strongest null."""
    return verdict(table, name, "aim").strongest.rate.estimate


def _many(table: Trials) -> bool:
    """Whether there are seeds enough for an interval."""
    return len(table.seeds) >= FEWEST


def _finding(edit: str, table: Trials, told: Told) -> str:
    """Where one edit does least and most, and what it does in the named rows."""
    rates = {r: table.interval("aim", r).estimate for r in table.edits}
    low, high = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
    said = [f"from {rates[low]:.2f} ({low}) to {rates[high]:.2f} ({high})"]
    said += [
        f"{name} {_number(table, name)}, its strongest null {_null(table, name):.2f}"
        for name in told.named
        if name in rates
    ]
    return f"{edit}: {'; '.join(said)}; {seeds([len(table.seeds)])} a row."


def _draw(table: Trials, edit: str, told: Told) -> Drawing:
    """All variants under one edit."""
    arms = [Arm(name, told.row, None) for name in table.edits]
    figure = bars(table, arms, group=told.row, measure="aim", label=told.fetched)
    return Drawing(figure, f"{edit}: {told.fetched}; open squares: the strongest null.")
