"""The page of the claims, and the table of the README, from the file of values.

    python -m tools.claims.page

Judges every claim, writes `docs/results/claims/README.md` and its picture, and fills
what stands in README.md between `<!-- claims -->` and `<!-- end of claims -->`.
"""

import sys

import numpy as np

from telic.render.bars import bars
from telic.render.style import svg
from telic.stats import bootstrap
from telic.stats.intervals import Interval
from telic.trials import Table, effects
from tools.claims.claim import AFTER, AGENTS, EDIT, GATE, RESULTS, SEEDS, Claim
from tools.claims.judge import (
    FALLS,
    STANDS,
    VALUE,
    WEAKER,
    Judged,
    at_least_p,
    judge,
    middle,
    read,
)
from tools.claims.plan import CLAIMS

PAGE, PICTURE = SEEDS.parent / "README.md", SEEDS.parent / "shares.svg"
README = RESULTS.parents[1] / "README.md"
OPENS, CLOSES = "<!-- claims -->", "<!-- end of claims -->"
"""The marks in the README between which the table of claims stands."""

HOW = (
    "[The plan](../PLAN.md) was written before these runs were trained. This page, and "
    "the table in the README, are made from [one file](seeds.csv) by `python -m "
    "tools.claims.page`; the file by `python -m tools.claims.measure telic_runs`, "
    "after the studies that the plan names. Seeds are the unit. p: by flipping signs, "
    "two-sided, corrected by Holm over the nulls that a claim asks for, then over the "
    "nine claims. To stand, an edit must beat every null that its claim asks for by p "
    "*and* by the interval of the paired difference. p comes from 10,000 patterns of "
    "signs and is at least .0001 before it is corrected: † marks claims that are "
    "there beside each of these nulls. *Weaker*: it stands, but lies on the worse side "
    "of what was *explored*: the interval on seeds 0 to 9, or the range of the trial "
    "in the plan, on which methods and doses were chosen; claims without one cannot be "
    "weaker. "
    "Claim 1 is shown as an interquartile mean, and tested by the mean of paired "
    "differences. Claim 8 is measured in log2, and shown as a geometric mean and a "
    "ratio. In claim 4 a run serves twice: as itself, and as the other seed of its "
    "neighbour; its null *another seed* is the same vector, not aligned. Claim 6 is on "
    "boards of 8 x 8 cells instead of 4 x 4: a rule as simple as *approach this colour "
    "in view* would pass as well. n is that of "
    "all seeds where it is not said."
)


def page(judged: list[Judged]) -> str:
    """The page: the claims in a table, then each with its nulls and its seeds."""
    known = {each.claim.name for each in judged}
    lines = [
        "# Nine claims, judged once",
        "",
        _counted(judged),
        "",
        f"![The claims about shares of episodes, every seed a dot]({PICTURE.name})",
        "",
        *_overview(judged),
        HOW,
        "",
    ]
    lines += [
        f"Not yet measured: claim {c.name}, “{c.text}”."
        for c in CLAIMS
        if c.name not in known
    ]
    for each in judged:
        lines += ["", *_section(each)]
    return "\n".join(lines) + "\n"


def _counted(judged: list[Judged]) -> str:
    """The sentence that says how many claims stand, are weaker and fall."""
    found = [each for each in judged if each.claim.counts]
    told = []
    for result in (STANDS, WEAKER, FALLS):
        names = [each.claim.name for each in found if each.result == result]
        if names:
            told.append(f"{result}: {', '.join(names)}".capitalize())
    every = sum(claim.counts for claim in CLAIMS)
    return f"{len(found)} of {every} claims are measured. {'. '.join(told)}."


