"""The page of planted goals: scores of every locator against the ground truth."""

from collections.abc import Callable, Mapping

from telic.planted import DECOYS
from telic.render.cells import cell, p_value
from telic.render.faithful import COLUMNS, faithful
from telic.render.page import Drawing, Page, PageTable, Section
from telic.studies.curve_scores import RANDOM
from telic.studies.planting.agents import GRAFTS, SIDES, TAKEN
from telic.studies.planting.glossary import TERMS
from telic.studies.planting.summary import (
    REFERENCES,
    WITHOUT,
    ByRung,
    PlantedScores,
    PlantingEffects,
)
from telic.trials.effects import Measured

QUESTION = (
    "Where an agent’s goal sits is known if we put it there. Which methods find it, "
    "and which find goals that are not there?"
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
    precise = "Precision at the true size, units"
    sections = (
        Section(
            "The board",
            tables=(*(_hits(found, rung) for rung in found.rungs), _errors(found)),
        ),
        Section("Curves", drawings=drawings),
        Section(
            "Units",
            tables=(
                _by_rung(found, lambda m: m.units, "AUROC over units"),
                _by_rung(found, lambda m: m.unit_average, "Average precision, units"),
                _by_rung(found, lambda m: m.unit_precision, precise),
            ),
        ),
        Section("The agents", tables=(_agents(found), *_second(found))),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"Calibrated on {_count(found):,} planted pairs, {n} seeds"
    return Page(title, QUESTION, findings(found), sections)


def findings(found: PlantingEffects) -> tuple[str, ...]:
    """The findings in sentences: rung by rung, then decoys and false alarms."""
    told = [
        f"{_count(found):,} pairs of {found.agents:,} different planted agents, made "
        f"from {len(found.seeds)} seeds’ goal-conditioned agents."
    ]
    untaken = [
        f"{rung} {did.untaken} of {did.number}"
        for rung, did in found.pairs.items()
        if did.untaken
    ]
    if untaken:
        told.append(
            "Pairs in which the goal did not take (an agent reaches its own in less "
            f"than {TAKEN:.0%} of its episodes); they are scored too: "
            f"{', '.join(untaken)}."
        )
    for rung in found.rungs:
        known = {m: scores.average[rung] for m, scores in found.methods.items()}
        best = _order({m: each for m, each in known.items() if m != "oracle"})[-1]
        ranked = found.methods[best].weights[rung]
        told.append(
            f"{rung}: best {best}, average precision {cell(known[best])}, AUROC "
            f"{cell(ranked)}; random {cell(known.get(RANDOM))}."
        )
    for rung in DECOYS:
        known = {m: scores.decoys[rung] for m, scores in found.methods.items()}
        if _order(known):
            told.append(f"{rung}: most at the top of {_ends(known)}.")
    for rung in WITHOUT:
        known = {m: scores.false[rung] for m, scores in found.methods.items()}
        if _order(known):
            told.append(f"False alarms, {rung}: most by {_ends(known)}.")
    return tuple(told)


def _count(found: PlantingEffects) -> int:
    """The number of all pairs."""
    return sum(did.number for did in found.pairs.values())


def _ends(known: Mapping[str, Measured]) -> str:
    """The methods with the most and the least, in words."""
    order = _order({m: each for m, each in known.items() if m not in REFERENCES})
    most, least = order[-1], order[0]
    return f"{most}, {cell(known[most])}; fewest of {least}, {cell(known[least])}"


def _order(known: Mapping[str, Measured]) -> list[str]:
    """The methods that have a number, in ascending order."""
    means = {m: each.interval.estimate for m, each in known.items() if each.interval}
    return sorted(means, key=means.__getitem__)


def _hits(found: PlantingEffects, rung: str) -> PageTable:
    """The table of one rung: how well each method (row) finds the true weights."""
    caption = (
        f"{rung}: mean over {len(found.seeds)} seeds with 95 % interval; a seed’s "
        "number is the mean over its pairs. Chance: AUROC 0.50; both precisions "
        f"{cell(found.chance[rung])}, the share of weights that hold the goal."
    )
    header = ("method", "AUROC", "average precision", "precision at the true size")
    rows = tuple(
        (
            name,
            *(cell(m[rung]) for m in (scores.weights, scores.average)),
            cell(scores.precision[rung]),
        )
        for name, scores in found.methods.items()
    )
    return PageTable(caption, header, rows)


def _errors(found: PlantingEffects) -> PageTable:
    """The table of methods (rows): errors, curves and time (columns)."""
    caption = (
        f"Errors and curves: mean over {len(found.seeds)} seeds with 95 % interval; a "
        "seed’s number is the mean over its pairs (curves: one pair a rung with a "
        "goal). p: CPR beside that of random weights, by flipping signs, Holm over "
        "methods. Seconds: median of one locus on one core, without compiling."
    )
    header = (
        "method",
        *DECOYS,
        *(f"false alarms, {rung}" for rung in WITHOUT),
        *COLUMNS.values(),
        "p (CPR)",
        "seconds",
    )
    rows = tuple((name, *_row(scores)) for name, scores in found.methods.items())
    return PageTable(caption, header, rows)


def _row(scores: PlantedScores) -> tuple[str, ...]:
    """The cells of one method."""
    return (
        *map(cell, scores.decoys.values()),
        *map(cell, scores.false.values()),
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
    """The table of rungs: whether the goals took, and whether the truth holds them."""
    rows = tuple(
        (
            rung,
            str(did.number),
            str(did.untaken),
            *map(cell, did.own.values()),
            cell(did.before),
            *map(cell, did.grafts.values()),
        )
        for rung, did in found.pairs.items()
        if did.number
    )
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval. Own: how often an "
        "agent reaches its own goal. Not taken: pairs of which an agent does so in "
        f"less than {TAKEN:.0%} of its episodes; they are scored like the others. The "
        "rest: how often the recipient reaches the donor’s goal, as it is and with the "
        "donor’s weights that hold the goal, with all others, and with decoys."
    )
    header = (
        *("rung", "pairs", "not taken"),
        *(f"{side}, own" for side in SIDES),
        "recipient, donor’s",
        *(f"with {name}" for name in GRAFTS),
    )
    return PageTable(caption, header, rows)


def _second(found: PlantingEffects) -> tuple[PageTable, ...]:
    """The table of the second reward of trained decoys, if there are any."""
    did = found.pairs[DECOYS[-1]].second
    if not did:
        return ()
    caption = (
        f"{DECOYS[-1]}: return under the second reward, mean over {len(found.seeds)} "
        "seeds with 95 % interval: of both agents, and of the recipient with weights "
        "of the donor."
    )
    header = (*SIDES, *(f"recipient with {name}" for name in GRAFTS))
    return (PageTable(caption, header, (tuple(map(cell, did.values())),)),)
