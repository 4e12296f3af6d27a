"""The page of the calibrate study: which methods to believe, and about what."""

import numpy as np

from telic.planted import DECOYS, NONE
from telic.render.faithful import TERMS as CURVES
from telic.render.faithful import faithful
from telic.render.page import Drawing, Page, Section, Table
from telic.report.cells import cell, seconds
from telic.studies.calibrated import Calibrated
from telic.studies.scores import CURVE, Columns, against_random, interval

QUESTION = (
    "Where an agent’s goal sits is known if we put it there. Which methods find it, "
    "and which find goals that are not there?"
)

TERMS = (
    (
        "AUROC",
        "How often a weight (or unit) that holds the goal is ranked above one that "
        "does not: 1 always, 0.5 by chance. A weight through which nothing flows, as "
        "into a unit that never fires, holds no goal.",
    ),
    ("folded", "The wish is in the first layer’s bias, and nothing else differs."),
    ("rescaled", "… and every unit of either agent has a scale of its own."),
    ("layer 1, layer 2", "… or the wish is in the bias of a later layer."),
    (
        "trained on",
        "… and both agents trained on for their colours. The truth is where the goal "
        "was put; training may have added to it.",
    ),
    (
        "routed",
        "Chosen units of the first layer learned the goal, all other weights the rest.",
    ),
    (
        "Decoys",
        "The share of decoys among as many weights at the top as hold the goal; by "
        "chance, that of *random*. Dead: units that differ and never fire. Inactive: "
        "units that hold the same difference and are read by nobody. How many and how "
        "large they are was set by hand; training need not make any.",
    ),
    (
        "False alarms",
        "Two agents trained on for the same colour have no goal between them. How "
        "often a method is as sure there (mean score at its top) as on 95 of 100 pairs "
        "that were trained on and have one. Scores without a unit cannot tell.",
    ),
    *CURVES,
    (
        "Units",
        "A method of weights is read as one of units by the mean over what flows into "
        "each, a method of units as one of weights by giving each weight its unit’s "
        "score.",
    ),
)


def page(found: Calibrated, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The study over seeds.
        command: How to make it again.
    """
    n = len(found.seeds)
    drawings = tuple(
        Drawing(
            faithful(_curves(found, rung), found.sizes),
            f"{rung}: the share of the donor’s behaviour that a graft of the top "
            f"brings; mean over {n} seeds and 95 % band, one pair a seed.",
        )
        for rung in next(iter(found.faithful.values()))
    )
    sections = (
        Section("The board", tables=(board(found),)),
        Section("Curves", drawings=drawings),
        Section(
            "Units, and the top alone",
            tables=(
                _by_rung(found, found.units, "AUROC over units"),
                _by_rung(found, found.precision, "Precision at the true size, weights"),
                _by_rung(
                    found, found.unit_precision, "Precision at the true size, units"
                ),
            ),
        ),
        Section("The agents", tables=(_agents(found),)),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"Calibrated on {sum(found.pairs.values()):,} planted pairs, {n} seeds"
    return Page(title, QUESTION, findings(found), sections)


def findings(found: Calibrated) -> tuple[str, ...]:
    """What was found: rung by rung, then who errs."""
    told = [
        f"{sum(found.pairs.values()):,} pairs of {found.agents:,} different planted "
        f"agents, made from {len(found.seeds)} seeds’ goal-conditioned agents."
    ]
    for rung, columns in found.ranks.items():
        best = _order({m: c for m, c in columns.items() if m != "oracle"})[-1]
        chance = cell(columns.get("random"), rate=True)
        said = f"AUROC {cell(columns[best], rate=True)}; random {chance}"
        told.append(f"{rung}: best {best}, {said}.")
    for rung, columns in found.decoys.items():
        if _order(columns):
            told.append(f"{rung}: most at the top of {_ends(columns)}.")
    if _order(found.false):
        told.append(f"False alarms: most by {_ends(found.false)}.")
    return tuple(told)


def _ends(columns: Columns) -> str:
    """The method with the most and the one with the least, in words."""
    order = _order({m: c for m, c in columns.items() if m not in REFERENCES})
    most, least = order[-1], order[0]
    return (
        f"{most}, {cell(columns[most], rate=True)}; fewest of {least}, "
        f"{cell(columns[least], rate=True)}"
    )


REFERENCES = ("first layer", "random", "oracle")


def _order(columns: Columns) -> list[str]:
    """The methods that have a number, least first."""
    means = {m: i.estimate for m, c in columns.items() if (i := interval(c))}
    return sorted(means, key=means.__getitem__)


def board(found: Calibrated) -> Table:
    """Methods down; AUROC by rung, errors, curves and time across."""
    p = against_random(found.curves["cpr"]) if "random" in found.curves["cpr"] else {}
    rows = []
    for method in found.seconds:
        cells = [cell(columns[method], rate=True) for columns in found.ranks.values()]
        cells += [cell(found.decoys[rung][method], rate=True) for rung in DECOYS]
        cells.append(cell(found.false.get(method), rate=True))
        cells += [
            cell(columns[method], size=measure == "size")
            for measure, columns in found.curves.items()
        ]
        cells.append(f"{p[method]:.3f}" if method in p else "–")
        rows.append((method, *cells, seconds(found.seconds[method])))
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval; a seed’s number is "
        "the mean over its pairs (curves: one pair a rung). Chance of an AUROC: 0.50. "
        "p: CPR beside that of random weights, by flipping signs, Holm over methods. "
        "Seconds: median of one locus on one core, without compiling."
    )
    header = (
        "method",
        *(f"AUROC {rung}" for rung in found.ranks),
        *DECOYS,
        "false alarms",
        *CURVE.values(),
        "p (CPR)",
        "seconds",
    )
    return Table(caption, header, tuple(rows))


def _by_rung(found: Calibrated, told: dict[str, Columns], what: str) -> Table:
    """Methods down, rungs across."""
    rows = tuple(
        (method, *(cell(columns[method], rate=True) for columns in told.values()))
        for method in found.seconds
    )
    caption = f"{what}: mean over {len(found.seeds)} seeds with 95 % interval."
    return Table(caption, ("method", *told), rows)


def _agents(found: Calibrated) -> Table:
    """How many pairs each rung has, and whether their donors want what they should."""
    rows = tuple(
        (rung, str(count), cell(found.held.get(rung), rate=True))
        for rung, count in found.pairs.items()
    )
    caption = (
        "Donor’s colour: how often a donor fetches it; mean over seeds with 95 % "
        f"interval. *{NONE}* has no donor’s colour of its own."
    )
    return Table(caption.replace("*", ""), ("rung", "pairs", "donor’s colour"), rows)


def _curves(found: Calibrated, rung: str) -> dict[str, np.ndarray]:
    """The curves of all methods on one rung."""
    every = {method: by[rung] for method, by in found.faithful.items() if rung in by}
    return {method: rows for method, rows in every.items() if len(rows)}
