"""The page of a difference: what changed, what it does, and where it sits."""

import numpy as np
from matplotlib.figure import Figure

from telic.render.dose import dose
from telic.render.faithful import faithful
from telic.render.page import Drawing, Image, Page, PageTable, Section
from telic.render.trial_table import nulls_table, trial_table
from telic.stats import Interval
from telic.studies.diff.measure import Difference
from telic.studies.diff.summary import FEWEST, DiffEffects
from telic.trials import Condition

QUESTION = (
    "Two checkpoints of one agent: what did the training between them change, what "
    "does that do, and which part of it does it?"
)

ALONE = (
    "One pair, n = 1: this says what lies between these two checkpoints, and nothing "
    "of the training that made them. Intervals are over episodes of these agents."
)

TERMS = (
    (
        "Change",
        "The weights after minus those before; a dose of 1 gives the agent after, "
        "-1 takes the change from the agent before.",
    ),
    (
        "Nulls",
        "Gaussian, signs, shuffled: the change without its meaning, of its norm. Same "
        "goal: what a third agent, trained from the same start for the same goal, "
        "changed, brought to that norm: drift alone.",
    ),
    (
        "Behaviour that is followed",
        "The one named by --measure; else the one that differs most between both, "
        "in standard errors over episodes. Chosen after a look, so one of many differs "
        "by chance.",
    ),
    (
        "KL",
        "KL(before ‖ after) in nats, the mean over states that either agent visits.",
    ),
    (
        "Size for 90 %",
        "The share of the actor’s weights, from the top of a method’s ranking, whose "
        "graft into the agent before brings 90 % of the difference of behaviour; 100 % "
        "if less does not. Random: weights drawn at random.",
    ),
)

STEPS = (
    "Steps of one episode of the agent before, at which both policies differ most; "
    "the action that each most probably takes there, with its probability."
)

LISTED = 20
"""The most units that are listed."""


def page(
    found: DiffEffects,
    *,
    names: tuple[str, ...],
    images: tuple[Image, ...] = (),
    command: str = "",
) -> Page:
    """The page.

    Args:
        found: The effects.
        names: What the agents are called.
        images: Steps at which the policies of the first pair differ.
        command: The command that made it.
    """
    first, several = found.pairs[0], len(found.pairs)
    sections = [
        Section("What it does", tables=(_behaviours(found),)),
        _doses(found),
        *_where(found),
        Section("What changed", tables=(_layers(first), *_units(first))),
        _where_policies_differ(first, images),
        Section("How to read it", terms=TERMS, folded=True),
        Section("What was run", code=command),
    ]
    title = f"{names[1]} less {names[0]}"
    if several > 1:
        title += f", and {several - 1} more"
    return Page(title, QUESTION, findings(found), tuple(sections))


def findings(found: DiffEffects) -> tuple[str, ...]:
    """The findings, in sentences."""
    first = found.pairs[0]
    told = [ALONE] if len(found.pairs) == 1 else [_pairs(len(found.pairs))]
    (follow,) = (b for b in first.behaviours if b.name == found.measure)
    chosen = f", the greatest of {len(first.behaviours)}" if found.chosen else ""
    told.append(
        f"{found.measure}: {follow.before} before, {follow.after} after "
        f"({abs(follow.gap):.1f} standard errors apart{chosen})."
    )
    told.append(_drift(first))
    least = _least(found)
    if least:
        told.append(least)
    for taken in (found.doses.edits[0], found.doses.edits[-1]):
        against = taken.verdict.strongest
        told.append(
            f"{_caption(taken.condition)}: {taken.measured[found.measure].interval}; "
            f"strongest null {against.null.replace('_', ' ')} {against.rate}."
        )
    return tuple(part for part in told if part)


def _pairs(count: int) -> str:
    """What several pairs can show."""
    if count < FEWEST:
        return f"{count} pairs: too few for verdicts; {FEWEST} can give one."
    return f"{count} pairs, which are the unit of every interval and verdict."


def _drift(first: Difference) -> str:
    """Whether there is more than drift, if a third agent tells."""
    kl, drift = first.kl
    told = f"The policies are {kl:.3f} nats apart"
    if drift is None:
        return (
            f"{told}. How much of it is drift cannot be told without a third "
            "checkpoint, trained on for the same goal (--same)."
        )
    return f"{told}, those of as much training for the same goal {drift:.3f}."


def _least(found: DiffEffects) -> str:
    """The method that needs least, beside random."""
    named = {each.method: each for each in found.methods}
    others = [each for name, each in named.items() if name != "random"]
    if not others:
        return "No graft was tried: the agents hardly differ in this behaviour."
    best = min(others, key=lambda each: each.size.estimate)
    beside = ""
    if "random" in named:
        beside = f"; at random {_percent(named['random'].size)}"
    return (
        f"90 % of the difference by {_percent(best.size)} of the actor’s weights "
        f"({best.method}){beside}."
    )


