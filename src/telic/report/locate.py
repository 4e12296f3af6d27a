"""The page of the locate study: who finds the goals of agents that were trained."""

from telic.render.faithful import TERMS as CURVES
from telic.render.faithful import faithful
from telic.render.page import Drawing, Page, Section, Table
from telic.render.plane import plane
from telic.report.cells import NONE, cell, seconds
from telic.studies.locate import TOP
from telic.studies.located import Located
from telic.studies.scores import CURVE, against_random, interval
from telic.trials.verdict import ALPHA

QUESTION = (
    "Two agents can do the same and want different things. Where does the difference "
    "sit: how little of it, put into the other, brings the other goal?"
)

READ = {
    "accuracy": "probe’s accuracy",
    "observation": "… on the observation",
    "shuffled": "… shuffled labels",
    "patch": "filled as the donor’s",
    "steer": "steered along the probe",
    "null": "… a random direction",
}

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


def page(found: Located, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The study over seeds.
        command: How to make it again.
    """
    n = len(found.seeds)
    curves = Drawing(
        faithful(found.faithful, found.sizes),
        "The share of the donor’s behaviour that a graft of the top brings; mean over "
        f"{n} seeds and 95 % band.",
    )
    points = Drawing(
        plane(found.plane),
        "Every site of the actor: can the two networks be told apart there, and the "
        f"behaviour be moved? {n} seeds.",
    )
    sections = (
        Section("Who finds it", drawings=(curves,), tables=(board(found),)),
        Section("Told apart and moved", drawings=(points,), tables=(_read(found),)),
        Section("Do methods agree?", tables=(_again(found), _agreement(found))),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command, folded=True),
    )
    title = f"Located: {found.goals} goals of {n} of {found.runs} seeds"
    return Page(title, QUESTION, findings(found), sections)


def findings(found: Located) -> tuple[str, ...]:
    """The smallest sizes, and what each site tells apart and moves."""
    sizes = {
        m: i for m, c in found.curves["size"].items() if (i := interval(c, size=True))
    }
    told = []
    if len(found.seeds) < found.runs:
        told.append(
            f"{found.runs - len(found.seeds)} of {found.runs} seeds offered no goal: "
            "landers below the gate, or agents that do not differ in what they do."
        )
    for name in sorted(sizes, key=lambda m: sizes[m].estimate)[:3]:
        told.append(
            f"{name}: {cell(found.curves['size'][name], size=True)} % of "
            f"{found.weights:,} weights bring 90 % of the donor’s behaviour."
        )
    if "random" in sizes:
        random = cell(found.curves["size"]["random"], size=True)
        told.append(f"random weights: {random} %.")
        least = min(against_random(found.curves["cpr"]).values(), default=0.0)
        if least > ALPHA:
            told.append(
                "No method’s CPR is told from that of random weights: the least p is "
                f"{least:.3f}, by flipping signs, Holm over methods."
            )
    for site, values in found.plane.items():
        told.append(
            f"{site}: probe {cell(values['accuracy'], rate=True)} (observation "
            f"{cell(values['observation'], rate=True)}); steered along it "
            f"{cell(values['steer'])} of the donor’s behaviour, filled as the donor’s "
            f"{cell(values['patch'])}."
        )
    return tuple(told)


def board(found: Located) -> Table:
    """Methods down, what they are worth across."""
    p = against_random(found.curves["cpr"]) if "random" in found.methods else {}
    rows = []
    for method in found.methods:
        told = {
            k: cell(found.curves[k][method], size=k == "size")
            for k in ("size", "cpr", "cmd", "rest")
        }
        rows.append(
            (
                method,
                told["size"],
                *(cell(columns[method]) for columns in found.at.values()),
                told["cpr"],
                f"{p[method]:.3f}" if method in p else NONE,
                told["cmd"],
                told["rest"],
                cell(found.retention[method]),
                seconds(found.seconds[method]),
            )
        )
    header = (
        "method",
        CURVE["size"],
        *(f"share at {100 * size:g} %" for size in found.at),
        CURVE["cpr"],
        "p",
        CURVE["cmd"],
        CURVE["rest"],
        "retention",
        "seconds",
    )
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval; a seed’s number is "
        f"the mean over its goals, {found.goals} together. random is the null of every "
        "size. p: CPR beside random’s, by flipping signs, Holm over methods. Seconds: "
        "the least of a seed’s loci, on one core."
    )
    return Table(caption, header, tuple(rows))


def _read(found: Located) -> Table:
    """Sites down; what a probe reads and what moving does across."""
    rows = tuple(
        (site, *(cell(values[k], rate=k in _RATES) for k in READ))
        for site, values in found.plane.items()
    )
    caption = (
        f"Mean over {len(found.seeds)} seeds with 95 % interval. Accuracies on "
        "held-out observations; the other columns: shares of the donor’s behaviour."
    )
    return Table(caption, ("site", *READ.values()), rows)


_RATES = ("accuracy", "observation", "shuffled")


def _again(found: Located) -> Table:
    """Each method beside itself, at other switches and in other seeds."""
    header = (
        "method",
        *(
            f"{what}, between {where}"
            for where in found.again
            for what in ("rank correlation", "top 1 % in both")
        ),
    )
    rows = tuple(
        (
            method,
            *(
                cell(columns[where][method])
                for where in found.again
                for columns in (found.again, found.again_top)
            ),
        )
        for method in found.methods
    )
    caption = (
        "Each method’s locus beside its own at an earlier switch of the same "
        "direction, and in the run of another seed, whose units have another order. "
        "Mean over "
        f"{len(found.seeds)} seeds with 95 % interval. By chance 0 and {TOP:g}."
    )
    return Table(caption, header, rows)


def _agreement(found: Located) -> Table:
    """Every method beside every other."""
    rows = tuple(
        (
            method,
            *(_pair(found, method, other) for other in found.methods),
        )
        for method in found.methods
    )
    caption = (
        "Rank correlation of two methods on one goal; then the share of the top 1 % in "
        f"both (by chance {TOP:g}). Means over {len(found.seeds)} seeds, without "
        "interval."
    )
    return Table(caption, ("", *found.methods), rows)


def _pair(found: Located, method: str, other: str) -> str:
    """Two methods' rank correlation and overlap."""
    told = (
        interval(columns[method][other]) for columns in (found.agreement, found.overlap)
    )
    return "; ".join(NONE if x is None else f"{x.estimate:.2f}" for x in told)