def _overview(judged: list[Judged]) -> list[str]:
    """The table of all claims."""
    lines = [
        "| | claim | it | measured | explored | strongest null | difference "
        "| worst seed | p |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    return [*lines, *(_row(each) for each in judged), ""]


def _row(each: Judged) -> str:
    """A claim in a row."""
    claim, null, of = each.claim, each.asked.strongest, len(each.table.seeds)
    cells = (
        claim.name,
        claim.text,
        f"**{each.result}**",
        shown(claim, middle(claim, each.table), of=of),
        _explored(claim),
        _nulls(each),
        shown(claim, null.difference, of=of, difference=True),
        _worst(each),
        _chance(each.corrected) + (" †" if at_least_p(each) else ""),
    )
    return f"| {' | '.join(cells)} |"


def _nulls(each: Judged) -> str:
    """The strongest null that is asked for, and a stronger one that is not."""
    of, found = len(each.table.seeds), (each.asked.strongest, each.every.strongest)
    first, *rest = [
        f"{shown(each.claim, null.rate, of=of)} ({null.null.replace('_', ' ')})"
        for null in {null.null: null for null in found}.values()
    ]
    return "; not asked: ".join([first, *rest])


def _explored(claim: Claim) -> str:
    """What was explored, if it was."""
    if claim.explored is None:
        return "–"
    if claim.unit == "log2":
        return " to ".join(one(claim, end) for end in claim.explored)
    return " to ".join(f"{end:.3g}" for end in claim.explored)


def _worst(each: Judged) -> str:
    """The seed that speaks most against a claim, with its value."""
    values = each.table.values_of(VALUE, EDIT)
    place = int((np.nanargmin if each.claim.more else np.nanargmax)(values))
    return f"{one(each.claim, values[place])} (seed {each.table.seeds[place]})"


def _section(each: Judged) -> list[str]:
    """A claim with every null and every seed."""
    claim = each.claim
    said = f": {each.why}" if each.why else ""
    lines = [
        f"## {claim.name}. {claim.text}: {each.result}",
        "",
        f"Measured: {claim.measure}. Verdict: **{each.result}**{said}.",
        "",
        "| row | mean | claimed − row | p | seeds, lowest to highest |",
        "|---|---|---|---|---|",
    ]
    of = len(each.table.seeds)

    def row(name: str, mean: Interval, values: np.ndarray, *more: str) -> str:
        told = (name.replace("_", " "), shown(claim, mean, of=of), *more)
        return f"| {' | '.join(told)} | {_seeds(claim, values)} |"

    mine = each.table.values_of(VALUE, EDIT)
    lines.append(row("what is claimed", middle(claim, each.table), mine, "–", "–"))
    for name in AGENTS:
        if (name, "") in each.table.rows:
            found = each.table.interval(VALUE, name), each.table.values_of(VALUE, name)
            lines.append(row(name, *found, "–", "–"))
    for name, values in each.aside.items():
        mean = bootstrap(values[np.isfinite(values)], np.mean)
        lines.append(row(name, mean, values, "–", "–"))
    p = {null.null: _chance(null.corrected) for null in each.asked.against}
    for null in each.every.against:
        values = each.table.values_of(VALUE, EDIT, null.null)
        less = shown(claim, null.difference, of=of, difference=True)
        asked = p.get(null.null, "not asked")
        lines.append(row(null.null, null.rate, values, less, asked))
    gone = _gone(each)
    return [*lines, "", gone] if gone else lines


def _gone(each: Judged) -> str:
    """The seeds without a value, and why; empty if there is none."""
    table = each.table
    mine = table.values_of(VALUE, EDIT)
    told = []
    for place in np.flatnonzero(~np.isfinite(mine)):
        numbers = ", ".join(
            f"{name.removeprefix(GATE)} {values[place]:.2f}"
            for name, values in each.aside.items()
            if name.startswith(GATE)
        )
        landed = each.aside[AFTER][place]
        why = "the edited agent never lands" if landed == 0 else "left out by the gate"
        told.append(f"seed {table.seeds[place]}: {why} ({numbers})")
    return f"Without a value: {'; '.join(told)}." if told else ""


def _seeds(claim: Claim, values: np.ndarray) -> str:
    """The values of the seeds that have one, in ascending order."""
    return " ".join(one(claim, v) for v in np.sort(values[np.isfinite(values)]))


def one(claim: Claim, value: float) -> str:
    """The value of one seed; a logarithm as per cent of weights."""
    return f"{100 * 2**value:.1f} %" if claim.unit == "log2" else f"{value + 0:.2f}"


def shown(
    claim: Claim, interval: Interval, *, of: int, difference: bool = False
) -> str:
    """An interval, with its n if it lacks seeds.

    Args:
        claim: The claim. Its logarithms are shown as per cent of weights.
        interval: The interval.
        of: The number of all seeds.
        difference: Whether it is a difference; of logarithms it is shown as a ratio.
    """
    lacks = f", n = {interval.n}" if interval.n < of else ""
    if claim.unit != "log2":
        return str(interval).split(" (n=")[0] + lacks
    times, digits, unit = (1, 2, " ×") if difference else (100, 1, " %")
    ends = (interval.estimate, interval.low, interval.high)
    first, *rest = [f"{times * 2**x:.{digits}f}" for x in ends if x is not None]
    return f"{first}{unit}" + (f" [{', '.join(rest)}]" if rest else "") + lacks


def picture(judged: list[Judged]) -> str:
    """The claims about shares of episodes: every seed, and the strongest null."""
    kept = [each for each in judged if each.claim.unit == "share"]
    seeds = sorted({seed for each in kept for seed in each.table.seeds})
    rows, values = [], []
    for each in kept:
        for edit, null in each.table.rows:
            if edit == EDIT:
                mine = each.table.values_of(VALUE, edit, null)
                known = dict(zip(each.table.seeds, mine, strict=True))
                rows.append((f"{each.claim.name}. {each.claim.text}", null))
                values.append([[known.get(s, np.nan), 0.0, 0.0] for s in seeds])
    measures = (VALUE, "parameters", "norm")
    table = Table(tuple(seeds), tuple(rows), measures, np.array(values))
    label = "Share of episodes that fetch the aim (claim 7: yellow)"
    return svg(bars(effects(table, measure=VALUE), label=label))


def _chance(p: float) -> str:
    """A p-value in three digits."""
    return "< .001" if p < 0.001 else f"{p:.3f}"


def filled(readme: str, judged: list[Judged]) -> str:
    """The README with its table of claims.

    Raises:
        LookupError: If it lacks the marks between which the table stands.
    """
    lines = ["| Claim | n = 20 fresh seeds | strongest null | |", "|---|---|---|---|"]
    for each in judged:
        claim, of = each.claim, len(each.table.seeds)
        cells = (
            claim.text,
            shown(claim, middle(claim, each.table), of=of),
            _nulls(each),
            each.result,
        )
        lines.append(f"| {' | '.join(cells)} |")
    before, opens, rest = readme.partition(OPENS)
    _, closes, after = rest.partition(CLOSES)
    if not opens or not closes:
        raise LookupError(f"README.md has no place for the claims: {OPENS} … {CLOSES}")
    return "\n".join([before + opens, *lines, closes + after])


def main() -> int:
    """Write the page and fill the README; return the exit code."""
    judged = judge(read())
    PAGE.write_text(page(judged))
    PICTURE.write_text(picture(judged))
    README.write_text(filled(README.read_text(), judged))
    for each in judged:
        print(f"{each.claim.name}: {each.result} {each.why}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
