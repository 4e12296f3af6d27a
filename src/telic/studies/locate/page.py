"""The page of the locate study: scores of every locator on trained agents."""

from telic.render.cells import NONE, cell, p_value
from telic.render.faithful import COLUMNS, faithful
from telic.render.faithful import TERMS as CURVES
from telic.render.page import Drawing, Page, PageTable, Section
from telic.render.plane import draw_plane
from telic.studies.curve_scores import RANDOM
from telic.studies.locate.summary import (
    AT,
    SEEDS,
    SWITCHES,
    TOP,
    Alike,
    LocateEffects,
    MethodScores,
)
from telic.trials.effects import Measured
from telic.trials.verdict import ALPHA

QUESTION = (
    "Two agents can do the same and want different things. Where does the difference "
    "sit: how little of it, put into the other, brings the other goal?"
)

READ = {
    "accuracy": "probe’s accuracy",
    "same goal": "… on a pair of one goal",
    "shuffled": "… shuffled labels",
    "patch": "filled as the donor’s",
    "steer": "steered along the probe",
    "means": "… the difference of means",
    "null": "… a random direction",
}
BEYOND = ("beyond identity", "p")

PAIRS = (
    "A probe that tells an agent from its donor may have learned which network it is. "
    "So it is also asked to tell the agent from another that wants the same: of runs "
    "that alternate, the last before it with its goal; of landers, what further "
    "training on the old objective makes of it. All three are put in the same states, "
    "and half of the boards are held out. What is beyond identity is the first "
    "accuracy less the second."
)

TERMS = (
    (
        "Share of the donor’s behaviour",
        "(m(graft) − m(recipient)) / (m(donor) − m(recipient)), with m how often the "
        "donor’s colour is fetched, or for landers the fuel that is saved. All agents "
        "play the same boards. The donor is the recipient’s own parent, one phase "
        "before it; of landers, its child, after the second phase.",
    ),
    *CURVES,
    (
        "Retention",
        "Episodes not failed beside the recipient’s, of the smallest graft that "
        "carries 90 %.",
    ),
    (
        "Plane",
        "The probe asks from what each agent computes while it acts which of the two "
        "it is. A site is then filled as the donor fills it, or steered along the "
        "probe’s direction, at the best of three doses; so is the null, along a "
        "random one. The probe tells networks apart, those of one goal too: that it "
        "succeeds does not show that a goal is there.",
    ),
)


