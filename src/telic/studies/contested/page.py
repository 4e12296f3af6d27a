"""The page of the contested study: every claim with its answer, and its numbers."""

from collections.abc import Hashable

from telic.render.bars import bars
from telic.render.cells import p_value
from telic.render.page import Drawing, Page, PageTable, Section
from telic.render.trial_table import nulls_table, trial_table
from telic.studies.contested.branching import (
    ALIGNED,
    BRANCH,
    COSINE,
    EARLIER,
    OVERLAP,
    SEED,
)
from telic.studies.contested.off_principal import BFLOAT16, JUDGED
from telic.studies.contested.summary import GAP, ContestedEffects
from telic.studies.contested.verdicts import AS_TRAINED, FEWEST, Claim
from telic.studies.splice.page import COLUMNS, FETCHED
from telic.trials import Condition, Effects, Verdict

QUESTION = (
    "Papers of 2024 to 2026 disagree on what training changes in a network. Which of "
    "their claims hold for agents whose goal was switched?"
)
TARGETS = {
    EARLIER: "an earlier agent of the run with the base’s goal",
    SEED: "an agent of another seed, as it is",
    ALIGNED: "the same, its units in the order that fits the base’s",
}
MEASURES = {
    COSINE: "cosine of two vectors",
    OVERLAP: "overlap of the 2.5 % of weights that move most",
}
GAPS = {GAP: "KL from the donor, nats"}
"""The column that tables of shifts have besides."""

RULE = (
    "A claim holds if it is marked at all of its places, does not hold if at none, and "
    f"else depends on them; below {FEWEST} seeds nothing is said. Marked means: the "
    "edit beats every null (p by Holm over nulls and over places, and the interval of "
    "the difference leaves 0 out); a constant does what training does if the interval "
    f"of its share less {AS_TRAINED:g} of the donor’s lies above 0 and p is at most "
    ".05 (at logits it prefers actions whatever the state); vectors of branches should "
    "move an earlier agent and another seed’s in the order that fits, while the same "
    "as it is serves as a control; KL predicts better if, among edits alone, the "
    "interval of the difference of rank correlations lies above 0 and p is at most .05."
)


def page(found: ContestedEffects, *, command: str = "") -> Page:
    """The page.

    Args:
        found: The effects over seeds.
        command: The command that makes the page again.
    """
    sections = [
        *_trials("One constant, trained or read", "sites", found.shifts),
        *_agreement(found.agreement),
        *_trials("Does a branch’s vector transfer?", "agents", found.transfer),
        *_principal(found),
        *_damage(found),
        Section("The rule", text=(RULE,), folded=True),
        Section("What was run", code=command, folded=True),
    ]
    title = f"Contested claims: {len(found.claims)} answers, {len(found.seeds)} seeds"
    findings = tuple(map(claim_sentence, found.claims))
    return Page(title, QUESTION, findings, tuple(sections))


def claim_sentence(found: Claim) -> str:
    """A claim, its answer, and the places of its largest and its smallest value."""
    ordered = sorted(found.marks, key=lambda place: -found.marks[place].value.estimate)
    told = []
    for place in dict.fromkeys((ordered[0], ordered[-1])):
        mark = found.marks[place]
        told.append(f"{place} {mark.value}, beside {mark.beside} {mark.other}")
    return f"{found.words}: {found.answer}. {'; '.join(told)}."


def contested_caption(condition: Hashable) -> str:
    """The caption of an edit of this study.

    Example:
        >>> contested_caption(Condition("trained shift", "actor/0/pre"))
        'trained shift, actor/0/pre'
    """
    if not isinstance(condition, Condition):
        return str(condition)
    words = str(condition.value)
    if condition.group == BRANCH:
        return f"to {TARGETS.get(words, words)}"
    return f"{condition.group}, {words}"


