"""The verdict on every claim, from the file of values, by the rules of the plan."""

import csv
import dataclasses
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from telic.stats import bootstrap, holm
from telic.stats.intervals import Interval
from telic.trials import Table, Verdict, verdict
from telic.trials.trial import DONOR
from telic.trials.verdict import ALPHA
from tools.claims.claim import AGENTS, ASIDE, EDIT, GATE, PLANNED, SEEDS, Claim
from tools.claims.plan import CLAIMS

STANDS, WEAKER, FALLS = "stands", "weaker", "falls"
"""The verdicts."""

VALUE = "value"
"""The one measure of a claim's table."""

LEAST_P = 1.5e-4
"""A p at or below it is as small as 10,000 patterns of signs can give."""


@dataclasses.dataclass(frozen=True)
class Judged:
    """A claim with its numbers.

    Attributes:
        claim: The claim.
        table: Its rows over seeds.
        aside: By row, other measures of the seeds.
        every: The edit beside every null.
        asked: The edit beside the nulls that the claim asks for.
        p: The largest p over nulls, corrected over them.
        corrected: The same, corrected over the nine claims.
        result: `stands`, `weaker` or `falls`.
        why: What makes it fall or weaker, in words.
    """

    claim: Claim
    table: Table
    aside: dict[str, np.ndarray]
    every: Verdict
    asked: Verdict
    p: float
    corrected: float
    result: str
    why: str


class Values(NamedTuple):
    """The values of a claim over seeds.

    Attributes:
        table: What is claimed, its nulls, and agents without an edit; one measure.
        aside: By row, other measures of the same seeds.
    """

    table: Table
    aside: dict[str, np.ndarray]


def read() -> dict[str, Values]:
    """The values of each claim of which every planned seed is measured."""
    found: dict[str, dict[str, dict[int, float]]] = {}
    with SEEDS.open(newline="") as file:
        for each in csv.DictReader(file):
            rows = found.setdefault(each["claim"], {})
            rows.setdefault(each["row"], {})[int(each["seed"])] = float(each["value"])
    return {
        name: values_of(rows)
        for name, rows in found.items()
        if {seed for row in rows.values() for seed in row} >= {*PLANNED}
    }


def values_of(rows: Mapping[str, Mapping[int, float]]) -> Values:
    """The values of a claim from its rows; NaN where a seed lacks one."""
    seeds = sorted({seed for row in rows.values() for seed in row})
    values = {
        name: np.array([row.get(seed, np.nan) for seed in seeds])
        for name, row in rows.items()
    }
    aside = {
        name: values.pop(name)
        for name in list(values)
        if name in ASIDE or name.startswith(GATE)
    }
    names = [(n, "") if n in (EDIT, *AGENTS) else (EDIT, n) for n in values]
    columns = np.array(list(values.values()))[..., None]
    return Values(Table(tuple(seeds), tuple(names), (VALUE,), columns), aside)


def judge(values: Mapping[str, Values]) -> list[Judged]:
    """Every claim that has numbers, judged; those that have none count with p = 1."""
    known = [claim for claim in CLAIMS if claim.name in values]
    asked = {c.name: _asked(c, values[c.name].table) for c in known}
    p = {
        name: max(null.corrected for null in each.against)
        for name, each in asked.items()
    }
    family = [claim.name for claim in CLAIMS if claim.counts]
    together = holm(np.array([p.get(name, 1.0) for name in family]))
    corrected = dict(zip(family, together.tolist(), strict=True))
    judged = []
    for claim in known:
        (table, aside), found = values[claim.name], asked[claim.name]
        every = verdict(table, EDIT, VALUE, more=claim.more)
        p_of = corrected.get(claim.name, p[claim.name])
        result, why = _result(claim, table, found, p_of)
        judged.append(
            Judged(claim, table, aside, every, found, p[claim.name], p_of, result, why)
        )
    return judged


def _asked(claim: Claim, table: Table) -> Verdict:
    """The edit beside the nulls that a claim asks for."""
    kept = [
        i
        for i, (_, null) in enumerate(table.rows)
        if not null or not claim.against or null in claim.against
    ]
    rows = tuple(table.rows[i] for i in kept)
    some = dataclasses.replace(table, rows=rows, values=table.values[kept])
    return verdict(some, EDIT, VALUE, more=claim.more)


def _result(claim: Claim, table: Table, found: Verdict, p: float) -> tuple[str, str]:
    """Whether a claim stands, and what speaks against it."""
    against = []
    if not found.beats_all:
        lost = [a.null for a in found.against if not a.beaten(more=claim.more)]
        against.append(f"it does not beat {', '.join(lost)}")
    if p > ALPHA:
        against.append(f"p = {p:.3f} over the nine claims")
    mean = middle(claim, table)
    if claim.least is not None and mean.estimate < claim.least:
        against.append(f"{mean.estimate:.3f} is below {claim.least:g}")
    if claim.of_donor is not None:
        donor = table.interval(VALUE, DONOR).estimate
        if mean.estimate < claim.of_donor * donor:
            against.append(f"less than {claim.of_donor:g} of the donor’s {donor:.2f}")
    if against:
        return FALLS, "; ".join(against)
    if claim.explored is not None:
        low, high = claim.explored
        if mean.estimate < low if claim.more else mean.estimate > high:
            return WEAKER, "outside of what was explored, on the worse side"
    return STANDS, ""


def at_least_p(each: Judged) -> bool:
    """True if no pattern of signs that was drawn is as extreme, beside any null."""
    return all(null.p <= LEAST_P for null in each.asked.against)


def middle(claim: Claim, table: Table) -> Interval:
    """The mean over seeds; of returns, the interquartile mean, as the plan says."""
    if claim.middle is np.mean:
        return table.interval(VALUE, EDIT)
    return bootstrap(table.values_of(VALUE, EDIT), claim.middle, support=(-1.0, 1.0))