def page(found: LocateEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    n = len(found.seeds)
    curves = Drawing(
        faithful(found.faithful, found.sizes),
        "The share of the donor’s behaviour that a graft of the top brings; mean over "
        f"{n} seeds and 95 % band.",
    )
    values = {
        site: {name: each.values for name, each in measures.items()}
        for site, measures in found.plane.items()
    }
    points = Drawing(
        draw_plane(values),
        "Every site of the actor: are two goals told apart there better than two "
        f"networks of one goal, and can the behaviour be moved? {n} seeds.",
    )
    sections = (
        Section("Who finds it", drawings=(curves,), tables=(_board(found),)),
        Section(
            "Told apart and moved",
            text=(PAIRS,),
            drawings=(points,),
            tables=(_read(found),),
        ),
        Section("Do methods agree?", tables=(_again(found), _agreement(found))),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"Located: {found.goals} goals of {n} of {found.runs} seeds"
    return Page(title, QUESTION, findings(found), sections)


def findings(found: LocateEffects) -> tuple[str, ...]:
    """The findings in sentences: the smallest sizes, and the plane site by site."""
    every = {name: scores.curves for name, scores in found.methods.items()}
    sizes = {name: each.size for name, each in every.items() if each.size.interval}
    told = []
    if len(found.seeds) < found.runs:
        told.append(
            f"{found.runs - len(found.seeds)} of {found.runs} seeds offered no goal: "
            "landers below the gate, or agents that do not differ in what they do."
        )
    for name in sorted(sizes, key=lambda m: _mean(sizes[m]))[:3]:
        told.append(
            f"{name}: {cell(sizes[name])} % of {found.weights:,} weights bring 90 % of "
            "the donor’s behaviour."
        )
    if RANDOM in sizes:
        told.append(f"random weights: {cell(sizes[RANDOM])} %.")
        least = min(
            (each.p for each in every.values() if each.p is not None), default=0
        )
        if least > ALPHA:
            told.append(
                "No method’s CPR is told from that of random weights: the least p is "
                f"{least:.3f}, by flipping signs, Holm over methods."
            )
    for site, measures in found.plane.items():
        cells = {name: cell(each) for name, each in measures.items()}
        beyond = found.beyond[site]
        more = "more than" if beyond.more else "not shown to be more than"
        told.append(
            f"{site}: {more} identity: a probe tells two goals apart in "
            f"{cells['accuracy']}, two agents of one goal in {cells['same goal']}, "
            "difference "
            f"{cell(beyond.measured)}, p {p_value(beyond.p)}. Steered along it "
            f"{cells['steer']} of the donor’s behaviour, at random {cells['null']}, "
            f"filled as the donor’s {cells['patch']}."
        )
    return tuple(told)


def _board(found: LocateEffects) -> PageTable:
    """The table of methods (rows) and their scores (columns)."""
    header = (
        "method",
        COLUMNS["size"],
        *(f"share at {100 * size:g} %" for size in AT),
        COLUMNS["cpr"],
        "p",
        COLUMNS["cmd"],
        COLUMNS["rest"],
        "retention",
        "seconds",
    )
    rows = tuple((name, *_row(scores)) for name, scores in found.methods.items())
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval; a seed’s number is "
        f"the mean over its goals, {found.goals} together. random is the null of every "
        "size. p: CPR beside random’s, by flipping signs, Holm over methods. Seconds: "
        "the least of a seed’s loci, on one core."
    )
    return PageTable(caption, header, rows)


def _row(scores: MethodScores) -> tuple[str, ...]:
    """The cells of one method."""
    return (
        cell(scores.curves.size),
        *map(cell, scores.at.values()),
        cell(scores.curves.cpr),
        p_value(scores.curves.p),
        cell(scores.curves.cmd),
        cell(scores.curves.rest),
        cell(scores.retention),
        f"{scores.seconds:.3f}",
    )


def _read(found: LocateEffects) -> PageTable:
    """The table of sites (rows): probe accuracies, and effects of edits (columns)."""
    rows = tuple(
        (
            site,
            *(cell(measures[name]) for name in READ),
            cell(found.beyond[site].measured),
            p_value(found.beyond[site].p),
        )
        for site, measures in found.plane.items()
    )
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval. Accuracies on boards "
        "held out, then shares of the donor’s behaviour. Beyond identity: the first "
        "accuracy less the second, by seed; p by flipping signs, Holm over sites. "
        "Where both are 1.000 there is no room for more."
    )
    return PageTable(caption, ("site", *READ.values(), *BEYOND), rows)


def _again(found: LocateEffects) -> PageTable:
    """The table of each method's agreement with itself, between switches and seeds."""
    header = (
        "method",
        *(
            f"{what}, between {where}"
            for where in (SWITCHES, SEEDS)
            for what in ("rank correlation", "top 1 % in both")
        ),
    )
    rows = tuple(
        (name, *(cell(x) for alike in scores.again.values() for x in alike))
        for name, scores in found.methods.items()
    )
    caption = (
        "Each method’s locus beside its own at an earlier switch of the same "
        "direction, and in the run of another seed, whose units have another order. "
        "Mean over "
        f"{len(found.seeds)} seeds with 95 % interval. By chance 0 and {TOP:g}."
    )
    return PageTable(caption, header, rows)


def _agreement(found: LocateEffects) -> PageTable:
    """The table of agreement between every two methods."""
    rows = tuple(
        (name, *(_both(scores.agreement[other]) for other in found.methods))
        for name, scores in found.methods.items()
    )
    caption = (
        "Rank correlation of two methods on one goal; then the share of the top 1 % in "
        f"both (by chance {TOP:g}). Means over {len(found.seeds)} seeds, without "
        "interval."
    )
    return PageTable(caption, ("", *found.methods), rows)


def _both(alike: Alike) -> str:
    """Two methods' rank correlation and overlap, in one cell."""
    return "; ".join(f"{_mean(x):.2f}" if x.interval else NONE for x in alike)


def _mean(found: Measured) -> float:
    """The mean over seeds; NaN if no seed has a number."""
    return found.interval.estimate if found.interval else float("nan")