def _trials(title: str, file: str, effects: Effects | None) -> tuple[Section, ...]:
    """The sections of one row of trials: a figure, the table, and every null."""
    if effects is None:
        return ()
    words = f"{title}; {FETCHED}; filled: the edit, open: the strongest of its nulls."
    figure = bars(effects, label=FETCHED, caption=contested_caption)
    told = "Share of episodes that end with the donor’s goal."
    shown = {**COLUMNS, **GAPS} if GAP in effects.edits[0].measured else COLUMNS
    table = trial_table(effects, columns=shown, caption=told, name=contested_caption)
    nulls = nulls_table(effects, caption="Every null.", name=contested_caption)
    return (
        Section(title, drawings=(Drawing(figure, words, file),), tables=(table,)),
        Section(f"Every null ({file})", tables=(nulls,), folded=True),
    )


def _agreement(verdicts: dict[str, Verdict]) -> tuple[Section, ...]:
    """How far branches of one base agree."""
    if not verdicts:
        return ()
    rows = tuple(
        (MEASURES[measure], str(found.rate), *_beside(found))
        for measure, found in verdicts.items()
    )
    told = (
        "Vectors of branches (branch less base, actor): mean over pairs, then over "
        "seeds, with 95 % interval. Other goal: a branch that learned the aim with one "
        "that went on with the base’s goal. p: Holm over the two nulls."
    )
    table = PageTable(told, ("Of two branches", "Same goal", *NULL_HEADER), rows)
    return (Section("Same base, other data: do vectors agree?", tables=(table,)),)


NULL_HEADER = ("Strongest null", "Its value", "Difference", "p")
"""The headings of the columns beside a value."""


def _beside(found: Verdict) -> tuple[str, str, str, str]:
    """The strongest null of a verdict, its value, the difference, and the largest p."""
    null, p = found.strongest, max(each.corrected for each in found.against)
    return null.null, str(null.rate), str(null.difference), p_value(p)


def _principal(found: ContestedEffects) -> tuple[Section, ...]:
    """Where in the base's singular directions a switch lies, and what it moves."""
    if not found.principal:
        return ()
    rows = tuple(
        (f"{kernel.group}, first {kernel.value:.0%}, {side}", str(v.rate), *_beside(v))
        for kernel, sides in found.principal.items()
        for side, v in sides.items()
    )
    told = (
        "Fraction of the squared norm of a switch’s change of a kernel in the first "
        "singular directions of the kernel before it: left, right, both at once. "
        "Nulls: the change turned by random rotations of all rows and columns, or of "
        f"those in which anything changed. The claim is judged at {JUDGED:.0%}, both."
    )
    energy = PageTable(told, ("Kernel", "Energy", *NULL_HEADER), rows)
    moved = tuple(
        (
            "in bfloat16" if each.threshold == BFLOAT16 else f"by > {each.threshold:g}",
            str(each.share),
            str(each.noise),
        )
        for each in found.moved
    )
    told = "Fraction of the actor’s weights that a switch moves, and noise as long."
    table = PageTable(told, ("Moved", "Switch", "Gaussian noise"), moved)
    return (Section("Off the principal directions", tables=(energy, table)),)


def _damage(found: ContestedEffects) -> tuple[Section, ...]:
    """What predicts the damage of a change of weights."""
    if not found.damage:
        return ()
    rows = tuple(
        (
            f"{which} ({each.points:.0f} a seed)",
            str(each.kl),
            str(each.norm),
            str(each.difference),
            p_value(each.p),
        )
        for which, each in found.damage.items()
    )
    told = (
        "Rank correlation of changes of weights by damage (the fall in the share of "
        "episodes that reach either goal) with KL(unedited ‖ edited) on states that "
        "the unedited agent visits, and with the norm of the change over that of the "
        "actor; mean over seeds; by chance 0. A null has its edit’s norm, so the claim "
        "is judged on edits alone. p: sign-flip, uncorrected."
    )
    header = ("Changes", "KL", "Norm", "KL − norm", "p")
    section = Section("What predicts damage", tables=(PageTable(told, header, rows),))
    return (section,)
