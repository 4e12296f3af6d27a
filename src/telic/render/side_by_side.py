"""The same edits on agents that were trained in several ways, side by side.

Rows are variants, columns are edits; each edit has a figure. Every value has its null.
"""

import dataclasses
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import numpy as np

from telic.render.bars import bars
from telic.render.marks import seeds_in_words
from telic.render.page import Drawing, PageTable, Section
from telic.trials import Effect, Effects

FEWEST = 5
"""The fewest seeds for a 95 % interval in a cell; below, the lowest and highest."""

Edits = Mapping[Any, Effects]
"""The effects of each edit, one for each variant."""


@dataclasses.dataclass(frozen=True)
class Words:
    """The captions of a comparison.

    Attributes:
        row: The heading of the rows.
        measured: The caption of the numbers.
        edit: The function from an edit to its caption.
        variant: The function from a variant to its caption.
        named: Variants that every finding names, if they are present.
    """

    row: str
    measured: str
    edit: Callable[[Hashable], str]
    variant: Callable[[Hashable], str]
    named: tuple[Hashable, ...] = ()


def side_by_side(edits: Edits, words: Words) -> Section:
    """The section: one table for all edits, one figure for each."""
    drawings = tuple(_draw(edit, each, words) for edit, each in edits.items())
    tables = (overview(edits, words),)
    return Section("The same edits, side by side", tables=tables, drawings=drawings)


def findings(edits: Edits, words: Words) -> tuple[str, ...]:
    """For each edit, the variants of smallest and largest effect, and named ones."""
    return tuple(_finding(edit, each, words) for edit, each in edits.items())


def overview(edits: Edits, words: Words) -> PageTable:
    """The table of variants (rows) and edits (columns): rate, spread and null."""
    first = next(iter(edits.values())).edits
    rows = tuple(
        (
            words.variant(one.condition),
            *(_cell(each[one.condition]) for each in edits.values()),
        )
        for one in first
    )
    spread = "95 % bootstrap interval" if _many(first[0]) else "lowest to highest seed"
    caption = (
        f"{words.measured[0].upper()}{words.measured[1:]}: mean over "
        f"{seeds_in_words([len(first[0].values)])} ({spread}); in brackets the "
        "strongest null’s mean."
    )
    return PageTable(caption, (words.row, *map(words.edit, edits)), rows)


def _cell(effect: Effect) -> str:
    """One number with its spread and its null."""
    return f"{_number(effect)} [{effect.null.rate.estimate:.2f}]"


def _number(effect: Effect) -> str:
    """The mean over seeds and, in parentheses, its spread."""
    found = effect.verdict.rate
    low, high = np.nanmin(effect.values), np.nanmax(effect.values)
    if _many(effect) and found.low is not None and found.high is not None:
        low, high = found.low, found.high
    return f"{found.estimate:.2f} ({low:.2f} to {high:.2f})"


def _many(effect: Effect) -> bool:
    """True if there are enough seeds for an interval."""
    return len(effect.values) >= FEWEST


def _finding(edit: Hashable, effects: Effects, words: Words) -> str:
    """A sentence on one edit: smallest and largest effect, and the named variants."""
    low, high = (each(effects.edits, key=_rate) for each in (min, max))
    said = [
        f"from {_rate(low):.2f} ({words.variant(low.condition)}) to "
        f"{_rate(high):.2f} ({words.variant(high.condition)})"
    ]
    said += [
        f"{words.variant(each)} {_number(effects[each])}, its strongest null "
        f"{effects[each].null.rate.estimate:.2f}"
        for each in words.named
        if each in effects
    ]
    count = seeds_in_words([len(effects.edits[0].values)])
    return f"{words.edit(edit)}: {'; '.join(said)}; {count} a row."


def _rate(effect: Effect) -> float:
    """The mean over seeds."""
    return effect.verdict.rate.estimate


def _draw(edit: Hashable, effects: Effects, words: Words) -> Drawing:
    """The figure of one edit, over all variants."""
    figure = bars(effects, label=words.measured, caption=words.variant)
    text = f"{words.edit(edit)}: {words.measured}; open squares: the strongest null."
    return Drawing(figure, text)
