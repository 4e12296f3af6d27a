"""The page of planted goals: scores of every locator against the ground truth."""

from collections.abc import Callable, Mapping

from telic.planted import DECOYS, NONE
from telic.render.cells import cell, p_value
from telic.render.faithful import COLUMNS, faithful
from telic.render.faithful import TERMS as CURVES
from telic.render.page import Drawing, Page, PageTable, Section
from telic.studies.curve_scores import RANDOM
from telic.studies.planting.summary import (
    REFERENCES,
    ByRung,
    PlantedScores,
    PlantingEffects,
)
from telic.trials.effects import Measured

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


def page(found: PlantingEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    n = len(found.seeds)
    drawings = tuple(
        Drawing(
            faithful({m: rows for m, rows in drawn.items() if len(rows)}, found.sizes),
            f"{rung}: the share of the donor’s behaviour that a graft of the top "
            f"brings; mean over {n} seeds and 95 % band, one pair a seed.",
        )
        for rung, drawn in found.faithful.items()
    )
    precise = "Precision at the true size"
    sections = (
        Section("The board", tables=(_board(found),)),
        Section("Curves", drawings=drawings),
        Section(
            "Units, and the top alone",
            tables=(
                _by_rung(found, lambda m: m.units, "AUROC over units"),
                _by_rung(found, lambda m: m.precision, f"{precise}, weights"),
                _by_rung(found, lambda m: m.unit_precision, f"{precise}, units"),
            ),
        ),
        Section("The agents", tables=(_agents(found),)),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"Calibrated on {sum(found.pairs.values()):,} planted pairs, {n} seeds"
    return Page(title, QUESTION, findings(found), sections)


def findings(found: PlantingEffects) -> tuple[str, ...]:
    """The findings in sentences: rung by rung, then decoys and false alarms."""
    told = [
        f"{sum(found.pairs.values()):,} pairs of {found.agents:,} different planted "
        f"agents, made from {len(found.seeds)} seeds’ goal-conditioned agents."
    ]
    for rung in found.rungs:
        known = {m: scores.weights[rung] for m, scores in found.methods.items()}
        best = _order({m: each for m, each in known.items() if m != "oracle"})[-1]
        said = f"AUROC {cell(known[best])}; random {cell(known.get(RANDOM))}"
        told.append(f"{rung}: best {best}, {said}.")
    for rung in DECOYS:
        known = {m: scores.decoys[rung] for m, scores in found.methods.items()}
        if _order(known):
            told.append(f"{rung}: most at the top of {_ends(known)}.")
    known = {m: scores.false for m, scores in found.methods.items()}
    if _order(known):
        told.append(f"False alarms: most by {_ends(known)}.")
    return tuple(told)


def _ends(known: Mapping[str, Measured]) -> str:
    """The methods with the most and the least, in words."""
    order = _order({m: each for m, each in known.items() if m not in REFERENCES})
    most, least = order[-1], order[0]
    return f"{most}, {cell(known[most])}; fewest of {least}, {cell(known[least])}"


def _order(known: Mapping[str, Measured]) -> list[str]:
    """The methods that have a number, in ascending order."""
    means = {m: each.interval.estimate for m, each in known.items() if each.interval}
    return sorted(means, key=means.__getitem__)


def _board(found: PlantingEffects) -> PageTable:
    """The table of methods (rows): AUROC by rung, errors, curves and time (columns)."""
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval; a seed’s number is "
        "the mean over its pairs (curves: one pair a rung). Chance of an AUROC: 0.50. "
        "p: CPR beside that of random weights, by flipping signs, Holm over methods. "
        "Seconds: median of one locus on one core, without compiling."
    )
    header = (
        "method",
        *(f"AUROC {rung}" for rung in found.rungs),
        *DECOYS,
        "false alarms",
        *COLUMNS.values(),
        "p (CPR)",
        "seconds",
    )
    rows = tuple((name, *_row(scores)) for name, scores in found.methods.items())
    return PageTable(caption, header, rows)


def _row(scores: PlantedScores) -> tuple[str, ...]:
    """The cells of one method."""
    return (
        *map(cell, scores.weights.values()),
        *map(cell, scores.decoys.values()),
        cell(scores.false),
        *(cell(getattr(scores.curves, name)) for name in COLUMNS),
        p_value(scores.curves.p),
        f"{scores.seconds:.3f}",
    )


def _by_rung(
    found: PlantingEffects, pick: Callable[[PlantedScores], ByRung], what: str
) -> PageTable:
    """A table of methods (rows) and rungs (columns)."""
    rows = tuple(
        (name, *map(cell, pick(scores).values()))
        for name, scores in found.methods.items()
    )
    caption = f"{what}: mean over {len(found.seeds)} seeds with 95 % interval."
    return PageTable(caption, ("method", *found.rungs), rows)


def _agents(found: PlantingEffects) -> PageTable:
    """The table of the pairs of each rung, with their donors' success rates."""
    rows = tuple(
        (rung, str(count), cell(found.held.get(rung)))
        for rung, count in found.pairs.items()
    )
    caption = (
        "Donor’s colour: how often a donor fetches it; mean over seeds with 95 % "
        f"interval. {NONE} has no donor’s colour of its own."
    )
    return PageTable(caption, ("rung", "pairs", "donor’s colour"), rows)