def _behaviours(found: DiffEffects) -> PageTable:
    """What either agent does, the greatest difference first."""
    first = found.pairs[0]
    third = any(each.same is not None for each in first.behaviours)
    order = sorted(first.behaviours, key=lambda each: -abs(each.gap))
    rows = tuple(
        (
            each.name,
            str(each.before),
            str(each.after),
            *((str(each.same) if each.same else "–",) if third else ()),
            f"{each.gap:+.1f}",
        )
        for each in order
    )
    header = ("behaviour", "before", "after", *(("same goal",) if third else ()))
    return PageTable(
        "Mean per episode, 95 % interval over episodes of one agent, the same episode "
        "seeds for all. Standard errors: the difference over its standard error; of "
        f"{len(rows)} behaviours, one in twenty is beyond 2 by chance.",
        (*header, "standard errors"),
        rows,
    )


def _doses(found: DiffEffects) -> Section:
    """The curve over doses, and its tables."""
    names = {each: each for each in found.doses.edits[0].measured}
    caption = "The change times a dose, added to the agent before."
    if len(found.pairs) < FEWEST:
        caption += f" Fewer than {FEWEST} pairs: no verdict is given."
    figure = dose(found.doses, label=found.measure, axis="Dose of the change")
    drawing = Drawing(figure, f"{found.measure} over the dose of the change.")
    tables = (
        trial_table(found.doses, columns=names, caption=caption, name=_caption),
        nulls_table(found.doses, caption="Every null of every dose.", name=_caption),
    )
    title = "The change, added and subtracted"
    return Section(title, drawings=(drawing,), tables=tables)


def _caption(condition: object) -> str:
    """A dose in words."""
    if isinstance(condition, Condition):
        return f"{condition.value:+g} × change"
    return str(condition)


def _where(found: DiffEffects) -> tuple[Section, ...]:
    """The part of the change that is enough."""
    if not found.methods:
        return ()
    order = sorted(found.methods, key=lambda each: each.size.estimate)
    rows = tuple((e.method, _percent(e.size), str(e.cpr)) for e in order)
    table = PageTable(
        "Grafts of the top of each ranking into the agent before. CPR: area under the "
        "share of the difference, over the logarithm of the size (1: all at once).",
        ("method", "size for 90 %", "CPR"),
        rows,
    )
    curves = {each.method: each.curves for each in found.methods}
    figure: Figure = faithful(curves, found.sizes, of="the difference")
    drawing = Drawing(
        figure, "Share of the difference of behaviour that a graft brings."
    )
    return (
        Section("Which part of it is enough", drawings=(drawing,), tables=(table,)),
    )


def _layers(first: Difference) -> PageTable:
    """The change of each array."""
    rows = tuple(
        (
            each.leaf,
            f"{each.norm:.3f}",
            f"{each.relative:.1%}" if np.isfinite(each.relative) else "from zero",
            f"{each.energy:.1%}",
            "–" if each.rank is None else f"{each.rank:.1f}",
        )
        for each in first.layers
    )
    return PageTable(
        "Of the first pair. Relative: over the norm before. Effective rank: exp of the "
        "entropy of the singular values.",
        ("weights", "norm", "relative", "of the squared norm", "effective rank"),
        rows,
    )


def _units(first: Difference) -> tuple[PageTable, ...]:
    """The units whose making changed most."""
    every = sorted(
        (
            (float(x), site, unit)
            for site, xs in first.units.items()
            for unit, x in enumerate(xs)
        ),
        reverse=True,
    )
    if not every:
        return ()
    total = sum(x**2 for x, _, _ in every) or 1.0
    rows = tuple(
        (f"{site}, unit {unit}", f"{x:.3f}", f"{x**2 / total:.1%}")
        for x, site, unit in every[:LISTED]
    )
    return (
        PageTable(
            "Units of hidden layers whose incoming weights and bias changed most.",
            ("unit", "norm", "of all units’ squared norm"),
            rows,
        ),
    )


def _where_policies_differ(first: Difference, images: tuple[Image, ...]) -> Section:
    """The states in which the policies differ, and pictures of some."""
    text = (STEPS,) if images else ()
    title = "Where the policies differ"
    return Section(title, text=text, images=images, tables=(_states(first),))


def _states(first: Difference) -> PageTable:
    """The states in which the policies differ most."""
    rows = tuple(
        (
            f"{each.kl:.2f}",
            _numbers(each.before),
            _numbers(each.after),
            _seen(each.observation),
        )
        for each in first.states
    )
    return PageTable(
        "Of 1,024 states of both agents. Policies: logits, or means and logarithms of "
        "deviations. Observation: its first numbers.",
        ("KL, nats", "before", "after", "observation"),
        rows,
    )


def _numbers(values: np.ndarray) -> str:
    """A row of numbers."""
    return " ".join(f"{x:.2f}" for x in values[:8])


def _seen(observation: np.ndarray) -> str:
    """The first numbers of an observation."""
    flat = np.asarray(observation).ravel()
    told = " ".join(f"{x:g}" for x in np.round(flat[:12].astype(float), 3))
    return told + (" …" if flat.size > 12 else "")


def _percent(size: Interval) -> str:
    """A fraction of weights with its interval, in percent."""
    if size.low is None or size.high is None:
        return f"{size.estimate:.1%}"
    return f"{size.estimate:.1%} [{size.low:.1%}, {size.high:.1%}]"
